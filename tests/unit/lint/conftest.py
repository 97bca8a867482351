"""A description as text, linted."""

import pytest

from tallystick.config import RuleSetting
from tallystick.document import bundle, load
from tallystick.lint import Settings, run
from tallystick.lint.samples import sample


@pytest.fixture
def lint(tmp_path):
    """Lints a fragment of a description and gives the findings, all or those of one rule."""

    def lint(text, rule=None, *, rule_set="contract", files=(), **rules):
        for name, content in dict(files).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content, encoding="utf-8")
        file = tmp_path / "openapi.yaml"
        file.write_text(sample(text).text, encoding="utf-8")
        settings = {name.replace("_", "-"): RuleSetting.model_validate(value) for name, value in rules.items()}
        findings = run(bundle(load(file)), Settings(set=rule_set, rules=settings))
        return [finding for finding in findings if rule in (None, finding.code)]

    return lint
