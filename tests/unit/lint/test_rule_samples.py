"""Every rule: its bad sample is found at the marked values and nowhere else, its good sample is clean."""

import pytest
import yaml

from tallystick.config import RuleSetting
from tallystick.document import bundle, load
from tallystick.findings import Level
from tallystick.lint import Settings, all_rules, run
from tallystick.lint.samples import sample

RULES = [pytest.param(rule, id=name) for name, rule in all_rules().items()]


def findings_of(rule, text, tmp_path):
    """What the rule alone finds."""
    file = tmp_path / "openapi.yaml"
    file.write_text(text, encoding="utf-8")
    options = dict(rule.sample_options)
    level = None if rule.always_on else "error"
    settings = Settings(rules={rule.id: RuleSetting.model_validate({"level": level, "options": options})})
    return [finding for finding in run(bundle(load(file)), settings) if finding.code == rule.id]


@pytest.mark.parametrize("rule", RULES)
def test_the_bad_sample_is_found_at_its_marks(rule, tmp_path):
    """A rule points at the exact value, from its first to its last character."""
    bad = sample(rule.bad)
    assert bad.places, "a bad sample has marks"
    places = [finding.place for finding in findings_of(rule, bad.text, tmp_path)]
    assert sorted((p.line, p.column, p.end_line, p.end_column) for p in places) == list(bad.places)


@pytest.mark.parametrize("rule", RULES)
def test_the_good_sample_is_clean(rule, tmp_path):
    """A rule says nothing about its good sample, and neither does any rule of validity."""
    good = sample(rule.good)
    assert not good.places
    assert findings_of(rule, good.text, tmp_path) == []
    file = tmp_path / "openapi.yaml"
    errors = [f for f in run(bundle(load(file)), Settings(set="minimal", validator=True)) if f.level is Level.ERROR]
    assert errors == []


@pytest.mark.parametrize("rule", RULES)
def test_the_texts_of_a_rule_are_complete(rule):
    """Summary and rationale are sentences, samples are YAML."""
    assert rule.summary.endswith(".")
    assert rule.rationale.endswith(".")
    for text in (rule.bad, rule.good):
        assert isinstance(yaml.safe_load(sample(text).text), dict)


@pytest.mark.parametrize("rule", RULES)
def test_the_default_options_are_valid(rule):
    """A rule runs without any configuration."""
    assert rule.options.model_validate({}) is not None
