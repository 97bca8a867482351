"""What a call of an operation looks like: its arguments, its body, and what it gives back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tallystick.contract.model import MediaType, Operation, Parameter, Reply, Schema
from tallystick.findings import Finding, Level
from tallystick.generate.client.components import Models, flags_of_property, property_doc
from tallystick.generate.client.engine_types import (
    ConstProperty,
    ListProperty,
    ModelProperty,
    PropertyProtocol,
    StringProperty,
)
from tallystick.generate.client.literal import literal
from tallystick.generate.client.slots import body_key, kind_of_reply, parameter_key, payload_schema, reply_key
from tallystick.generate.client.spelling import Names, constant_of, doc_text

RESERVED = frozenset(("self", "options", "endpoint", "accept", "content_type", "body"))
"""Argument names that every call keeps for itself."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a call. The type is written late, since each module imports on its own."""

    name: str
    prop: PropertyProtocol | None
    required: bool
    doc: str
    default: str | None = None
    """The Python expression of a default that is always sent: the only value of a constant."""
    file: str = ""
    """``one`` or ``many`` for uploads."""
    etag: bool = False
    fixed: str | None = None
    """A type that needs no engine, such as ``str | bytes``."""

    def type(self, models: Models, names: Names) -> str:
        """The type, without regard to whether the argument is required."""
        if self.fixed is not None:
            return names("str") if self.fixed == "str" else self.fixed.replace("Literal[", names("Literal") + "[", 1)
        if self.file:
            one = names("FileInput")
            return one if self.file == "one" else f"{names('Sequence')}[{one}]"
        if self.etag:
            return f"{names('str')} | {names('Model')}"
        assert self.prop is not None
        return models.speller.type(self.prop, names, argument=True)

    def declaration(self, models: Models, names: Names) -> str:
        """The argument as a signature writes it."""
        text = self.type(models, names)
        if self.default is not None:
            return f"{self.name}: {text} = {self.default}"
        return (
            f"{self.name}: {text}"
            if self.required
            else f"{self.name}: {text} | {names('NotGiven')} = {names('NOT_GIVEN')}"
        )


@dataclass(frozen=True, slots=True)
class Result:
    """One kind of success: how its type is written, and the media type that asks for it."""

    media_type: str
    kind: str
    prop: PropertyProtocol | None

    def type(self, models: Models, names: Names, *, asynchronous: bool = False) -> str:
        """The type of the value."""
        if self.kind == "none":
            return "None"
        if self.kind in {"text", "bytes"}:
            return names("str" if self.kind == "text" else "bytes")
        inner = models.speller.type(self.prop, names) if self.prop is not None else names("Any")
        if self.kind in {"events", "lines"}:
            if self.kind == "events" and self.prop is None:
                inner = names("ServerSentEvent")
            return f"{names('AsyncStream' if asynchronous else 'Stream')}[{inner}]"
        return inner


@dataclass(frozen=True, slots=True)
class Surface:
    """Everything that modules for one operation write."""

    operation: Operation
    arguments: tuple[Argument, ...]
    parameters: Mapping[str, str]
    """Python name of each parameter, by argument: they agree unless a name is taken."""
    spread: Mapping[str, str]
    """Argument by property, where the body is given property by property."""
    media: tuple[MediaType, ...]
    """Media types of the body, the preferred first."""
    results: tuple[Result, ...]
    findings: tuple[Finding, ...] = ()
    paging: Paging | None = None
    choices: tuple[str, ...] = field(default=())
    """Media types that ``accept`` chooses between; empty where there is no choice."""

    @property
    def has_body(self) -> bool:
        """Whether the call has an argument ``body``."""
        return bool(self.media) and not self.spread

    @property
    def streams(self) -> bool:
        """Whether a success may be a stream."""
        return any(result.kind in {"events", "lines"} for result in self.results)

    def result_type(self, models: Models, names: Names, *, asynchronous: bool = False) -> str:
        """The type of a success."""
        texts = [one.type(models, names, asynchronous=asynchronous) for one in self.results]
        flat = [part for text in texts for part in _split(text)]
        return " | ".join(sorted(dict.fromkeys(flat), key=lambda one: one == "None")) or "None"


@dataclass(frozen=True, slots=True)
class Paging:
    """Cursor pagination of an operation."""

    cursor: str
    """Argument that takes the cursor."""
    items: tuple[str, ...]
    next: tuple[str, ...]
    item: PropertyProtocol | None
    reply: PropertyProtocol


def _split(text: str) -> list[str]:
    """The members of a union type at the top level."""
    parts, depth, start = [], 0, 0
    quoted = False
    for index, sign in enumerate(text):
        if sign == '"' and text[index - 1] != "\\":
            quoted = not quoted
        elif not quoted and sign in "[(":
            depth += 1
        elif not quoted and sign in "])":
            depth -= 1
        elif not quoted and depth == 0 and text.startswith(" | ", index):
            parts.append(text[start:index])
            start = index + 3
    return [*parts, text[start:]]


def surface_of(models: Models, operation: Operation) -> Surface:
    """The call of an operation that the engine has read."""
    slots = models.engine.slots[operation.python_name]
    taken = set(RESERVED)
    parameters = [_parameter(one, slots, taken) for one in operation.parameters]
    media, findings = _media(operation)
    spread_of = _spread_component(models, media)
    fields = list(_fields(models, spread_of, media, taken)) if spread_of else []
    required_body = bool(operation.body and operation.body.required)
    arguments = [one for _, one in parameters]
    arguments += [_optional_unless(one, required=required_body) for _, one in fields]
    if media and not spread_of:
        arguments.append(_whole_body(models, operation, media, slots, required=required_body))
    if len(media) > 1 or any("*" in one.name for one in media):
        arguments.append(_content_type(media))
    results, choices = _results(operation, slots)
    if choices:
        arguments.append(_accept(choices))
    return Surface(
        operation=operation,
        arguments=tuple(arguments),
        parameters={one.name: parameter.python_name for parameter, one in parameters},
        spread={wire: one.name for wire, one in fields},
        media=media,
        results=results,
        findings=tuple(findings),
        paging=_paging(models, operation, slots, {p.name: one.name for p, one in parameters}),
        choices=choices,
    )


def _free(name: str, taken: set[str], prefix: str) -> str:
    while name in taken:
        name = f"{prefix}{name}" if not name.startswith(prefix) else f"{name}_"
    taken.add(name)
    return name


def _parameter(
    parameter: Parameter, slots: Mapping[str, PropertyProtocol], taken: set[str]
) -> tuple[Parameter, Argument]:
    name = _free(parameter.python_name, taken, f"{parameter.place}_")
    etag = parameter.place == "header" and parameter.name.lower() in {"if-match", "if-none-match"}
    return parameter, Argument(
        name=name,
        prop=slots[parameter_key(parameter)],
        required=parameter.required or parameter.place == "path",
        doc=_parameter_doc(parameter),
        etag=etag and isinstance(slots[parameter_key(parameter)], StringProperty),
    )


def _parameter_doc(parameter: Parameter) -> str:
    doc = doc_text(parameter.description)
    default = parameter.schema.get("default") if parameter.schema else None
    if default is not None:
        doc = f"{doc} The server's default is ``{doc_text(literal(default))}``.".strip()
    return doc


_PREFERENCE = ("json", "lines", "form", "multipart", "text", "bytes")


def media_kind(media: MediaType) -> str:
    """How a request body of this media type is written."""
    name = media.name.partition(";")[0].strip()
    if name == "application/x-www-form-urlencoded":
        return "form"
    if name.startswith("multipart/"):
        return "multipart"
    return kind_of_reply(media)


def _media(operation: Operation) -> tuple[tuple[MediaType, ...], list[Finding]]:
    """The media types that the client sends, the preferred first, and findings for those it does not."""
    if operation.body is None:
        return (), []
    listed = sorted(operation.body.content, key=lambda one: _PREFERENCE.index(_ranked(one)))
    structured = [one for one in listed if _is_structured(one)]
    schemas = [_identity(one.schema) for one in structured]
    kept, findings = [], []
    for one in listed:
        if (
            structured
            and not _is_structured(one)
            and _identity(one.schema) in schemas
            and one.schema is not None
            and one.schema.ref
        ):
            message = f"the client sends {structured[0].name}; {one.name} of the same content is not offered"
            findings.append(Finding("client-media-type", Level.INFO, message, one.location.place, operation.id))
        else:
            kept.append(one)
    return tuple(kept), findings


def _ranked(media: MediaType) -> str:
    kind = media_kind(media)
    return kind if kind in _PREFERENCE else "text"


def _is_structured(media: MediaType) -> bool:
    return media_kind(media) in {"json", "form", "multipart"}


def _identity(schema: Schema | None) -> str:
    return repr(schema.value) if schema is not None else ""


def _spread_component(models: Models, media: Sequence[MediaType]) -> str:
    """The component whose properties become arguments; empty where the body is passed as a whole."""
    if not media or not all(map(_is_structured, media)):
        return ""
    names = {(one.schema.ref or "").rpartition("/")[2] if one.schema else "" for one in media}
    name = names.pop() if len(names) == 1 else ""
    return name if models.kinds.get(name) == "model" and name in models.engine.components else ""


def _fields(models: Models, name: str, media: Sequence[MediaType], taken: set[str]) -> Iterator[tuple[str, Argument]]:
    schema, component = models.contract.schemas[name], models.engine.components[name]
    multipart = any(media_kind(one) == "multipart" for one in media)
    for wire, prop in component.slots.items():
        own = schema.properties[wire]
        flags = flags_of_property(models.contract, own)
        if "readOnly" in flags:
            continue
        required = wire in schema.required
        constant = literal(constant_of(prop)) if required and isinstance(prop, ConstProperty) else None
        yield (
            wire,
            Argument(
                name=_free(models.attributes[name][wire], taken, "body_"),
                prop=prop,
                required=required,
                doc=property_doc(models.contract, own),
                default=constant,
                file=file_kind(models, own, media, wire) if multipart else "",
            ),
        )


def file_kind(models: Models, schema: Schema, media: Sequence[MediaType], wire: str) -> str:
    """Whether a property of a multipart body is a file (``one``), a list of files (``many``), or neither."""
    value = models.contract.resolve(schema) if schema.ref else schema
    if value.get("anyOf"):
        kinds = [
            file_kind(models, value.child("anyOf", index), media, wire) for index in range(len(value.get("anyOf")))
        ]
        return next((kind for kind in kinds if kind), "")
    if value.get("type") == "array":
        return "many" if value.get("items") and _is_binary(models, value.child("items"), media, wire) else ""
    return "one" if _is_binary(models, value, media, wire) else ""


def _is_binary(models: Models, schema: Schema, media: Sequence[MediaType], wire: str) -> bool:
    value = models.contract.resolve(schema) if schema.ref else schema
    if value.get("type") != "string" or value.get("enum"):
        return False
    if value.get("format") == "binary":
        return True
    if value.get("contentEncoding") is None and value.get("contentMediaType") is not None:
        return True
    stated = [one.encoding[wire].content_type or "" for one in media if wire in one.encoding]
    return any(text and not text.startswith("text/plain") and "json" not in text for text in stated)


def _optional_unless(argument: Argument, *, required: bool) -> Argument:
    """All properties of an optional body are optional arguments."""
    from dataclasses import replace

    return argument if required else replace(argument, required=False, default=None)


def _whole_body(
    models: Models,
    operation: Operation,
    media: Sequence[MediaType],
    slots: Mapping[str, PropertyProtocol],
    *,
    required: bool,
) -> Argument:
    del models
    doc = doc_text(operation.body.description) if operation.body else ""
    kinds = {media_kind(one) for one in media}
    if len(media) == 1 and kinds == {"json"}:
        return Argument("body", slots[body_key(media[0])], required=required, doc=doc)
    return Argument("body", None, required=required, doc=doc or "The request body.", fixed="")


def body_type(models: Models, surface: Surface, names: Names) -> str:
    """The type of an argument ``body`` that may be of several media types."""
    slots = models.engine.slots[surface.operation.python_name]
    texts: list[str] = []
    for media in surface.media:
        kind = media_kind(media)
        prop = slots[body_key(media)]
        if kind == "json":
            texts.append(models.speller.type(prop, names, argument=True))
        elif kind == "lines":
            texts.append(f"{names('Sequence')}[{models.speller.type(prop, names, argument=True)}]")
        elif kind in {"form", "multipart"}:
            typed = models.speller.type(prop, names, argument=True) if isinstance(prop, ModelProperty) else ""
            texts += [one for one in (typed, f"{names('Mapping')}[{names('str')}, {names('Any')}]") if one]
        elif kind == "text":
            texts += [names("str"), names("FileInput")]
        else:
            texts.append(names("FileInput"))
    return " | ".join(dict.fromkeys(part for text in texts for part in _split(text)))


def _content_type(media: Sequence[MediaType]) -> Argument:
    first = media[0].name
    if any("*" in one.name for one in media):
        default = "application/octet-stream" if "*" in first else first
        return Argument(
            "content_type",
            None,
            required=False,
            doc="The media type of the body.",
            default=literal(default),
            fixed="str",
        )
    listed = ", ".join(literal(one.name) for one in media)
    return Argument(
        "content_type",
        None,
        required=False,
        doc="The media type of the body.",
        default=literal(first),
        fixed=f"Literal[{listed}]",
    )


def _accept(choices: tuple[str, ...]) -> Argument:
    listed = ", ".join(map(literal, choices))
    doc = "The one media type to ask for; without it, the server chooses."
    return Argument("accept", None, required=False, doc=doc, fixed=f"Literal[{listed}]")


def successes(operation: Operation) -> list[Reply]:
    """The replies that are successes: 2xx, else 3xx, else the default."""
    for digits in ("2", "13", "d"):
        found = [reply for reply in operation.replies if reply.status[0] in digits]
        if found:
            return found
    return []


def _results(operation: Operation, slots: Mapping[str, PropertyProtocol]) -> tuple[tuple[Result, ...], tuple[str, ...]]:
    results = []
    for reply in successes(operation):
        if not reply.content or operation.method == "HEAD":
            results.append(Result("", "none", None))
        for media in reply.content if operation.method != "HEAD" else ():
            prop = slots[reply_key(reply.status, media)] if payload_schema(media) is not None else None
            kind = kind_of_reply(media)
            if kind in {"lines", "events"} and isinstance(prop, StringProperty):
                prop = None  # a schema of the whole text says nothing about one line or event
            results.append(Result(media.name, kind, prop))
    offered = dict.fromkeys(one.media_type for one in results if one.media_type)
    plain = tuple(one for one in offered if "*" not in one)
    return tuple(results) or (Result("", "none", None),), plain if len(offered) > 1 and len(plain) > 1 else ()


def _paging(
    models: Models, operation: Operation, slots: Mapping[str, PropertyProtocol], arguments: Mapping[str, str]
) -> Paging | None:
    stated = operation.extensions.get("x-tally-pagination")
    if not isinstance(stated, Mapping) or stated.get("style") != "cursor" or stated.get("cursor") not in arguments:
        return None
    for reply in successes(operation):
        for media in reply.content:
            if kind_of_reply(media) == "json" and media.schema is not None:
                top = slots[reply_key(reply.status, media)]
                items = _walk(models, top, str(stated.get("items", "")))
                following = _walk(models, top, str(stated.get("next", "")))
                if items is None or following is None:
                    return None
                item = items[1].inner_property if isinstance(items[1], ListProperty) else None
                return Paging(arguments[str(stated["cursor"])], items[0], following[0], item, top)
    return None


def _walk(models: Models, prop: PropertyProtocol, pointer: str) -> tuple[tuple[str, ...], PropertyProtocol] | None:
    """Attributes along a JSON pointer, and the property at its end."""
    path: list[str] = []
    for token in [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]:
        members: Any = getattr(prop, "inner_properties", [prop])
        prop = next((one for one in members if isinstance(one, ModelProperty)), prop)
        name = str(prop.class_info.name) if isinstance(prop, ModelProperty) else ""
        component = models.engine.components.get(name)
        if component is None or token not in component.slots or models.kinds.get(name) != "model":
            return None
        path.append(models.attributes[name][token])
        prop = component.slots[token]
    members = getattr(prop, "inner_properties", [prop])
    return tuple(path), next((one for one in members if isinstance(one, ListProperty)), prop)
