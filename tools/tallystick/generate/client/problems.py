"""The exception classes of declared problem types, and the receiver of webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tallystick.contract import problem_types
from tallystick.contract.model import Contract, Operation, Problem
from tallystick.generate.client.components import Models, property_doc
from tallystick.generate.client.engine_types import ModelProperty, PropertyProtocol
from tallystick.generate.client.literal import literal
from tallystick.generate.client.slots import body_key, problem_key
from tallystick.generate.client.spelling import Names, doc_text

__all__ = ["ERROR_NAMES", "own_fields", "problem_module", "problems_of", "webhook_module"]

_BY_STATUS = {
    "400": "BadRequest", "401": "Unauthorized", "402": "PaymentRequired", "403": "Forbidden", "404": "NotFound",
    "405": "MethodNotAllowed", "406": "NotAcceptable", "408": "RequestTimeout", "409": "Conflict", "410": "Gone",
    "412": "PreconditionFailed", "413": "ContentTooLarge", "415": "UnsupportedMediaType",
    "422": "UnprocessableContent", "428": "PreconditionRequired", "429": "TooManyRequests",
    "503": "ServiceUnavailable",
}  # fmt: skip
ERROR_NAMES = frozenset((*_BY_STATUS.values(), "ClientError", "Redirected", "ServerError"))
"""Classes of errors that every client has; the package exports them under these names."""
_TAKEN = frozenset((
    "add_note", "args", "at", "attempts", "body", "declared_retryable", "detail", "expected_status", "headers", "info",
    "member", "method", "operation_id", "path", "problem", "request_id", "retry_after", "retryable", "stated_retryable",
    "status", "title", "type", "uri", "value", "with_traceback",
))  # fmt: skip
"""Attributes that every error has."""


def problems_of(contract: Contract) -> dict[str, Problem]:
    """The declared problem types by URI, with unique class names."""
    return problem_types(contract.operations)


def base_class(status: str) -> str:
    """The class of errors that a problem of this status derives from."""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return {"4": "ClientError", "5": "ServerError"}.get(status[:1], "ApiStatusError")


def problem_module(models: Models, problems: Mapping[str, Problem]) -> str:
    """The text of ``problems.py``."""
    fields = [one for problem in problems.values() for one in own_fields(models, problem)]
    names = Names([*fields, *(problem.name for problem in problems.values())], dots=".")
    listed = [_problem(models, problem, names) for problem in problems.values()]
    return models.engine.project.render(
        "problems.py.jinja", problems=sorted(listed, key=lambda one: str(one["name"])), names=names
    )


def _problem(models: Models, problem: Problem, names: Names) -> dict[str, Any]:
    operation, status = _first_use(models.contract, problem.type)
    prop = models.engine.slots[operation.python_name].get(problem_key(problem.type))
    component = _component(models, prop, problem.type) if prop is not None else ""
    title = doc_text(problem.title) or problem.name
    return {
        "name": problem.name,
        "base": base_class(status),
        "uri": literal(problem.type),
        "retryable": problem.retryable,
        "title": f"{title.rstrip('.')}. ({status}, ``{doc_text(problem.type)}``)",
        "fields": _fields(models, component, names) if component else [],
    }


def _first_use(contract: Contract, uri: str) -> tuple[Operation, str]:
    for operation in contract.operations:
        for reply in operation.replies:
            if any(problem.type == uri for problem in reply.problems):
                return operation, reply.status
    raise KeyError(uri)


def _component(models: Models, prop: PropertyProtocol, uri: str) -> str:
    """The component of a problem: the one of a union that has its type as a constant, else the only one there is."""
    members: list[Any] = list(getattr(prop, "inner_properties", [prop]))
    found: list[str] = []
    seen: set[str] = set()
    while members:
        member = members.pop(0)
        name = str(member.class_info.name) if isinstance(member, ModelProperty) else ""
        if not name or name in seen:
            continue
        seen.add(name)
        if models.kinds[name] == "union":
            members = [*models.engine.components[name].slots.values(), *members]
        elif models.kinds[name] == "model":
            found.append(name)
    return next((name for name in found if _is_of(models, name, uri)), found[0] if len(found) == 1 else "")


def _is_of(models: Models, name: str, uri: str) -> bool:
    kind = models.contract.schemas[name].properties.get("type")
    if kind is None:
        return False
    value = models.contract.resolve(kind) if kind.ref else kind
    return value.get("const") == uri or list(value.get("enum") or ()) == [uri]


def _fields(models: Models, name: str, names: Names) -> list[dict[str, str]]:
    schema, component = models.contract.schemas[name], models.engine.components[name]
    found = []
    for wire, attribute in models.attributes[name].items():
        if attribute in _TAKEN:
            continue
        text = models.speller.type(component.slots[wire], names)
        if wire not in schema.required:
            text += f" | {names('NotGiven')}"
        doc = (
            property_doc(models.contract, schema.properties[wire]) or f"The member ``{doc_text(wire)}`` of the problem."
        )
        found.append({"attribute": attribute, "type": text, "doc": doc})
    return found


def own_fields(models: Models, problem: Problem) -> list[str]:
    """Attributes that a problem has beyond those of every error."""
    operation, _ = _first_use(models.contract, problem.type)
    prop = models.engine.slots[operation.python_name].get(problem_key(problem.type))
    component = _component(models, prop, problem.type) if prop is not None else ""
    if not component:
        return []
    return [one for one in models.attributes[component].values() if one not in _TAKEN | {"instance", "errors"}]


def webhook_module(models: Models) -> str | None:
    """The text of ``webhooks.py``, None for a contract without webhooks."""
    payloads = [
        (operation, models.engine.slots[operation.python_name][body_key(media)])
        for operation in models.contract.webhooks
        if operation.body is not None and operation.python_name in models.engine.slots
        for media in operation.body.content
    ]
    if not payloads:
        return None
    names = Names(dots=".")
    types = list(dict.fromkeys(models.speller.type(prop, names) for _, prop in payloads))
    members = list({models.speller.type(prop, Names()): prop for _, prop in payloads}.values())
    reader = models.union_reader(members, names)
    listed = [
        (doc_text(operation.path), doc_text(operation.summary or operation.description.partition("\n")[0]))
        for operation, _ in payloads
    ]
    return models.engine.project.render(
        "webhooks.py.jinja",
        names=names,
        type=literal(" | ".join([*types, names("Unknown")])),
        reader=reader,
        payloads=list(dict.fromkeys(listed)),
        several=len(members) > 1,
    )
