"""For every operation: does what the client sends, and does how it reads replies, hold against the contract?"""

from __future__ import annotations

import asyncio
import functools
import importlib
import json
import random
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from . import reading
from .contract import Contract, escaped
from .drawing import drawn, typed, widened
from .judging import RequestJudge

_UNDRAWABLE = (HypothesisException, re.error)  # also patterns of classes that Python does not know, such as \p{L}
BASE_URL = "http://wire.test/base"


@dataclass(frozen=True)
class Fault:
    """Something that does not hold: for which operation, at which step, and why."""

    operation: str
    step: str
    message: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.step}: {self.message}"


class Unproven(Exception):
    """No values could be drawn from the schemas of an operation."""


class Proof:
    """The proof for one client package."""

    def __init__(
        self, package: str, contract: Contract, surfaces: Sequence[Mapping[str, Any]], examples: int = 5
    ) -> None:
        self.package = importlib.import_module(package)
        self.models = importlib.import_module(f"{package}.models")
        self.to_json = importlib.import_module(f"{package}.runtime.values").to_json
        self.reply_info = importlib.import_module(f"{package}.runtime.reply").ReplyInfo
        self.errors = importlib.import_module(f"{package}.runtime.errors")
        self.name = package
        self._proven: set[str] = set()
        self.overlaps: list[tuple[str, str]] = []
        """Operations and steps of which no value fits exactly one member of a ``oneOf``."""
        self.contract = contract
        self._judge = RequestJudge(contract, functools.partial(typed, contract, self.models))
        self.surfaces = surfaces
        self._settings = settings(
            max_examples=examples,
            database=None,
            derandomize=True,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )

    def requests(self, surface: Mapping[str, Any]) -> list[Fault]:
        """Send drawn arguments through both clients and read the raw requests."""
        return self._examined(surface, "request", functools.partial(self._arguments, surface), self._one_request)

    def replies(self, surface: Mapping[str, Any]) -> Iterator[Fault]:
        """Read drawn replies, plain and from the future, and write them back."""
        for status, media, pointer in self._json_replies(surface):
            if int(status[0]) >= 4 if status[0].isdigit() else not surface["default_succeeds"]:
                shape = json.dumps([media, self.contract.at(pointer)], sort_keys=True)
                if shape in self._proven:
                    continue  # the errors that all operations share are proven once
                self._proven.add(shape)
            strategy = functools.partial(_drawn_at, pointer)
            step = f"reply {status} {media}"
            check = functools.partial(self._one_reply, status, media, pointer)
            yield from self._examined(surface, step, strategy, check)

    def failures(self, surface: Mapping[str, Any]) -> Iterator[Fault]:
        """Every documented error gives its class, and so does an HTML page of a proxy."""
        for status in self._error_statuses(surface):
            yield from self._one_failure(surface, status, "text/plain", b"broken")
        yield from self._one_failure(surface, 503, "text/html", b"<html>503</html>")

    def _examined(
        self,
        surface: Mapping[str, Any],
        step: str,
        strategy: Callable[[Contract], Any],
        check: Callable[[Any, Any], str | None],
    ) -> list[Fault]:
        """The faults among drawn values; of a ``oneOf`` that no value fits just once, values that fit several."""
        try:
            return self._run(surface, step, strategy(self.contract), check)
        except _UNDRAWABLE as error:
            reason = f"{surface['id']}: {step}: no values could be drawn ({type(error).__name__})"
        try:
            found = self._run(surface, step, strategy(self.contract.eased), check)
        except _UNDRAWABLE as error:
            raise Unproven(reason) from error
        self.overlaps.append((surface["id"], step))
        return found

    def _run(
        self, surface: Mapping[str, Any], step: str, strategy: Any, check: Callable[[Any, Any], str | None]
    ) -> list[Fault]:
        found: list[Fault] = []

        @self._settings
        @given(strategy)
        def run(value: Any) -> None:
            message = check(surface, value) if not found else None
            if message:
                found.append(Fault(surface["id"], step, message))

        random.seed(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # large schemas have large representations, and deprecated calls warn
            run()
        return found

    # what is sent

    def _arguments(self, surface: Mapping[str, Any], contract: Contract) -> st.SearchStrategy[dict[str, Any]]:
        fixed: dict[str, Any] = {}
        optional: dict[str, Any] = {}
        for parameter in surface["parameters"]:
            pointer = parameter["schema"]
            values: st.SearchStrategy[Any] = st.text("abc", min_size=1)
            if pointer:
                values = drawn(contract, pointer)
            values = values.filter(_sendable(parameter))
            (fixed if parameter["required"] else optional)[parameter["argument"]] = values
        arguments = st.fixed_dictionaries(fixed, optional=optional).filter(_tells_apart(surface["parameters"]))
        body = surface.get("body")
        if not body:
            return st.builds(lambda one: {"arguments": one}, arguments)
        strategy: st.SearchStrategy[Any] = st.text("abc", min_size=1)
        if body["schema"]:
            strategy = drawn(contract, body["schema"])
        if body["kind"] == "lines":
            strategy = st.lists(strategy, min_size=1, max_size=3)
        elif body["kind"] in {"text", "bytes"}:
            strategy = st.text("abc", min_size=1)
        elif body["kind"] in {"form", "multipart"}:
            strategy = strategy.filter(lambda value: isinstance(value, dict) and bool(value))
        return st.builds(lambda one, two: {"arguments": one, "body": two}, arguments, strategy)

    def _one_request(self, surface: Mapping[str, Any], drawn_values: Mapping[str, Any]) -> str | None:
        kwargs = self._keywords(surface, drawn_values)
        seen = [
            self._recorded(surface, dict(kwargs), asynchronous=False),
            self._recorded(surface, dict(kwargs), asynchronous=True),
        ]
        for which, request in zip(("blocking", "asynchronous"), seen, strict=True):
            fault = request if isinstance(request, str) else self._judge.fault(surface, drawn_values, request)
            if fault:
                return f"{which}: {fault}"
        return None

    def _keywords(self, surface: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        pointers = {one["argument"]: one["schema"] for one in surface["parameters"]}
        kwargs = {name: self._typed(pointers[name], value) for name, value in values["arguments"].items()}
        body = surface.get("body")
        if body and "body" in values:
            if body["spread"]:
                kwargs |= self._spread(body, values["body"])
            else:
                kwargs["body"] = self._whole(body, values["body"])
        return kwargs

    def _typed(self, pointer: str, value: Any) -> Any:
        return typed(self.contract, self.models, self.contract.at(pointer), value) if pointer else value

    def _spread(self, body: Mapping[str, Any], value: Mapping[str, Any]) -> dict[str, Any]:
        schema = self.contract.resolved(self.contract.at(body["schema"]))
        found: dict[str, Any] = {}
        for wire, one in value.items():
            argument = body["spread"].get(wire)
            if argument is None:
                continue  # only the server sets it, or the contract does not name it
            if wire in body["files"] and isinstance(one, str):
                found[argument] = one.encode()
            elif wire in body["files"] and isinstance(one, list):
                found[argument] = [item.encode() for item in one]
            else:
                found[argument] = typed(self.contract, self.models, schema["properties"][wire], one)
        return found

    def _whole(self, body: Mapping[str, Any], value: Any) -> Any:
        if body["kind"] == "json":
            return self._typed(body["schema"], value)
        if body["kind"] == "lines":
            return [self._typed(body["schema"], one) for one in value]
        return value.encode() if body["kind"] == "bytes" else value

    def _recorded(
        self, surface: Mapping[str, Any], kwargs: dict[str, Any], *, asynchronous: bool
    ) -> httpx2.Request | str:
        seen: list[httpx2.Request] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            seen.append(request)
            return httpx2.Response(418, content=b"")

        positional = [kwargs.pop(name) for name in surface["positional"]]
        try:
            if asynchronous:
                asyncio.run(self._call_async(surface, positional, kwargs, answer))
            else:
                http = httpx2.Client(transport=httpx2.MockTransport(answer))
                client = self.package.Client(base_url=BASE_URL, http_client=http)
                _method(client, surface["call"])(*positional, **kwargs)
        except self.errors.ApiStatusError:
            pass
        except Exception as error:  # noqa: BLE001 # whatever it is, it is what the proof reports
            return f"{type(error).__name__}: {error} for {kwargs!r}"
        return seen[-1] if seen else "nothing was sent"

    async def _call_async(
        self, surface: Mapping[str, Any], positional: list[Any], kwargs: dict[str, Any], answer: Any
    ) -> None:
        async def reply(request: httpx2.Request) -> httpx2.Response:
            await request.aread()
            response: httpx2.Response = answer(request)
            return response

        async with httpx2.AsyncClient(transport=httpx2.MockTransport(reply)) as http:
            client = self.package.AsyncClient(base_url=BASE_URL, http_client=http)
            await _method(client, surface["call"])(*positional, **kwargs)

    # what is read

    def _json_replies(self, surface: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
        operation = self.contract.at(surface["pointer"])
        if surface["method"] == "HEAD":
            return
        for status, reply in operation["responses"].items():
            for media, entry in (reply.get("content") or {}).items():
                plain = media.partition(";")[0].strip()
                if plain.endswith(("/json", "+json")) and entry.get("schema") is not None:
                    yield (
                        status,
                        media,
                        f"{surface['pointer']}/responses/{escaped(status)}/content/{escaped(media)}/schema",
                    )

    def _one_reply(self, status: str, media: str, pointer: str, surface: Mapping[str, Any], value: Any) -> str | None:
        module = importlib.import_module(f"{self.name}.api.{surface['module']}")
        code = _code(status, surface["replies"], succeeding=surface["default_succeeds"])
        info = self.reply_info(code, httpx2.Headers({"content-type": media.partition(";")[0].replace("*", "x")}))
        for shown in (value, widened(self.contract, self.contract.at(pointer), value)):
            fault = self._read_fault(module, info, shown)
            if fault:
                return fault
        return None

    def _read_fault(self, module: Any, info: Any, value: Any) -> str | None:
        body = json.dumps(value).encode()
        try:
            got = module.parse(info, body)
        except self.errors.ApiStatusError as error:
            if info.status < 300:
                return f"{info.status} raised {error!r}"
            got = error.value
            if got is None and value is not None:
                return f"{info.status}: the body was not read: {value!r}"
        except self.errors.InvalidReply as error:
            return f"{error} for {value!r}"
        again = self.to_json(got)
        return None if again == value else f"{value!r} was written back as {again!r}"

    def _error_statuses(self, surface: Mapping[str, Any]) -> list[int]:
        return [int(status) for status in surface["replies"] if status.isdigit() and int(status) >= 400]

    def _one_failure(self, surface: Mapping[str, Any], status: int, media: str, body: bytes) -> Iterator[Fault]:
        module = importlib.import_module(f"{self.name}.api.{surface['module']}")
        info = self.reply_info(status, httpx2.Headers({"content-type": media}))
        wanted = self.errors.error_class(status)
        try:
            module.parse(info, body)
        except self.errors.ApiStatusError as error:
            if not isinstance(error, wanted) or error.status != status:
                yield Fault(surface["id"], f"error {status}", f"raised {type(error).__name__}, not {wanted.__name__}")
        except Exception as error:  # noqa: BLE001 # whatever it is, it is not what was promised
            yield Fault(surface["id"], f"error {status}", f"raised {type(error).__name__}: {error}")
        else:
            yield Fault(surface["id"], f"error {status}", "raised nothing")


def _drawn_at(pointer: str, contract: Contract) -> st.SearchStrategy[Any]:
    return drawn(contract, pointer)


def _method(client: Any, call: str) -> Any:
    for name in call.split("."):
        client = getattr(client, name)
    return client


def _sendable(parameter: Mapping[str, Any]) -> Callable[[Any], bool]:
    """Whether a parameter can carry a value: no empty path segment, no separator of its own style, no nesting."""
    strict = parameter["place"] in {"path", "header", "cookie"}

    def test(value: Any) -> bool:
        if parameter["media_type"]:
            return True
        texts = _scalars(value)
        if strict and (value in ("", [], {}) or any(one == "" for one in texts)):
            return False
        if parameter["place"] == "header":
            separators = "," if isinstance(value, str | int | float) else ",="
            return all(
                one.isascii() and one.isprintable() and one == one.strip() and not (set(one) & set(separators))
                for one in texts
            )
        flat = parameter["style"] == "deepObject" or not _nested(value)
        return flat and (not isinstance(value, Mapping) or all(value)) and value != []

    return test


def _tells_apart(parameters: Sequence[Mapping[str, Any]]) -> Callable[[Mapping[str, Any]], bool]:
    """Whether no two things go under one name in the query, as members of an exploded object may."""
    query = {one["argument"]: one for one in parameters if one["place"] == "query"}

    def test(values: Mapping[str, Any]) -> bool:
        used: list[str] = []
        for argument in values.keys() & query.keys():
            style = query[argument]["style"], query[argument]["explode"]
            is_spread = style == ("form", True) and isinstance(values[argument], Mapping)
            used += values[argument] if is_spread else [query[argument]["name"]]
        return len(set(used)) == len(used)

    return test


def _nested(value: Any) -> bool:
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(isinstance(one, Mapping | list) for one in items)


def _scalars(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [*map(str, value), *(one for item in value.values() for one in _scalars(item))]
    return [one for item in value for one in _scalars(item)] if isinstance(value, list) else [reading.text(value)]


def _code(status: str, stated: list[str], *, succeeding: bool) -> int:
    """A status that this reply is the documented one for."""
    if status.isdigit():
        return int(status)
    if status != "default":
        return next(
            code for code in range(int(status[0]) * 100 + 21, int(status[0]) * 100 + 100) if str(code) not in stated
        )
    ranges = {one[0] for one in stated if one.endswith("XX")}
    candidates = (299, 298) if succeeding else (599, 499)
    return next((code for code in candidates if str(code) not in stated and str(code)[0] not in ranges), candidates[0])
