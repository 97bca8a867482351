"""Which rules run, at which level, with which options."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from tallystick.config import Config, RuleSetting
from tallystick.findings import Finding, InputError, Level, Place, shown_path
from tallystick.lint.registry import all_rules
from tallystick.lint.rule import Options, Rule, RuleSet

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """A rule set and what a project changes about it."""

    set: RuleSet = "contract"
    rules: Mapping[str, RuleSetting] = field(default_factory=dict)
    validator: bool = False
    """Whether openapi-spec-validator gives its second opinion."""
    file: str = "tally.toml"
    """The configuration file, for messages about it."""

    @classmethod
    def of(cls, config: Config, *, validator: bool = False) -> Settings:
        """The settings that a configuration states. Raises InputError for unknown rules and wrong options."""
        file = shown_path(config.path) if config.path else "tally.toml"
        settings = cls(config.lint.set, config.lint.rules, validator, file)
        settings.check()
        return settings

    def check(self) -> None:
        """Raises InputError, one finding per fault."""
        faults = [fault for name, setting in self.rules.items() for fault in self._faults(name, setting)]
        if faults:
            raise InputError(*(Finding("config-value", Level.ERROR, fault, Place(self.file)) for fault in faults))

    def _faults(self, name: str, setting: RuleSetting) -> list[str]:
        rule = all_rules().get(name)
        if rule is None:
            near = difflib.get_close_matches(name, all_rules(), n=1)
            advice = f"did you mean {near[0]!r}?" if near else "`tally explain` lists the rules"
            return [f"lint.rules: there is no rule {name!r}; {advice}"]
        if rule.always_on and setting.level is not None:
            why = "because a description that breaks it is not valid; accept single places in the ignore file"
            return [f"lint.rules.{name}: the level of this rule cannot be changed, {why}"]
        try:
            self.options(rule)
        except ValidationError as error:
            return [
                f"lint.rules.{name}.options: {'.'.join(map(str, fault['loc']))}: {fault['msg']};"
                f" known: {', '.join(field.alias or key for key, field in rule.options.model_fields.items()) or 'none'}"
                for fault in error.errors(include_url=False)
            ]
        return []

    def level(self, rule: Rule) -> Level | None:
        """The level of a rule, None when it is off."""
        setting = self.rules.get(rule.id)
        if setting is None or setting.level is None:
            return rule.levels[self.set]
        return None if setting.level == "off" else Level(setting.level)

    def levels(self) -> dict[str, Level]:
        """The rules that are on."""
        return {name: level for name, rule in all_rules().items() if (level := self.level(rule)) is not None}

    def options(self, rule: Rule) -> Options:
        """The options of a rule. Raises pydantic's ValidationError."""
        setting = self.rules.get(rule.id)
        given: Mapping[str, Any] = setting.options if setting else {}
        return rule.options.model_validate(dict(given))
