"""All rules, found by looking into the package ``rules``: a new module there is a new rule, nothing else is edited."""

from __future__ import annotations

import functools
import pkgutil
from collections.abc import Mapping
from importlib import import_module

from tallystick.lint import rules as package
from tallystick.lint.rule import Check, Group, Rule

__all__ = ["all_rules"]

_ORDER = list(Group)


@functools.cache
def all_rules() -> Mapping[str, Rule]:
    """The rules by id, in the order of their groups."""
    found = [_rule_in(module.name) for module in pkgutil.iter_modules(package.__path__)]
    return {rule.id: rule for rule in sorted(found, key=lambda rule: (_ORDER.index(rule.group), rule.id))}


def _rule_in(name: str) -> Rule:
    module = import_module(f"{package.__name__}.{name}")
    (check,) = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Check) and value.__module__ == module.__name__
    ]
    if check.rule.id != name.replace("_", "-"):
        raise ValueError(f"the rule {check.rule.id} must stand in the module {check.rule.id.replace('-', '_')}")
    return check.rule
