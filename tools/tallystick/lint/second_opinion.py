"""openapi-spec-validator, an independent judge: what it refuses and our own rules did not see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import jsonschema_rs

from tallystick.contract.visit import Tree
from tallystick.document import Bundle, join
from tallystick.findings import Finding, Level

__all__ = ["CODE", "second_opinion", "validator_findings"]

CODE: Final = "validator"
_OPERATION: Final = re.compile(r"for '(?P<method>[a-z]+)' operation in '(?P<path>/[^']*)'")


def second_opinion(bundle: Bundle, own: Iterable[Finding]) -> list[Finding]:
    """Its findings, without those at places where an own finding of level error says the same in more words.

    It judges the bundled description, so its places are those of the user's files.
    """
    errors = [finding.place for finding in own if finding.level is Level.ERROR]
    places = {(place.file, place.pointer) for place in errors}
    return [finding for finding in validator_findings(bundle) if not _near(finding, places)]


def _near(finding: Finding, places: set[tuple[str, str]]) -> bool:
    """Whether an own error stands at the place, above it or below it: the validator points at less exact values."""
    file, pointer = finding.place.file, finding.place.pointer
    for other_file, other in places:
        if (
            pointer
            and other_file == file
            and (other == pointer or other.startswith(f"{pointer}/") or pointer.startswith(f"{other}/"))
        ):
            return True
    return False


def validator_findings(bundle: Bundle) -> list[Finding]:
    """Everything openapi-spec-validator says about a bundled description, up to the first fault it cannot pass."""
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator, OpenAPIV32SpecValidator

    validators = {"3.0": OpenAPIV30SpecValidator, "3.1": OpenAPIV31SpecValidator, "3.2": OpenAPIV32SpecValidator}
    version = str(bundle.value.get("openapi", ""))[:3]
    findings: list[Finding] = []
    tree = Tree(bundle.value)
    try:
        errors = validators[version](bundle.value).iter_errors()
        findings.extend(_finding(error, bundle, tree) for error in errors if not _mistaken(error))
    except Exception as error:  # noqa: BLE001  it is not ours, and fails in many ways on broken descriptions
        if any(finding.level is Level.ERROR for finding in bundle.findings):
            return findings  # it stumbles over what reading has found already
        message = f"openapi-spec-validator gave up on this description: {type(error).__name__}: {str(error)[:200]}"
        findings.append(Finding(CODE, Level.WARNING, message, bundle.place("")))
    return findings


def _mistaken(error: Any) -> bool:
    """Patterns are those of ECMA-262 (JSON Schema 2020-12 core, section 6.4); the validator reads them as Python's."""
    if not str(getattr(error, "message", "")).endswith("is not a 'regex'") or not isinstance(error.instance, str):
        return False
    try:
        jsonschema_rs.validator_for({"pattern": error.instance})
    except jsonschema_rs.ValidationError:
        return False
    return True


def _finding(error: Any, bundle: Bundle, tree: Tree) -> Finding:
    pointer = _pointer(error, bundle, tree)
    text = " ".join(str(getattr(error, "message", error)).partition("\n\nFailed validating")[0].split())
    text = "this value fits none of the allowed forms" if text.startswith(("{", "[")) else text
    text = text if len(text) <= 200 else f"{text[:197]}…"
    return Finding(CODE, Level.ERROR, f"openapi-spec-validator: {text}", bundle.place(pointer))


def _pointer(error: Any, bundle: Bundle, tree: Tree) -> str:
    """Where an error stands; the whole document where that cannot be told.

    Faults of the document have a path. Those of a default know its schema; those inside a schema have a path that
    starts at some schema, the one that holds the instance.
    """
    path = _as_written(tuple(getattr(error, "absolute_path", ())), bundle.value)
    instance = getattr(error, "instance", None)
    if path and (_leads_to(bundle.value, path, instance) or (instance is bundle.value and _exists(instance, path))):
        return join("", *path)
    named = _OPERATION.search(str(getattr(error, "message", "")))
    if named:
        return join("/paths", named["path"], named["method"])
    schema = getattr(error, "schema", None)
    for node in tree.schemas:
        if node.value is schema and not path:
            return node.at("default") if "default" in node.fields else node.pointer
    for node in tree.schemas:
        if _leads_to(node.value, path, instance):
            return join(node.pointer, *path)
    return ""


def _as_written(path: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    """The path with text keys: the validator makes numbers of those that look like one."""
    tokens = []
    for token in path:
        written = str(token) if isinstance(value, dict) else token
        tokens.append(written)
        try:
            value = value[written]
        except (KeyError, IndexError, TypeError):
            value = None
    return tuple(tokens)


def _exists(value: Any, path: tuple[Any, ...]) -> bool:
    try:
        for token in path:
            value = value[token]
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _leads_to(value: Any, path: tuple[Any, ...], instance: Any) -> bool:
    for token in path:
        try:
            value = value[token]
        except (KeyError, IndexError, TypeError):
            return False
    is_container = isinstance(instance, dict | list)
    return value is instance if is_container else type(value) is type(instance) and bool(value == instance)
