"""What earlier replies have told: identifiers of things that exist, so that requests reach more than 404."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tallystick.contract import Contract, Operation, Parameter
from tallystick.document import pointer_tokens
from tallystick.fuzz.requests import Draft

if TYPE_CHECKING:
    from httpx2 import Response

__all__ = ["Resources", "is_idempotency_key"]

_KEY: Final = re.compile(r"[0-9]{6}-tally-near-miss")


class Resources:
    """Values for parameters, learned from links (section 4.8.20), from lists and from names."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._linked: dict[tuple[str, str], Any] = {}
        self._named: dict[tuple[str, str], Any] = {}
        self._fresh = itertools.count(1)

    def value(self, operation: Operation, parameter: Parameter) -> Any:
        """A value that names something that exists, None when nothing is known."""
        if is_idempotency_key(operation, parameter):
            return self._fresh_key()
        linked = self._linked.get((operation.id, parameter.name))
        return linked if linked is not None else self._named.get((_holder(operation.path, parameter), parameter.name))

    def _fresh_key(self) -> str:
        """The number stands in front, so that keys cut short still differ."""
        return f"{next(self._fresh):06d}-tally-near-miss"

    def body(self, operation: Operation, value: Any) -> Any:
        """The body with references to things that exist, where its members are named like their path parameters."""
        if not isinstance(value, dict):
            return value
        known = {name: found for (holder, name), found in self._named.items() if holder != operation.path}
        changed = {
            key: found
            for key, old in value.items()
            for name, found in known.items()
            if (key == name or key.endswith(f"_{name}")) and type(old) is type(found)
        }
        return {**value, **changed}

    def with_fresh_key(self, draft: Draft) -> Draft:
        """The request with an idempotency key that no request has had, unless its key is what is tried."""
        fresh: dict[tuple[str, str], Any] = {
            (parameter.place, parameter.name): self._fresh_key()
            for parameter in draft.operation.parameters
            if is_idempotency_key(draft.operation, parameter)
            and _KEY.fullmatch(str(draft.parameters.get((parameter.place, parameter.name), "")))
        }
        return replace(draft, parameters={**draft.parameters, **fresh}) if fresh else draft

    def learn(self, operation: Operation, reply: Response) -> None:
        """Remembers what a successful reply names."""
        try:
            body = reply.json()
        except (ValueError, UnicodeDecodeError):
            body = None
        declared = next((each for each in operation.replies if each.status == str(reply.status_code)), None)
        for link in declared.links if declared is not None else ():
            for name, expression in link.parameters.items():
                value = _evaluated(expression, body, reply.headers)
                if value is not None and link.operation_id is not None:
                    self._linked.setdefault((link.operation_id, name.rpartition(".")[2]), value)
        for thing in _things(body):
            self._learn_names(operation.path, thing)

    def _learn_names(self, path: str, thing: Mapping[str, Any]) -> None:
        """``POST /items`` and ``GET /items`` tell of ``{sku}`` in ``/items/{sku}``: by its name, else by ``id``."""
        for other in self._contract.operations:
            for parameter in other.parameters:
                if parameter.place == "path" and _holder(other.path, parameter) == path:
                    value = thing.get(parameter.name, thing.get("id"))
                    if isinstance(value, str | int):
                        self._named.setdefault((path, parameter.name), value)


def _holder(path: str, parameter: Parameter) -> str:
    """The path of the collection: what stands before the placeholder."""
    return path.partition(f"/{{{parameter.name}}}")[0]


def is_idempotency_key(operation: Operation, parameter: Parameter) -> bool:
    """Whether the parameter is the key of ``x-tally-idempotency``."""
    said = operation.extensions.get("x-tally-idempotency")
    return isinstance(said, Mapping) and str(said.get("header", "")).lower() == parameter.name.lower()


def _things(body: Any) -> Iterator[Mapping[str, Any]]:
    """The object of a reply, or the first one of its list."""
    if isinstance(body, dict):
        yield body
        lists = [value for value in body.values() if isinstance(value, list)]
    else:
        lists = [body] if isinstance(body, list) else []
    for listed in lists:
        if listed and isinstance(listed[0], dict):
            yield listed[0]


def _evaluated(expression: Any, body: Any, headers: Mapping[str, str]) -> Any:
    """A runtime expression (section 4.8.20.4) over a reply; a constant is itself."""
    if not isinstance(expression, str) or not expression.startswith("$"):
        return expression
    if expression.startswith("$response.header."):
        return headers.get(expression.removeprefix("$response.header."))
    if expression.startswith("$response.body#"):
        value = body
        for token in pointer_tokens(expression.removeprefix("$response.body#")):
            value = value.get(token) if isinstance(value, dict) else None
        return value
    return None
