"""``tally lint``: is a description valid, unambiguous, safe to generate from, and pleasant to use?"""

from tallystick.lint.registry import all_rules
from tallystick.lint.rule import Group, Options, Rule, RuleSet
from tallystick.lint.running import run
from tallystick.lint.second_opinion import validator_findings
from tallystick.lint.settings import Settings

__all__ = ["Group", "Options", "Rule", "RuleSet", "Settings", "all_rules", "run", "validator_findings"]
