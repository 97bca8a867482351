"""Files of multipart bodies that no form has: those of unions, and those under names that nothing declares."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.contract import Contract, MediaType, Operation, Schema
from tallystick.findings import Finding, Level
from tallystick.generate.runtime.server.media import kind_of
from tallystick.generate.server.files import is_binary
from tallystick.generate.server.forms_module import form_class

__all__ = ["hidden_file_findings"]

_UNIONS = ("anyOf", "oneOf")


def hidden_file_findings(contract: Contract, operation: Operation) -> Iterator[Finding]:
    """A finding for each place that describes files which the operation cannot be sent."""
    for media in operation.body.content if operation.body is not None else ():
        if media.schema is None or kind_of(media.name) != "multipart":
            continue
        form = form_class(contract, operation, media)
        known = frozenset(form.files) if form is not None else frozenset[str]()
        try:
            places = sorted({place for place, file in _files(contract, media, known) if file})
        except KeyError:  # a reference leads nowhere, which is a finding of its own
            continue
        if places:
            message = (
                f"files of {media.name} are properties of one object that are nothing but a file or a list of files: "
                f"what {', '.join(places)} describes is refused unless it comes as text; declare such a property"
            )
            yield Finding("server-files", Level.WARNING, message, media.location.place, operation.id)


def _files(contract: Contract, media: MediaType, known: frozenset[str]) -> Iterator[tuple[str, bool]]:
    assert media.schema is not None
    whole = contract.resolve(media.schema)
    yield from _of_object(contract, whole, "", known)
    for keyword in _UNIONS:
        for index in range(len(whole.get(keyword, ()))):
            member = contract.resolve(whole.child(keyword, index))
            yield from _of_object(contract, member, f"{keyword}/{index}/", frozenset())


def _of_object(contract: Contract, schema: Schema, where: str, known: frozenset[str]) -> Iterator[tuple[str, bool]]:
    for name, part in schema.properties.items():
        if name not in known:
            yield f"{where}properties/{name}", _may_be_file(contract, part)
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if isinstance(schema.get(keyword), dict):
            yield f"{where}{keyword}", _may_be_file(contract, schema.child(keyword))


def _may_be_file(contract: Contract, part: Schema, followed: frozenset[str] = frozenset()) -> bool:
    """Whether a property, some member of its union, or its items may be a file."""
    if part.ref is not None:
        if part.ref in followed:
            return False
        followed |= {part.ref}
    schema = contract.resolve(part)
    if is_binary(schema.value):
        return True
    members = [schema.child(keyword, index) for keyword in _UNIONS for index in range(len(schema.get(keyword, ())))]
    if isinstance(schema.get("items"), dict):
        members.append(schema.child("items"))
    return any(_may_be_file(contract, each, followed) for each in members)
