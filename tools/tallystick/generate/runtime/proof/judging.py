"""What a raw request says, held against the values that it was to carry."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from . import reading
from .contract import Contract

__all__ = ["RequestJudge"]


class RequestJudge:
    """Judges the requests of a client. ``typed`` gives the Python value that a client takes for a JSON value."""

    def __init__(self, contract: Contract, typed: Callable[[Any, Any], Any]) -> None:
        self._contract = contract
        self._typed_as = typed

    def _typed(self, pointer: str, value: Any) -> Any:
        return self._typed_as(self._contract.at(pointer), value)

    def _property(self, body: Mapping[str, Any], name: str, value: Any) -> Any:
        """The Python value of a member of a form."""
        schema = self._contract.resolved(self._contract.at(body["schema"])) if body["schema"] else {}
        members = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
        return self._typed_as(members.get(name, True), value)

    def fault(self, surface: Mapping[str, Any], values: Mapping[str, Any], request: httpx2.Request) -> str | None:
        """What a request that was to carry ``values`` does not say as the contract does; None for a faithful one."""
        if request.method != surface["method"]:
            return f"sent {request.method}, the contract says {surface['method']}"
        target = request.url.raw_path.decode("ascii")
        path, _, query = target.partition("?")
        if not path.startswith("/base"):
            return f"left the base path: {path}"
        template, _, fixed = surface["path"].partition("#")[0].partition("?")
        if not query.startswith(fixed):
            return f"sent the query {query}, which the path of the contract begins with {fixed}"
        segments = reading.path_values(template, path.removeprefix("/base"))
        if segments is None:
            return f"sent the path {path}, the contract says {surface['path']}"
        pairs = reading.query_of(query)
        for parameter in surface["parameters"]:
            fault = self._parameter_fault(parameter, values["arguments"], segments, pairs, request)
            if fault:
                return fault
        return self._body_fault(surface, values, request)

    def _parameter_fault(
        self,
        parameter: Mapping[str, Any],
        values: Mapping[str, Any],
        segments: Mapping[str, str],
        pairs: Any,
        request: httpx2.Request,
    ) -> str | None:
        name, place = parameter["name"], parameter["place"]
        if parameter["argument"] not in values:
            if place == "header" and parameter["required"] and name.lower() not in request.headers:
                return f"the required header {name} is missing"
            return None
        value = values[parameter["argument"]]
        if place == "querystring":
            return None  # the whole query is the value; its pairs have no names to look for
        if parameter["media_type"]:
            value = (
                value
                if isinstance(value, str) and "json" not in parameter["media_type"]
                else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
            )
        got = self._got(parameter, value, segments, pairs, request)
        deep = parameter["style"] == "deepObject" and isinstance(value, Mapping | list)
        wanted = reading.deep_spelled(value) if deep else reading.spelled(value)
        held = self._typed(parameter["schema"], value) if parameter["schema"] else value
        if not _agree(got, wanted, held) and not (deep and _without_empty(got) == _without_empty(wanted)):
            return f"{place} parameter {name}: sent {got!r} for {value!r}"
        return None

    def _got(
        self, parameter: Mapping[str, Any], value: Any, segments: Mapping[str, str], pairs: Any, request: httpx2.Request
    ) -> Any:
        name, style, explode = parameter["name"], parameter["style"], parameter["explode"]
        if parameter["place"] == "path":
            return reading.path_value(name, style, explode, segments[name], value)
        if parameter["place"] == "header":
            return reading.header_value(request.headers.get(name, ""), explode, value)
        if parameter["place"] == "cookie":
            return reading.query_value(
                name, "form", explode, reading.cookies_of(request.headers.get("cookie", "")), value
            )
        return reading.query_value(name, style, explode, pairs, value)

    def _body_fault(  # noqa: PLR0911 # one line per kind
        self, surface: Mapping[str, Any], values: Mapping[str, Any], request: httpx2.Request
    ) -> str | None:
        body = surface.get("body")
        if not body or "body" not in values:
            return None
        sent, content_type = request.content, request.headers.get("content-type", "")
        wanted = values["body"]
        if body["spread"]:
            wanted = {name: one for name, one in wanted.items() if name in body["spread"]}
            if not wanted and not body["required"] and not sent:
                return None  # an optional body of which nothing was given is not sent
        if body["kind"] != "multipart" and body["media_type"].partition(";")[0] != content_type.partition(";")[0]:
            return f"sent {content_type}, the contract says {body['media_type']}"
        if body["kind"] == "json":
            got = json.loads(sent)
            return None if got == wanted else f"sent {got!r} for {wanted!r}"
        if body["kind"] == "lines":
            got = [json.loads(line) for line in sent.splitlines()]
            return None if got == wanted else f"sent {got!r} for {wanted!r}"
        if body["kind"] == "form":
            return self._form_fault(body, wanted, reading.form_of(sent))
        if body["kind"] == "multipart":
            return self._multipart_fault(body, wanted, reading.parts_of(content_type, sent))
        return None if sent.decode() == wanted else f"sent {sent!r} for {wanted!r}"

    def _form_fault(self, body: Mapping[str, Any], wanted: Mapping[str, Any], pairs: Any) -> str | None:
        for name, value in wanted.items():
            encoding = body["encoding"].get(name, {})
            nested = isinstance(value, Mapping) or (
                isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value)
            )
            if "style" not in encoding and (nested or encoding.get("contentType")) and not isinstance(value, str):
                value = json.dumps(value, separators=(",", ":"), ensure_ascii=False)  # noqa: PLW2901 # sent as JSON
            style = encoding.get("style", "form")
            explode = encoding.get("explode", style in {"form", "deepObject"})
            got = reading.query_value(name, style, explode, pairs, value)
            deep = style == "deepObject" and isinstance(value, Mapping | list)
            expected = reading.deep_spelled(value) if deep else reading.spelled(value)
            held = self._property(body, name, value)
            if not _agree(got, expected, held) and not (deep and _without_empty(got) == _without_empty(expected)):
                return f"form field {name}: sent {got!r} for {value!r}"
        return None

    def _multipart_fault(self, body: Mapping[str, Any], wanted: Mapping[str, Any], parts: Any) -> str | None:
        for name, value in wanted.items():
            got = [content.decode() for key, _, _, content in parts if key == name]
            encoding = body["encoding"].get(name, {})
            one_part = isinstance(value, list) and "json" in str(encoding.get("contentType", ""))
            listed = value if isinstance(value, list) and not one_part else [value]
            expected = [
                one if isinstance(one, str) else json.dumps(one, separators=(",", ":"), ensure_ascii=False)
                for one in listed
            ]
            held = [self._property(body, name, value)] if value is not listed else self._property(body, name, value)
            same = _agree(got, expected, held)
            if not same and [_loaded(one) for one in got] != [_loaded(one) for one in expected]:
                return f"part {name}: sent {got!r} for {value!r}"
            if name in body["files"] and any(file is None for key, file, _, _ in parts if key == name):
                return f"part {name} is a file, but has no file name"
        return None


def _agree(got: Any, wanted: Any, held: Any) -> bool:
    """Whether texts are the same, or spell the same instant where that is what the client was given."""
    if isinstance(held, dt.datetime) and isinstance(got, str):
        return dt.datetime.fromisoformat(got) == held
    if isinstance(held, list) and isinstance(got, list) and isinstance(wanted, list) and len(got) == len(wanted):
        return len(held) == len(got) and all(map(_agree, got, wanted, held))
    return bool(got == wanted)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _without_empty(value: Any) -> Any:
    """A nested value without what a query cannot say: empty lists and maps."""
    if isinstance(value, Mapping):
        kept = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in ({}, [], None)}
    return [_without_empty(item) for item in value] if isinstance(value, list) else value
