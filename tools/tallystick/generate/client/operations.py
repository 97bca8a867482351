"""The low-level modules: one per operation, free of input and output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tallystick.contract.model import Contract, Encoding, MediaType, Operation, Parameter, Problem, Reply, Schema
from tallystick.generate.client.components import Models
from tallystick.generate.client.literal import literal, tuple_of, tuple_text
from tallystick.generate.client.slots import kind_of_reply, payload_schema, reply_key
from tallystick.generate.client.spelling import Names, doc_text
from tallystick.generate.client.surface import Surface, body_type, file_kind, media_kind

__all__ = [
    "idempotency_argument",
    "operation_module",
    "secret_properties",
    "signature",
    "stated_encoding",
    "summary_of",
]


def operation_module(models: Models, surface: Surface, problems: Mapping[str, Problem]) -> str:
    """The text of ``api/<group>/<operation>.py``."""
    operation = surface.operation
    names = Names([argument.name for argument in surface.arguments] + ["operation", "build", "parse"], dots="...")
    return models.engine.project.render(
        "endpoint_module.py.jinja",
        endpoint=models.engine.endpoints[operation.python_name],
        title=doc_text(f"``{operation.method} {operation.path}``: {summary_of(operation)}"),
        result=surface.result_type(models, names),
        members=list(_members(models, surface, names, problems)),
        arguments=signature(models, surface, names),
        passed=[(parameter.python_name, argument) for parameter, argument in _parameter_arguments(surface)],
        body=_body_expression(surface),
        content_type="content_type" if _has(surface, "content_type") else "",
        accept="accept" if surface.choices else "",
        names=names,
    )


def summary_of(operation: Operation) -> str:
    """One line that says what the operation does."""
    text = operation.summary or operation.description.strip().partition("\n")[0]
    return " ".join(text.split()).rstrip(".") or operation.id


def signature(models: Models, surface: Surface, names: Names) -> list[str]:
    """Declarations of all arguments: path parameters, then required ones, then the rest."""
    ordered = sorted(surface.arguments, key=lambda one: not (one.required and one.default is None))
    return [_declaration(models, surface, one, names) for one in ordered]


def _declaration(models: Models, surface: Surface, argument: Any, names: Names) -> str:
    if argument.name == "body" and argument.fixed == "":
        text = body_type(models, surface, names)
        return f"body: {text}" if argument.required else f"body: {text} | {names('NotGiven')} = {names('NOT_GIVEN')}"
    if argument.name == idempotency_argument(surface):
        return f"{argument.name}: {argument.type(models, names)} | {names('NotGiven')} = {names('NOT_GIVEN')}"
    return str(argument.declaration(models, names))


def idempotency_argument(surface: Surface) -> str | None:
    """The argument for the idempotency key, which is made up where the caller gives none."""
    header = _idempotency(surface.operation)
    for parameter, argument in _parameter_arguments(surface):
        if header and parameter.place == "header" and parameter.name.lower() == header.lower():
            return argument
    return None


def _parameter_arguments(surface: Surface) -> Iterator[tuple[Parameter, str]]:
    by_name = {parameter.python_name: parameter for parameter in surface.operation.parameters}
    for argument, python_name in surface.parameters.items():
        yield by_name[python_name], argument


def _has(surface: Surface, name: str) -> bool:
    return any(argument.name == name and argument.fixed is not None for argument in surface.arguments)


def _body_expression(surface: Surface) -> str:
    if surface.spread:
        pairs = ", ".join(f"{literal(wire)}: {argument}" for wire, argument in surface.spread.items())
        return f"{{{pairs}}}"
    return "body" if surface.media else ""


def _members(
    models: Models, surface: Surface, names: Names, problems: Mapping[str, Problem]
) -> Iterator[tuple[str, str]]:
    """Keyword and expression of everything that the descriptor states."""
    operation = surface.operation
    yield "id", literal(operation.id)
    yield "method", literal(operation.method)
    yield "path", literal(operation.path)
    if operation.parameters:
        yield "parameters", tuple_of(_parameter(one, operation, names) for one in operation.parameters)
    if surface.media:
        yield "bodies", tuple_of(_body(models, one, names) for one in surface.media)
        if operation.body is not None and not operation.body.required:
            yield "body_required", "False"
    yield "replies", tuple_of(text for reply in operation.replies for text in _replies(models, operation, reply, names))
    yield from _policies(models.contract, surface, names, has_problems=bool(problems))


def _policies(contract: Contract, surface: Surface, names: Names, *, has_problems: bool) -> Iterator[tuple[str, str]]:
    operation = surface.operation
    if any(operation.security):
        alternatives = [{key: list(scopes) for key, scopes in one.items()} for one in operation.security]
        texts = (
            "{" + ", ".join(f"{literal(key)}: {tuple_text(scopes)}" for key, scopes in one.items()) + "}"
            for one in alternatives
        )
        yield "security", tuple_of(texts)
    server = own_server(contract, operation)
    if server:
        yield "server", literal(server)
    accept = list(dict.fromkeys(_accepted(surface)))
    if accept:
        yield "accept", tuple_text(accept)
    header = _idempotency(operation)
    if header:
        yield "idempotency_header", literal(header)
    if isinstance(operation.extensions.get("x-tally-retryable"), bool):
        yield "repeatable", repr(operation.extensions["x-tally-retryable"])
    if surface.paging is not None:
        paging = surface.paging
        yield (
            "paging",
            f"{names('Paging')}({literal(paging.cursor)}, {tuple_text(paging.items)}, {tuple_text(paging.next)})",
        )
    secrets = sorted(secret_properties(contract, operation))
    if secrets:
        yield "secrets", f"{names('frozenset')}({tuple_text(secrets)})"
    if surface.streams:
        yield "streams", "True"
    if has_problems:
        yield "problem_class", f"lambda uri: {names('problems')}.problem_class(uri)"


def _accepted(surface: Surface) -> Iterator[str]:
    """Media types of successes, then of errors, as the Accept header lists them."""
    if surface.operation.method == "HEAD":
        return
    yield from (result.media_type for result in surface.results if result.media_type)
    for reply in surface.operation.replies:
        if not reply.is_success:
            yield from (media.name for media in reply.content if kind_of_reply(media) == "json")


def _idempotency(operation: Operation) -> str | None:
    stated = operation.extensions.get("x-tally-idempotency")
    header = stated.get("header") if isinstance(stated, Mapping) else None
    return header if isinstance(header, str) else None


def own_server(contract: Contract, operation: Operation) -> str | None:
    """The server of an operation, where it is not that of the API."""
    if not operation.servers or operation.servers == contract.servers:
        return None
    own, common = server_url(operation.servers[0]), server_url(contract.servers[0]) if contract.servers else None
    return own if own != common and own.startswith(("http://", "https://")) else None


def server_url(server: Any) -> str:
    """The address of a server, its variables at their defaults."""
    url = str(server.url)
    for name, variable in server.variables.items():
        url = url.replace("{" + name + "}", str(variable.get("default", "")))
    return url.rstrip("/")


def _parameter(parameter: Parameter, operation: Operation, names: Names) -> str:
    parts = [literal(parameter.python_name), literal(parameter.name), literal(parameter.place)]
    if parameter.style != "form":
        parts.append(f"style={literal(parameter.style)}")
    if not parameter.explode:
        parts.append("explode=False")
    if parameter.allow_reserved:
        parts.append("reserved=True")
    if parameter.content:
        parts.append(f"media_type={literal(parameter.content[0].name)}")
    if parameter.schema is not None and parameter.schema.get("format") == "password":
        parts.append("secret=True")
    if parameter.place == "header" and parameter.name.lower() in {"if-match", "if-none-match"}:
        parts.append("etag=True")
    del operation
    return f"{names('Parameter')}({', '.join(parts)})"


def _body(models: Models, media: MediaType, names: Names) -> str:
    listed = {}
    for wire in dict.fromkeys([*media.encoding, *_properties(models, media)]):
        texts = _part(models.contract, media.encoding[wire]) if wire in media.encoding else []
        if (
            wire in (files := _properties(models, media))
            and media_kind(media) == "multipart"
            and file_kind(models, files[wire], [media], wire)
        ):
            texts.append("file=True")
        if texts:
            listed[wire] = f"{names('Part')}({', '.join(texts)})"
    if not listed:
        return f"{names('BodyType')}({literal(media.name)})"
    inner = ", ".join(f"{literal(wire)}: {text}" for wire, text in listed.items())
    return f"{names('BodyType')}({literal(media.name)}, {{{inner}}})"


def _properties(models: Models, media: MediaType) -> Mapping[str, Schema]:
    """The properties of a body with named fields."""
    if media.schema is None:
        return {}
    return (models.contract.resolve(media.schema) if media.schema.ref else media.schema).properties


def _part(contract: Contract, encoding: Encoding) -> list[str]:
    """Keyword arguments for an encoding."""
    stated = stated_encoding(contract, encoding)
    parts = [f"content_type={literal(encoding.content_type)}"] if encoding.content_type else []
    if stated & {"style", "explode", "allowReserved"}:
        parts.append(f"style={literal(encoding.style)}")
        if not encoding.explode:
            parts.append("explode=False")
        if encoding.allow_reserved:
            parts.append("reserved=True")
    return parts


def stated_encoding(contract: Contract, encoding: Encoding) -> set[str]:
    """The members of an encoding that the description states; a stated style takes the place of JSON."""
    value = contract.at("#" + encoding.location.pointer).value
    return set(value) if isinstance(value, Mapping) else set()


def _replies(models: Models, operation: Operation, reply: Reply, names: Names) -> Iterator[str]:
    if not reply.content:
        yield _reply(reply, [], names)
    slots = models.engine.slots[operation.python_name]
    for media in reply.content:
        kind = kind_of_reply(media)
        parts = [literal(media.name), literal(kind)]
        schema = payload_schema(media)
        if kind in {"json", "events", "lines"} and schema is not None:
            read = models.speller.function(slots[reply_key(reply.status, media)], names)
            if read != "None":
                parts.append(f"read={read}")
        if kind == "events":
            parts.append(f"item={literal(_event_item(models, media))}")
        yield _reply(reply, parts, names)


def _event_item(models: Models, media: MediaType) -> str:
    """What an event gives: its fields as one object where the schema of an item describes ``data``, else its data."""
    schema = payload_schema(media)
    if schema is None:
        return "raw"
    value = models.contract.resolve(schema) if schema.ref else schema
    if value.get("type") == "string":
        return "raw"
    described = media.item_schema is not None and "data" in value.get("properties", {})
    return "event" if described else "payload"


def _reply(reply: Reply, parts: list[str], names: Names) -> str:
    if isinstance(reply.extensions.get("x-tally-retryable"), bool):
        parts = [*parts, f"retryable={reply.extensions['x-tally-retryable']!r}"]
    return f"{names('ReplyType')}({', '.join([literal(reply.status), *parts])})"


def secret_properties(contract: Contract, operation: Operation) -> set[str]:
    """Names of properties of the body that must not be logged: write-only ones and passwords, at any depth."""
    found: set[str] = set()
    seen: set[str] = set()
    pending: list[Any] = (
        [media.schema.value for media in operation.body.content if media.schema] if operation.body else []
    )
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending += value
        if not isinstance(value, Mapping):
            continue
        ref = value.get("$ref")
        if isinstance(ref, str) and ref not in seen:
            seen.add(ref)
            name = ref.rpartition("/")[2]
            if name in contract.schemas:
                pending.append(contract.schemas[name].value)
        for name, one in (value.get("properties") or {}).items():
            if isinstance(one, Mapping) and _is_secret(contract, one):
                found.add(name)
            pending.append(one)
        pending += [value[key] for key in ("items", "additionalProperties", "oneOf", "anyOf") if key in value]
    return found


def _is_secret(contract: Contract, value: Mapping[str, Any]) -> bool:
    if value.get("writeOnly") is True or value.get("format") == "password":
        return True
    members = value.get("anyOf") or []
    if any(isinstance(one, Mapping) and _is_secret(contract, one) for one in members):
        return True
    target = contract.schemas.get(str(value.get("$ref", "")).rpartition("/")[2])
    return target is not None and (target.get("writeOnly") is True or target.get("format") == "password")
