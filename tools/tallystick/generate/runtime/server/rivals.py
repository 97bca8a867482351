"""Operations that method and path alone do not tell apart: what else they demand decides which one a request means.

Descriptions have such operations: keys of ``paths`` with a query or a fragment, templates that differ in nothing but
the names of their placeholders. No other operation comes here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from .answers import Answer
from .execution import Receive, Scope, Served, close_all
from .paths import PathKey, decoded, raw_segments
from .percent import Malformed, pairs, unquote_plus
from .problems import Refusal
from .replay import Replay
from .wiring import Call

__all__ = ["Contender", "Contested", "contested"]

_STAGES: Final = {406: 1, 413: 2, 415: 2, 400: 3, 422: 3, 428: 3}
"""How far a request had come when it was refused; other statuses come before these."""
_TELLING: Final = ("additionalProperties", "const", "enum", "required")
"""Keywords that tell one kind of object from another."""
_FITS: Final = (False, False, 0)
View = Mapping[str, Any]
"""What the scope says when a request is taken as one for a certain operation."""


def contested(served: Iterable[Served]) -> list[Served]:
    """The operations in their order; those that share method and path with others can now give way to each other."""
    listed = list(served)
    following = {each.operation.after: each for each in listed if each.operation.after is not None}
    found: dict[str, Served] = {}
    for first in (each for each in listed if each.operation.after is None):
        if first.operation.id in following or _is_choosy(first):
            contenders = [Contender(first)]
            while (after := following.get(contenders[-1].operation.id)) is not None:
                contenders.append(Contender(after, rank=len(contenders)))
            found |= {each.operation.id: each for each in contenders}
            found |= {each.operation.id: each for each in _speakers(contenders)}
    return [found.get(each.operation.id, each) for each in listed]


def _speakers(contenders: Sequence[Contender]) -> Iterator[Contested]:
    """The first of all, and the first of those that share a fragment as well."""
    by_fragment: dict[str | None, list[Contender]] = {}
    for each in contenders:
        by_fragment.setdefault(each.key.fragment, []).append(each)
    for fragment, group in by_fragment.items():
        if fragment is not None and len(group) > 1:
            yield Contested(group)
    yield Contested(contenders)


def _is_choosy(served: Served) -> bool:
    """Whether an operation that shares its path with none still does not take every request there."""
    names = served.template.names
    return bool(PathKey.parse(served.operation.path).literals) or len(set(names)) < len(names)


class Contender(Served):
    """An operation that can say how far a request is from what it takes."""

    def __init__(self, served: Served, rank: int = 0) -> None:
        self.rank = rank
        """How many operations are asked before this one."""
        self.routing: dict[str, Any] = {}
        """What routing leaves in the scope of a request for this operation."""
        self.key = PathKey.parse(served.operation.path)
        self.literals = self.key.literals
        vars(self).update(vars(served))

    def is_named(self, last: str) -> bool:
        """Whether the last segment ends in the fragment of the key, which a client has encoded."""
        return self.key.fragment is not None and last.endswith(f"#{self.key.fragment.rpartition('/')[2]}")

    @property
    def misses_content(self) -> bool:
        """Whether a request without content is hardly meant: this comes first for its content, and has an address."""
        return self._bodies is not None and self.key.fragment is not None

    def holds(self, query: Mapping[str, Sequence[str]]) -> bool:
        """Whether the query has what the key demands."""
        return all(query.get(name) == values for name, values in self.literals.items())

    def view(self, segments: list[str], *, named: bool) -> View | None:
        """The request as one for this operation; None where one placeholder would have two values."""
        template = self.key.address if named and self.key.address is not None else self.template
        given = list(zip(template.names, template.texts(segments), strict=False))
        values = dict(given)
        if any(values[name] != text for name, text in given):
            return None
        return {**self.routing, "tally.path": values, "path_params": {k: decoded(text) for k, text in values.items()}}

    def distance(self, scope: Scope) -> tuple[bool, bool, int]:
        """How far path, content and the other parameters are from what the operation takes; the first weighs most."""
        found = self._parameters.read(self._path_values(scope), scope["query_string"], scope["headers"], {})
        in_path = any(error.source == "path" for fault in found for error in fault.errors)
        return in_path, not self._takes_content(scope["headers"]), len(found)

    def _takes_content(self, headers: Sequence[tuple[bytes, bytes]]) -> bool:
        """Whether the operation reads the media type that comes, or none where none comes."""
        if self._bodies is None:
            return not has_content(headers)
        try:
            return self._bodies.choose(list(headers)) is not None or not self._bodies.required
        except Refusal:
            return False

    async def serve(self, scope: Scope, receive: Receive, view: View) -> Answer:
        """Answers a request that no other operation is to have."""
        scope.update(view)
        return await Served.answer(self, scope, receive)

    async def attempt(self, scope: Scope, receive: Receive, view: View) -> _Attempt:
        """Reads a request as one for this operation."""
        scope.update(view)
        files: list[Callable[[], None]] = []
        try:
            return _Attempt(self, await self._read(scope, receive, files), files)
        except Exception as error:  # noqa: BLE001 - raised again where the attempt is answered
            return _Attempt(self, error, files)
        except BaseException:
            close_all(files)
            raise


class _Attempt(Served):
    """An operation and what came of reading a request for it."""

    def __init__(self, served: Served, outcome: Call | Exception, files: list[Callable[[], None]]) -> None:
        vars(self).update(vars(served))
        self.outcome = outcome
        self.files = files

    async def _read(
        self,
        scope: Scope,  # noqa: ARG002
        receive: Receive,  # noqa: ARG002
        open_files: list[Callable[[], None]],
    ) -> Call | Refusal:
        open_files.extend(self.files)
        if isinstance(self.outcome, Call | Refusal):
            return self.outcome
        raise self.outcome

    @property
    def nearness(self) -> tuple[int, int, int]:
        """How near a refused request came to being accepted; what lacks members is meant for another operation."""
        refusal = self.outcome
        assert isinstance(refusal, Refusal)
        lacking = sum(error.keyword in _TELLING for error in refusal.errors)
        return _STAGES.get(refusal.status, 0), -lacking, -len(refusal.errors)


class Contested(Contender):
    """The first of several operations: whatever comes to their method and path comes here."""

    def __init__(self, contenders: Sequence[Contender]) -> None:
        super().__init__(contenders[0])  # all it holds, what routing will add included
        self._contenders = (self, *contenders[1:])

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """The answer of the operation that the request means: the first, in their order, that accepts it."""
        fitting = self._fitting(scope)
        if not fitting:
            return self._refused(Refusal(404, "not found", "The path is known with other parameters only."), scope)
        if len(fitting) > 1 and has_content(scope["headers"]):
            return await self._by_content(fitting, scope, receive)
        contender, view = fitting[0]
        return await contender.serve(scope, receive, view)

    def _fitting(self, scope: Scope) -> list[tuple[Contender, View]]:
        """The operations that take everything but, perhaps, the content; the nearest one where none does."""
        views = self._addressed(scope)
        if len(views) < 2:
            return views
        distances = [contender.distance({**scope, **view}) for contender, view in views]
        fitting = [each for each, distance in zip(views, distances, strict=True) if distance == _FITS]
        if not fitting:
            return [views[distances.index(min(distances))]]
        if not has_content(scope["headers"]):
            fitting.sort(key=lambda each: each[0].misses_content)
        return fitting

    def _addressed(self, scope: Scope) -> list[tuple[Contender, View]]:
        """The operations that the request addresses: by a fragment, else by what stands in its query."""
        segments = raw_segments(scope)
        last = decoded(segments[-1])
        found = [each for each in self._contenders if each.is_named(last)]
        named = bool(found)
        if not named:
            query = _query(scope["query_string"])
            holding = [each for each in self._contenders if each.holds(query)]
            most = max((len(each.literals) for each in holding), default=0)
            found = [each for each in holding if len(each.literals) == most]
        views = ((each, each.view(segments, named=named)) for each in found)
        return [(each, view) for each, view in views if view is not None]

    @staticmethod
    async def _by_content(fitting: Sequence[tuple[Contender, View]], scope: Scope, receive: Receive) -> Answer:
        """Lets one after the other read the content; where all refuse it, the one that came nearest says why."""
        replay = Replay(receive)
        refused: list[_Attempt] = []
        for contender, view in fitting:
            try:
                attempt = await contender.attempt(scope, replay.again(), view)
            except BaseException:  # such as that the server shuts down
                replay.close()
                raise
            if not isinstance(attempt.outcome, Refusal):
                replay.last()
                attempt.files.append(replay.close)
                return await attempt.answer(scope, receive)
            close_all(attempt.files)
            attempt.files.clear()
            refused.append(attempt)
        replay.close()
        nearest = max(refused, key=lambda each: each.nearness)
        scope.update(next(view for contender, view in fitting if contender.operation is nearest.operation))
        return await nearest.answer(scope, receive)


def has_content(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request has content (RFC 9112, section 6)."""
    return any(
        name in (b"content-type", b"transfer-encoding") or (name == b"content-length" and value != b"0")
        for name, value in headers
    )


def _query(text: bytes) -> dict[str, list[str]]:
    """The decoded values of a query by name; none of one that cannot be read, which is told later."""
    found: dict[str, list[str]] = {}
    try:
        for name, value in pairs(text):
            found.setdefault(name, []).append(unquote_plus(value))
    except Malformed:
        return {}
    return found
