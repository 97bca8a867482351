"""The port to openapi-python-client: what it is fed, and what is taken from it.

The engine parses the components and the operations into typed properties and renders models and low-level operation
modules through our templates. It is fed the *shape* of the canonical document only: types, properties, references.
Whatever the engine could misread or refuse without need stays outside and is read from the contract instead: names
(every slot is numbered, so that no two can fall together), places and styles of parameters, media types, statuses,
defaults, descriptions. A component that is no object (an enum, a union, a map) is an object with one slot per part.

The engine's own interface is not promised to be stable, so its version is pinned and this module is the only user.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest import mock

from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser import openapi as engine_parser
from openapi_python_client.parser.errors import GeneratorError

from tallystick.contract.model import Contract, Schema
from tallystick.generate.client.engine_types import ModelProperty, PropertyProtocol
from tallystick.generate.client.slots import Call, calls
from tallystick.generate.client.spelling import Names

TEMPLATES: Final = Path(__file__).parent / "templates"
_MARK: Final = "\0imports\0"
"""Where imports go; no text of a description can hold this."""


@dataclass(slots=True)
class Component:
    """What the engine made of a component: its slots by part, in the order of the contract."""

    model: ModelProperty
    slots: dict[str, PropertyProtocol] = field(default_factory=dict)
    additional: PropertyProtocol | None = None


class Renderer(Project):
    """The engine's project, rendering through our templates; it writes nothing by itself."""

    def render(self, template: str, **values: Any) -> str:
        """The text of a template, with the imports of all names that it used."""
        text = str(self.env.get_template(template).render(IMPORTS=_MARK, **values))
        names = values.get("names")
        return text.replace(_MARK, names.lines(), 1) if isinstance(names, Names) else text


@dataclass(slots=True)
class Engine:
    """The engine's reading of a contract."""

    project: Renderer
    components: dict[str, Component]
    endpoints: dict[str, Any]
    """The engine's endpoint by the operation's method name."""
    slots: dict[str, dict[str, PropertyProtocol]]
    """Typed slots of an operation, by its method name: parameters, bodies and replies."""
    lost: list[tuple[str, str]]
    """Components and operations that the engine refused, with its reason."""


def parse(contract: Contract, package: str) -> Engine:
    """Let the engine read a canonical contract.

    Raises:
        RuntimeError: the engine refuses the document as a whole, which a canonical document gives no cause for.
    """
    components = {name: _parts(schema) for name, schema in contract.schemas.items()}
    listed = calls(contract)
    document = _document(contract, components, listed)
    config = _config(package)
    with _shared_instead_of_copied():
        data = GeneratorData.from_dict(document, config=config)
    if isinstance(data, GeneratorError):
        raise RuntimeError(  # noqa: TRY004 # an error value, not a wrong type
            f"openapi-python-client refuses the canonical document: {data.header} {data.detail}"
        )
    return _read(data, config, components, listed)


def _config(package: str) -> Config:
    file = ConfigFile(package_name_override=package, literal_enums=True, post_hooks=[], generate_all_tags=False)
    return Config.from_sources(
        file, MetaType.NONE, document_source=Path(), file_encoding="utf-8", overwrite=True, output_path=Path(package)
    )


@contextmanager
def _shared_instead_of_copied() -> Iterator[None]:
    """Let the engine pass endpoints on instead of copying them.

    It copies an endpoint with all models below it for each parameter list and throws the original away: minutes on a
    description with a thousand operations, for the same result.
    """
    with mock.patch.object(engine_parser, "deepcopy", lambda value: value):
        yield


Parts = dict[str, tuple[Any, bool]]
"""Schemas by part of a component, and whether the part is required; ``*`` is what additional properties are."""


def _parts(schema: Schema) -> Parts:
    value = schema.value
    if isinstance(value, bool):
        return {}
    members = value.get("oneOf") or value.get("anyOf")
    if members:
        return {f"variant {index}": (member, True) for index, member in enumerate(members)}
    if "enum" in value or "const" in value:
        return {}
    if value.get("type") == "object" or "properties" in value or "additionalProperties" in value:
        required = set(value.get("required", ()))
        parts: Parts = {name: (one, name in required) for name, one in value.get("properties", {}).items()}
        additional = value.get("additionalProperties")
        if isinstance(additional, Mapping) and additional:
            parts["*"] = (additional, True)
        return parts
    return {"value": (value, True)}


def _document(contract: Contract, components: Mapping[str, Parts], listed: list[Call]) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": contract.title or "API", "version": contract.version or "0"},
        "paths": {f"/op_{index}": {"post": _operation(call)} for index, call in enumerate(listed)},
        "components": {"schemas": {name: _component(parts) for name, parts in components.items()}},
    }


def _component(parts: Parts) -> dict[str, Any]:
    numbered = [(f"slot{index}", part) for index, part in enumerate(parts.values())]
    result: dict[str, Any] = {"type": "object", "additionalProperties": False}
    result["properties"] = {slot: shape(schema) for slot, (schema, _) in numbered}
    result["required"] = [slot for slot, (_, required) in numbered if required]
    return result


def _operation(call: Call) -> dict[str, Any]:
    """An operation whose every typed slot is a query parameter: the one place that takes all types."""
    return {
        "operationId": call.operation.python_name,
        "parameters": [
            {"name": f"slot{index}", "in": "query", "required": True, "schema": shape(slot.schema)}
            for index, slot in enumerate(call.slots)
        ],
        "responses": {"204": {"description": ""}},
    }


def shape(value: Any) -> dict[str, Any]:  # noqa: PLR0911 # one line per kind
    """The shape of a use site: reference, scalar, array, anything, or one of these or null."""
    if isinstance(value, bool) or not value:
        return {}
    if "$ref" in value:
        return {"$ref": value["$ref"]}
    if "anyOf" in value or "oneOf" in value:
        return {"anyOf": [shape(member) for member in value.get("anyOf") or value["oneOf"]]}
    kind = value.get("type")
    constant = _constant(value)
    if constant is not None:
        return {"type": kind, "const": constant} if kind in {"string", "integer"} else {"const": constant}
    if kind == "array":
        return {"type": "array", "items": shape(value.get("items", {}))}
    if kind == "string" and value.get("format") in {"date-time", "date"}:
        return {"type": "string", "format": value["format"]}
    return {"type": kind} if isinstance(kind, str) and kind != "object" else {}


def _constant(value: Mapping[str, Any]) -> str | int | None:
    """The one value of a constant, where Python has a literal type for it."""
    values = [value["const"]] if "const" in value else value.get("enum", [])
    if len(values) == 1 and isinstance(values[0], str | int) and not isinstance(values[0], bool):
        return values[0]
    return None


def _read(data: Any, config: Config, components: Mapping[str, Parts], listed: list[Call]) -> Engine:
    project = Renderer(openapi=data, config=config, custom_template_path=TEMPLATES)
    models = {model.name.get_untrusted_value().rpartition("/")[2]: model for model in data.models}
    endpoints = {
        endpoint.path.get_untrusted_value(): endpoint
        for collection in data.endpoint_collections_by_tag.values()
        for endpoint in collection.endpoints
    }
    reasons = {f"{one.header or ''} {one.detail or ''}".strip() for one in data.errors}
    engine = Engine(project, {}, {}, {}, [])
    for name, parts in components.items():
        if name in models:
            models[name].class_info.name = name
            engine.components[name] = _component_of(models[name], parts)
        else:
            engine.lost.append((name, next((one for one in reasons if name in one), "no reason given")))
    for index, call in enumerate(listed):
        endpoint = endpoints.get(f"/op_{index}")
        if endpoint is None:
            engine.lost.append((call.operation.id, "; ".join(sorted(reasons)) or "no reason given"))
            continue
        engine.endpoints[call.operation.python_name] = endpoint
        engine.slots[call.operation.python_name] = _slots_of(endpoint, call)
    return engine


def _component_of(model: ModelProperty, parts: Parts) -> Component:
    properties: list[PropertyProtocol] = [*(model.required_properties or ()), *(model.optional_properties or ())]
    by_slot = {one.name.get_untrusted_value(): one for one in properties}
    slots = {name: by_slot[f"slot{index}"] for index, name in enumerate(parts)}
    additional = slots.pop("*", None)
    return Component(model, slots, additional)


def _slots_of(endpoint: Any, call: Call) -> dict[str, PropertyProtocol]:
    by_slot = {one.name.get_untrusted_value(): one for one in endpoint.query_parameters}
    return {slot.key: by_slot[f"slot{index}"] for index, slot in enumerate(call.slots)}
