"""What a rule is: a class with handlers, and beside it everything there is to say about it.

The text, the examples and the options model stand once, in the decorator; the rule pages, ``tally explain``, the help
in SARIF reports and the JSON Schema of the configuration are made from it, and the examples are tests.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from tallystick.findings import Level

if TYPE_CHECKING:
    from tallystick.lint.context import Context

__all__ = ["Check", "Group", "Options", "Rule", "RuleSet", "on", "rule"]

RuleSet = Literal["minimal", "contract", "strict"]
LevelName = Literal["off", "info", "warning", "error"]
_Method = TypeVar("_Method", bound=Callable[..., None])
_CheckType = TypeVar("_CheckType", bound="type[Check]")


class Group(enum.Enum):
    """The chapters of the rule list."""

    VALIDITY = "The description is valid"
    NAMES = "Names that become code"
    SCHEMAS = "Schemas that become good types"
    PROTOCOL = "Operations and protocol"


class Options(BaseModel):
    """Options of a rule; a rule without any has this one. In ``tally.toml`` names are written with dashes."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=lambda name: name.replace("_", "-")
    )


@dataclass(frozen=True, slots=True)
class Subscription:
    """Which nodes a method wants to see."""

    method: str
    node_type: type
    having: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Everything about a rule.

    ``bad`` and ``good`` are descriptions in YAML, or fragments of one (see ``lint.samples``); in ``bad`` every value
    that is reported stands between ``«`` and ``»``. ``options_for_samples`` are the options that the samples assume.
    """

    id: str
    group: Group
    levels: Mapping[RuleSet, Level | None]
    summary: str
    rationale: str
    bad: str
    good: str
    options: type[Options]
    check: type[Check]
    subscriptions: tuple[Subscription, ...]
    sample_options: Mapping[str, Any]

    @property
    def always_on(self) -> bool:
        """Whether the level cannot be changed: a description that breaks the rule is not valid."""
        return self.group is Group.VALIDITY


class Check:
    """One run of a rule over one description. Handlers are methods marked with :func:`on`; ``finish`` comes last."""

    rule: ClassVar[Rule]

    def __init__(self, context: Context, options: Any) -> None:
        self.context = context
        self.tree = context.tree
        self.options = options
        self.start()

    def start(self) -> None:
        """Sets up what the handlers gather."""

    def finish(self) -> None:
        """Reports what only the whole description shows."""

    def report(
        self,
        pointer: str,
        message: str,
        *,
        key: bool = False,
        level: Level | None = None,
        operation: str | None = None,
        related: Iterable[str] = (),
    ) -> None:
        """A finding at the value (or the key) that a pointer of the bundle names. ``level`` may only soften."""
        self.context.add(self.rule.id, pointer, message, key=key, level=level, operation=operation, related=related)


def on(node_type: type, *, having: Iterable[str] = ()) -> Callable[[_Method], _Method]:
    """Marks a method as a handler of a node type; of schemas, only those with one of the keywords ``having``."""

    def mark(method: _Method) -> _Method:
        method.wanted = (node_type, tuple(having))  # type: ignore[attr-defined]  # read by the decorator ``rule``
        return method

    return mark


_STRICTER: Final = {
    None: Level.WARNING,
    Level.INFO: Level.WARNING,
    Level.WARNING: Level.ERROR,
    Level.ERROR: Level.ERROR,
}


def rule(
    identifier: str,
    group: Group,
    level: LevelName,
    *,
    summary: str,
    rationale: str,
    bad: str,
    good: str,
    minimal: LevelName | None = None,
    strict: LevelName | None = None,
    options: type[Options] = Options,
    sample_options: Mapping[str, Any] | None = None,
) -> Callable[[_CheckType], _CheckType]:
    """Declares the class below it as the rule ``identifier``.

    ``level`` is the one in the set ``contract``. In ``minimal`` only rules of validity are on unless stated; ``strict``
    is one level graver unless stated.
    """
    usual = _level(level)
    on_always = group is Group.VALIDITY
    levels: dict[RuleSet, Level | None] = {
        "minimal": _level(minimal) if minimal else usual if on_always else None,
        "contract": usual,
        "strict": _level(strict) if strict else usual if on_always else _STRICTER[usual],
    }

    def declare(check: _CheckType) -> _CheckType:
        subscriptions = tuple(
            Subscription(name, *member.wanted) for name, member in vars(check).items() if hasattr(member, "wanted")
        )
        check.rule = Rule(
            identifier, group, levels, summary, " ".join(rationale.split()), _dedented(bad), _dedented(good), options,
            check, subscriptions, sample_options or {},
        )  # fmt: skip
        return check

    return declare


def _level(name: LevelName) -> Level | None:
    return None if name == "off" else Level(name)


def _dedented(text: str) -> str:
    from textwrap import dedent

    return dedent(text).strip("\n") + "\n"
