"""The guarantees of a canonical document, and canonical forms of small samples."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tallystick.contract import canonicalise, read
from tallystick.contract.canonical.equivalence import difference_findings, prove
from tallystick.contract.reading import read_normal
from tallystick.document import bundle, children, join, load

_SCALARS = {"string", "integer", "number", "boolean"}
_SCHEMAS = "#/components/schemas/"
_SIBLINGS = {"description", "default", "deprecated", "readOnly", "writeOnly", "examples", "externalDocs", "if", "then"}
_GONE = {"allOf", "nullable", "title", "example", "patternProperties", "prefixItems", "not", "unevaluatedProperties"}


def broken(document: dict[str, Any]) -> list[str]:
    """What breaks a guarantee: pointer and reason. Empty for a canonical document."""
    return [*_names(document), *_components(document), *_uses(document), *_operations(document)]


def _names(document: dict[str, Any]) -> Iterator[str]:
    names = list(document.get("components", {}).get("schemas", {}))
    for name in names:
        if not re.fullmatch("[A-Z][A-Za-z0-9]*", name):
            yield f"{name}: no class name"
    for name, count in Counter(name.lower() for name in names).items():
        if count > 1:
            yield f"{name}: not unique without regard to case"


def _components(document: dict[str, Any]) -> Iterator[str]:
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        pointer = join("/components/schemas", name)
        if not (schema.get("type") == "object" or "enum" in schema or {"anyOf", "oneOf"} & set(schema)):
            recursive = schema.get("type") == "array"
            if not recursive:
                yield f"{pointer}: neither object, enum nor union: {sorted(schema)}"
        if "enum" in schema and len({type(value) for value in schema["enum"]}) != 1:
            yield f"{pointer}: an enum of several types"
        for use, child in _below(schema, pointer, document, component=True):
            yield from _use(child, use, document)


def _below(schema: Any, pointer: str, document: Any, *, component: bool = False) -> Iterator[tuple[str, Any]]:
    for kind_of in ("anyOf", "oneOf"):
        for index, member in enumerate(schema.get(kind_of, ())):
            yield join(pointer, kind_of, index), member
    if "items" in schema:
        yield join(pointer, "items"), schema["items"]
    if component:
        for name, child in schema.get("properties", {}).items():
            yield join(pointer, "properties", name), child
        if isinstance(schema.get("additionalProperties"), dict):
            yield join(pointer, "additionalProperties"), schema["additionalProperties"]


def _uses(document: dict[str, Any]) -> Iterator[str]:
    stack: list[tuple[str, str, Any]] = [("", "openapi", document)]
    while stack:
        pointer, kind, value = stack.pop()
        if kind == "components":
            continue
        if kind == "schema":
            yield from _use(value, pointer, document)
            continue
        if isinstance(value, dict) and "$ref" in value:
            yield f"{pointer}: a reference that is no schema"
        stack += [(join(pointer, *tokens), inner, child) for tokens, inner, child in children(kind, value)]


def _use(schema: Any, pointer: str, document: dict[str, Any]) -> Iterator[str]:
    if not isinstance(schema, dict):
        yield f"{pointer}: no map"
        return
    for keyword in sorted(_GONE & set(schema)):
        yield f"{pointer}: {keyword} is left"
    if schema.get("default") is not None and isinstance(schema["default"], list | dict):
        yield f"{pointer}: a default that is no scalar"
    yield from _form(schema, pointer, document)
    for use, child in _below(schema, pointer, document):
        if child != {"type": "null"} or not use.startswith(join(pointer, "anyOf")):
            yield from _use(child, use, document)


def _form(schema: dict[str, Any], pointer: str, document: dict[str, Any]) -> Iterator[str]:
    kind = schema.get("type")
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(_SCHEMAS)
        if name not in document["components"]["schemas"]:
            yield f"{pointer}: {schema['$ref']!r} leads nowhere"
        if strange := {key for key in schema if not key.startswith("x-")} - _SIBLINGS - {"$ref"}:
            yield f"{pointer}: {sorted(strange)} beside a reference"
    elif kind == "array" and "items" not in schema:
        yield f"{pointer}: an array without items"
    elif isinstance(kind, list) or kind == "object" or "enum" in schema or "properties" in schema:
        yield f"{pointer}: not inline: {kind} {sorted(schema)}"
    elif kind is not None and kind not in _SCALARS | {"array", "null"}:
        yield f"{pointer}: type {kind}"
    yield from _union(schema, pointer)


def _union(schema: dict[str, Any], pointer: str) -> Iterator[str]:
    for keyword in ("anyOf", "oneOf"):
        members = schema.get(keyword)
        if members is None:
            continue
        nulls = [index for index, member in enumerate(members) if member == {"type": "null"}]
        if nulls and (keyword == "oneOf" or nulls != [len(members) - 1]):
            yield f"{pointer}: null is not the last member of one anyOf"
        if len(members) < 2:
            yield f"{pointer}: a union of one"
        discriminator = schema.get("discriminator")
        if discriminator and {m.get("$ref") for m in members} - set(discriminator["mapping"].values()):
            yield f"{pointer}: a member without a tag"


def _operations(document: dict[str, Any]) -> Iterator[str]:
    seen: set[str] = set()
    for path, item in (*document["paths"].items(), *document.get("webhooks", {}).items()):
        for method, operation in (*item.items(), *item.get("additionalOperations", {}).items()):
            if method == "additionalOperations":
                continue
            identifier = operation.get("operationId")
            if not identifier or identifier in seen:
                yield f"{method} {path}: no operationId of its own: {identifier!r}"
            seen.add(identifier)
            if not operation.get("responses") or not all(isinstance(key, str) for key in operation["responses"]):
                yield f"{method} {path}: no reply, or a status that is no text"


def form_again(canonical: Any) -> dict[str, Any]:
    """The canonical document of a canonical document."""
    return canonicalise(read_normal(canonical.document, canonical.origin.location)).document


def unexplained(canonical: Any) -> list[str]:
    """Schemas on which original and canonical form differ, and nothing says why."""
    proof = prove(canonical)
    return [str(finding) for finding in difference_findings(canonical, proof) if finding.level.value == "error"]


@pytest.fixture(name="broken")
def broken_fixture():
    """The function that names broken guarantees."""
    return broken


@pytest.fixture(name="form_again")
def form_again_fixture():
    """The function that canonicalises a canonical document."""
    return form_again


@pytest.fixture(name="unexplained")
def unexplained_fixture():
    """The function that lists differences without a reason."""
    return unexplained


@pytest.fixture
def canonical(tmp_path):
    """The canonical form of a YAML text, to which version and info are added. Every guarantee is checked on the way."""

    def canonical_of(text, version="3.1.0"):
        document = {"openapi": version, "info": {"title": "T", "version": "1"}, **yaml.safe_load(textwrap.dedent(text))}
        path = tmp_path / "openapi.yaml"
        path.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
        made = canonicalise(read(bundle(load(path))))
        assert broken(made.document) == []
        assert form_again(made) == made.document
        assert unexplained(made) == []
        return made

    return canonical_of


@pytest.fixture
def schemas(canonical):
    """The component schemas of the canonical form of component schemas, all of which one operation uses."""

    def schemas_of(text, version="3.1.0"):
        given = yaml.safe_load(textwrap.dedent(text))
        content = {
            f"application/vnd.{index}+json": {"schema": {"$ref": f"#/components/schemas/{name}"}}
            for index, name in enumerate(given)
        }
        operation = {"operationId": "use", "responses": {"200": {"description": "Y", "content": content}}}
        document = {"paths": {"/use": {"get": operation}}, "components": {"schemas": given}}
        made = canonical(yaml.safe_dump(document, sort_keys=False), version)
        found = dict(made.document["components"].get("schemas", {}))
        replies = made.document["paths"]["/use"]["get"]["responses"]["200"]["content"].values()
        uses = dict(zip(given, (media["schema"] for media in replies), strict=True))
        codes = [finding.code for finding in (*made.origin.findings, *made.findings)]
        return Forms(found, uses, codes)

    return schemas_of


class Forms(dict[str, Any]):
    """Component schemas by name; ``uses`` are the forms at the place of use, ``codes`` those of all findings."""

    def __init__(self, schemas: dict[str, Any], uses: dict[str, Any], codes: list[str]) -> None:
        super().__init__(schemas)
        self.uses = uses
        self.codes = codes
