"""openapi-spec-validator, an independent judge: what it refuses and our own rules did not see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tallystick.contract.visit import Tree
from tallystick.document import Bundle, join
from tallystick.findings import Finding, Level

__all__ = ["CODE", "second_opinion", "validator_findings"]

CODE = "validator"


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
        if other_file == file and (
            other == pointer or other.startswith(f"{pointer}/") or pointer.startswith(f"{other}/")
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
        findings.extend(_finding(error, bundle, tree) for error in errors)
    except Exception as error:  # noqa: BLE001  it is not ours, and fails in many ways on broken descriptions
        message = f"openapi-spec-validator gave up on this description: {type(error).__name__}: {str(error)[:200]}"
        findings.append(Finding(CODE, Level.WARNING, message, bundle.place("")))
    return findings


def _finding(error: Any, bundle: Bundle, tree: Tree) -> Finding:
    pointer = _pointer(tuple(getattr(error, "absolute_path", ())), getattr(error, "instance", None), bundle, tree)
    text = " ".join(str(getattr(error, "message", error)).split())
    text = text if len(text) <= 200 else f"{text[:197]}…"
    return Finding(CODE, Level.ERROR, f"openapi-spec-validator: {text}", bundle.place(pointer))


def _pointer(path: tuple[Any, ...], instance: Any, bundle: Bundle, tree: Tree) -> str:
    """Where an error stands. Paths of faults inside schemas start at some schema: the one that holds the instance."""
    if path and _leads_to(bundle.value, path, instance):
        return join("", *path)
    for node in tree.schemas:
        if _leads_to(node.value, path, instance):
            return join(node.pointer, *path)
    return ""


def _leads_to(value: Any, path: tuple[Any, ...], instance: Any) -> bool:
    for token in path:
        try:
            value = value[token]
        except (KeyError, IndexError, TypeError):
            return False
    is_container = isinstance(instance, dict | list)
    return value is instance if is_container else type(value) is type(instance) and bool(value == instance)
