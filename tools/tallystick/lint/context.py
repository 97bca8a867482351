"""What the checks of one run share: the description, its contract, and questions that several rules ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from tallystick.contract import Contract, Operation
from tallystick.contract.normal_form import NormalForm
from tallystick.contract.visit import SchemaNode, Tree, pointer_tokens_of
from tallystick.document import Bundle
from tallystick.findings import Finding, Level
from tallystick.lint.instances import Case, Misfit, misfits
from tallystick.lint.uses import Uses

__all__ = ["Context"]


class Context:
    """One description under check. Findings gather in ``findings``."""

    def __init__(self, bundle: Bundle, contract: Contract, levels: Mapping[str, Level]) -> None:
        self.bundle = bundle
        self.contract = contract
        self.tree = Tree(bundle.value)
        self.levels = levels
        self.findings: list[Finding] = []
        self._labels = dict(_labels(contract))
        self._expected: list[tuple[Case, Callable[[Misfit], None]]] = []

    @property
    def version(self) -> tuple[int, int]:
        """Major and minor version of OpenAPI, ``(3, 1)``."""
        major, minor = str(self.bundle.value.get("openapi", "3.1")).split(".")[:2]
        return int(major), int(minor)

    def expect(self, case: Case, tell: Callable[[Misfit], None]) -> None:
        """Asks whether a value fits its schema; ``tell`` hears of every reason why not, once all rules have asked."""
        self._expected.append((case, tell))

    def judge(self) -> str | None:
        """Answers everything that was asked, with one compiled validator. Returns why it cannot, None when it can."""
        tells = {id(case): tell for case, tell in self._expected}
        try:
            wrong = misfits([case for case, _ in self._expected], self.contract.document)
        except ValueError as error:
            return str(error)
        for misfit in wrong:
            tells[id(misfit.case)](misfit)
        return None

    def normal(self, node: SchemaNode) -> Mapping[str, Any] | bool:
        """A schema in normal form: JSON Schema 2020-12, whatever the version of the description."""
        value = value_at(self.contract.document, pointer_tokens_of(node.pointer))
        if isinstance(value, dict | bool):
            return value
        location = self.contract.location.at(node.pointer)  # the normal form of a schema around it moved this one
        normal: Mapping[str, Any] | bool = self._normal_form.rewrite(node.value, "schema", location.pointer)
        return normal

    @cached_property
    def _normal_form(self) -> NormalForm:
        return NormalForm(self.contract.location, str(self.bundle.value.get("openapi", "")))

    @cached_property
    def uses(self) -> Uses:
        """Which components are used, and whether in requests or in replies."""
        return Uses(self.bundle.value, self.tree)

    def add(
        self,
        code: str,
        pointer: str,
        message: str,
        *,
        key: bool = False,
        level: Level | None = None,
        operation: str | None = None,
        related: Iterable[str] = (),
    ) -> None:
        """Adds a finding of a rule that is on."""
        usual = self.levels[code]
        level = usual if level is None else min(level, usual)
        place = self.bundle.place(pointer, key=key)
        others = tuple(self.bundle.place(other) for other in related)
        self.findings.append(Finding(code, level, message, place, operation or self.operation_at(pointer), others))

    def value_at(self, pointer: str, tokens: Iterable[str] | None = None) -> Any:
        """The value at a pointer of the bundle (or at its tokens), None where there is none."""
        return value_at(self.bundle.value, pointer_tokens_of(pointer) if tokens is None else tokens)

    def operation_at(self, pointer: str) -> str | None:
        """The operation that a value belongs to: its operationId, or method and path."""
        if not pointer.startswith(("/paths/", "/webhooks/")):
            return None
        head = pointer
        while head:
            if head in self._labels:
                return self._labels[head]
            head = head.rpartition("/")[0]
        return None


def _labels(contract: Contract) -> Iterable[tuple[str, str]]:
    for operation in contract.every_operation():
        yield operation.location.pointer, label(operation)


def label(operation: Operation) -> str:
    """An operation as findings name it."""
    return operation.id if operation.has_id else f"{operation.method} {operation.path}"


def value_at(value: Any, tokens: Iterable[str]) -> Any:
    """The value at the end of a path of tokens, None where there is none."""
    for token in tokens:
        try:
            value = value[int(token)] if isinstance(value, list) else value[token]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return value
