"""One operation, served: who calls, what is asked, the unit of work, the answer. In this order, and nothing before."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .answers import Answer, AnswerResponse, problem_answer
from .binding import Binding
from .bodies import Bodies
from .codec import Codecs
from .descriptors import Operation, SecurityScheme
from .media import MediaRange, Negotiation
from .outgoing import Outgoing
from .parameters import Faults, Parameters
from .paths import PathTemplate, raw_segments
from .problems import ContractViolation, Detail, Problem, Refusal
from .refusals import Refusals
from .replies import Reply
from .security import Guard
from .wiring import Around, Call, Inside, Settings, check_handlers

__all__ = ["Served", "Wiring"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_log = logging.getLogger(__name__)


class Wiring:
    """What all operations of a server share."""

    def __init__(
        self,
        *,
        scope: Callable[[Call], AbstractAsyncContextManager[Any]],
        auth: Any,
        schemes: Mapping[str, SecurityScheme],
        codecs: Codecs,
        around: Sequence[Around],
        inside: Sequence[Inside],
        settings: Settings,
    ) -> None:
        self.scope = scope
        self.auth = auth
        self.schemes = schemes
        self.codecs = codecs
        self.around = tuple(around)
        self.inside = tuple(inside)
        self.settings = settings


class Served:
    """Serves one operation."""

    def __init__(self, binding: Binding, factory: Callable[[Any], Any], protocol: type, wiring: Wiring) -> None:
        operation = binding.operation
        settings, schemas = wiring.settings, wiring.codecs.schemas
        limits = settings.limits_of.get(operation.id, settings.limits)
        self.operation: Operation = operation
        self.template = PathTemplate(operation.path.partition("#")[0])
        self._factory = factory
        self._protocol = protocol
        self._wiring = wiring
        self._guard = Guard(operation, wiring.schemes, wiring.auth) if operation.security else None
        self._tells_caller = binding.caller
        self._accept = binding.accept
        self._negotiation = _negotiation(operation)
        self._parameters = Parameters(
            operation,
            binding.arguments,
            schemas,
            accept_unknown=settings.accept_unknown_query,
            more_query_names=_credential_names(operation, wiring.schemes),
        )
        self._bodies = Bodies(operation, binding.body, schemas, limits) if operation.body is not None else None
        self._outgoing = Outgoing(binding, wiring.codecs, settings)
        self._refusals = Refusals(operation, schemas)
        self._has_guarding_headers = operation.idempotency is not None or self._declares("428")
        self._open = wiring.scope
        self._checked: set[type] = set()
        self._bodiless = operation.method == "HEAD"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request as an ASGI application."""
        answer = await self.answer(scope, receive)
        await answer.send(send, bodiless=self._bodiless)

    async def response(self, request: Request) -> Response:
        """Serves a request that FastAPI has routed itself, after the dependencies that were added there."""
        return AnswerResponse(await self.answer(request.scope, request.receive))

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """The answer to a request.

        Raises:
            ContractViolation: the handler left the contract.
            Exception: whatever else the handler raised.
        """
        open_files: list[Callable[[], None]] = []
        try:
            try:
                call = await self._read(scope, receive, open_files)
                answer = self._refused(call, scope) if isinstance(call, Refusal) else await self._served(call)
            except Refusal as refusal:
                answer = self._refused(refusal, scope)
            except Problem as problem:
                if _has_own_handler(scope, problem):
                    raise
                answer = self._outgoing.problem(problem, scope)
        except BaseException:
            _close(open_files)
            raise
        if not isinstance(answer.content, bytes):
            answer.closing = open_files
        elif open_files:
            _close(open_files)
        return answer

    async def _read(self, scope: Scope, receive: Receive, open_files: list[Callable[[], None]]) -> Call | Refusal:
        """The call, or the refusal of invalid values, which is too frequent to be raised."""
        caller = None if self._guard is None else await self._guard.caller(scope)
        headers = scope["headers"]
        arguments: dict[str, Any] = {}
        if self._negotiation is not None:
            chosen = self._chosen(headers)
            if self._accept is not None:
                arguments[self._accept] = chosen
        body = None if self._bodies is None else self._bodies.choose(headers)
        faults = self._parameters.read(self._path_values(scope), scope["query_string"], headers, arguments)
        if faults and any(fault.malformed for fault in faults):
            return self._malformed(faults)
        if self._bodies is not None:
            content = await self._body(body, receive, open_files)
            if type(content) is Faults:
                faults.append(content)
            else:
                arguments["body"] = content
        if faults:
            return self._invalid(faults)
        if self._tells_caller:
            arguments["caller"] = caller
        return Call(self.operation, caller, arguments, scope, self._outgoing)

    def _path_values(self, scope: Scope) -> Mapping[str, str]:
        found: Mapping[str, str] | None = scope.get("tally.path")
        if found is None:
            found = self.template.values(raw_segments(scope)) if self.template.names else _NO_VALUES
        return found

    def _chosen(self, headers: Sequence[tuple[bytes, bytes]]) -> str:
        assert self._negotiation is not None
        accept = b",".join(value for name, value in headers if name == b"accept").decode("latin-1") or "*/*"
        chosen = self._negotiation.choose(accept)
        if chosen is None:
            offered = self._negotiation.offered
            raise Refusal(406, "not acceptable", f"Ask for {' or '.join(offered)}.", members={"available": offered})
        return chosen

    async def _body(self, chosen: Any, receive: Receive, open_files: list[Callable[[], None]]) -> Any:
        assert self._bodies is not None
        if chosen is None:
            return Faults(Detail("body", "", "is required", "required")) if self._bodies.required else None
        media, read = chosen
        assert isinstance(media, MediaRange)
        try:
            return await read(receive, media, open_files)
        except Faults as faults:
            return faults.with_traceback(None)

    def _malformed(self, faults: Sequence[Faults]) -> Refusal:
        errors = [error for fault in faults if fault.malformed for error in fault.errors]
        return Refusal.malformed(_sentence(errors[0]), errors)

    def _invalid(self, faults: Sequence[Faults]) -> Refusal:
        errors = faults[0].errors if len(faults) == 1 else [error for fault in faults for error in fault.errors]
        return self._wants_header(errors) or Refusal.invalid(errors)

    def _wants_header(self, errors: Sequence[Detail]) -> Refusal | None:
        """The refusal for a missing header that has an answer of its own."""
        if not self._has_guarding_headers:
            return None
        missing = {
            error.pointer.lower() for error in errors if error.source == "header" and error.keyword == "required"
        }
        idempotency = self.operation.idempotency
        if idempotency is not None and f"/{idempotency.header.lower()}" in missing:
            detail = f"Send a new random {idempotency.header} with each change."
            return Refusal(400, "idempotency key missing", detail, errors)
        if len(errors) == 1 and missing & {"/if-match", "/if-unmodified-since"} and self._declares("428"):
            name = errors[0].pointer[1:]
            return Refusal(428, "precondition required", f"Send {name} with what you know of the resource.", errors)
        return None

    def _declares(self, status: str) -> bool:
        return any(reply.status == status for reply in self.operation.replies)

    def _served(self, call: Call) -> Awaitable[Answer]:
        return self._with_middleware(call) if self._wiring.around else self._within_scope(call)

    async def _with_middleware(self, call: Call) -> Answer:
        answers: list[tuple[Reply, Answer]] = []

        async def innermost() -> Reply:
            answer = await self._within_scope(call, answers)
            return answers[-1][0] if answers else _unreachable(answer)

        reply = await _wrapped(self._wiring.around, call, innermost)()
        for known, answer in answers:
            if known is reply:
                return answer
        return self._outgoing.reply(reply, call)

    async def _within_scope(self, call: Call, answers: list[tuple[Reply, Answer]] | None = None) -> Answer:
        """Runs the handler in its unit of work. The answer is complete before the commit, and sent after it."""
        scope = self._open(call)
        entered = await scope.__aenter__()
        try:
            reply = await self._handled(call, entered)
            answer = self._outgoing.reply(reply, call)
        except BaseException as error:
            await scope.__aexit__(type(error), error, error.__traceback__)
            raise
        if isinstance(answer.content, bytes):
            await scope.__aexit__(None, None, None)
        else:
            answer.scope = scope
        if answers is not None:
            answers.append((reply, answer))
        return answer

    def _handled(self, call: Call, entered: Any) -> Awaitable[Reply]:
        handlers = self._factory(entered)
        if type(handlers) not in self._checked:
            check_handlers(type(handlers), self._protocol)
            self._checked.add(type(handlers))
        method = getattr(handlers, self.operation.handler)
        if not self._wiring.inside:
            return method(**call.arguments)  # type: ignore[no-any-return]

        async def innermost() -> Reply:
            return await method(**call.arguments)  # type: ignore[no-any-return]

        step: Callable[[], Awaitable[Reply]] = innermost
        for middleware in reversed(self._wiring.inside):
            step = _inside_step(middleware, call, entered, step)
        return step()

    def _refused(self, refusal: Refusal, scope: Scope) -> Answer:
        choose = self._wiring.settings.refusal
        problem = choose(self.operation, refusal) if choose is not None else None
        if problem is not None:
            return self._outgoing.problem(problem, scope)
        extra = self._wiring.settings.problem_members
        status, content = self._refusals.answer(refusal, extra(scope) if extra is not None else _NO_VALUES)
        return problem_answer(status, content, refusal.headers)


_NO_VALUES: Mapping[str, str] = {}


def _close(open_files: Sequence[Callable[[], None]]) -> None:
    for close in open_files:
        close()


def _unreachable(answer: Answer) -> Reply:
    raise ContractViolation(f"an answer without a reply: {answer.status}")


def _sentence(error: Detail) -> str:
    where = f" {error.pointer[1:]}" if error.pointer else ""
    return f"{error.source}{where}: {error.detail}"


def _wrapped(
    around: Sequence[Around], call: Call, step: Callable[[], Awaitable[Reply]]
) -> Callable[[], Awaitable[Reply]]:
    for middleware in reversed(around):
        step = _around_step(middleware, call, step)
    return step


def _around_step(
    middleware: Around, call: Call, step: Callable[[], Awaitable[Reply]]
) -> Callable[[], Awaitable[Reply]]:
    return lambda: middleware(call, step)


def _inside_step(
    middleware: Inside, call: Call, entered: Any, step: Callable[[], Awaitable[Reply]]
) -> Callable[[], Awaitable[Reply]]:
    return lambda: middleware(call, entered, step)


def _negotiation(operation: Operation) -> Negotiation | None:
    """Only where there is a choice: elsewhere ``Accept`` is not looked at (RFC 9110, section 12.5.1 allows that)."""
    successes = [reply for reply in operation.replies if reply.status[0] in "123"]
    offered = list(dict.fromkeys(name for reply in successes for name in reply.media_types))
    return Negotiation(offered) if any(len(reply.media_types) > 1 for reply in successes) else None


def _credential_names(operation: Operation, schemes: Mapping[str, SecurityScheme]) -> list[str]:
    """Query parameters that carry API keys of the operation."""
    used = [schemes[name] for requirement in operation.security for name in requirement]
    return [scheme.parameter for scheme in used if scheme.place == "query" and scheme.parameter]


def _has_own_handler(scope: Scope, problem: Problem) -> bool:
    """Whether the application wants to answer this kind of problem itself."""
    handlers = getattr(scope.get("app"), "exception_handlers", None) or {}
    return any(kind in handlers for kind in type(problem).__mro__ if kind not in (Exception, BaseException, object))
