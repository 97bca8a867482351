"""Pages, explanations, the configuration schema, and the configurations of other linters."""

from pathlib import Path

import jsonschema_rs
import pytest

from tallystick.findings import InputError
from tallystick.lint import all_rules
from tallystick.lint.foreign import translated
from tallystick.lint.foreign.tables import REDOCLY, SPECTRAL
from tallystick.lint.pages import configuration_schema, explanation, pages

DOCS = Path(__file__).parents[3] / "docs" / "rules"


def test_the_pages_are_current():
    """`tally explain --write docs/rules` has been run since the rules changed."""
    assert {path.name: path.read_text(encoding="utf-8") for path in DOCS.iterdir()} == pages()


def test_every_rule_is_explained():
    """The text says why the rule is there and how to silence it."""
    for name in all_rules():
        text = explanation(name)
        assert text is not None
        assert "ignore file" in text.text


def test_other_codes_are_explained_and_unknown_ones_are_not():
    """Codes of files and calls have a sentence."""
    assert explanation("not-openapi").summary == "The file is no OpenAPI 3.0, 3.1 or 3.2 description."
    assert explanation("no-such-code") is None
    assert explanation("key-not-text") == explanation("yaml-trap")


def test_the_configuration_schema_accepts_what_the_settings_accept():
    """It is a JSON Schema, and knows levels, options and unknown rules."""
    validator = jsonschema_rs.validator_for(configuration_schema())
    assert validator.is_valid({"tag-one": "error", "op-id-case": {"level": "off", "options": {"style": "camelCase"}}})
    assert validator.is_valid({"server-https": {"options": {"allow-example-host": True}}})
    assert not validator.is_valid({"tag-won": "error"})
    assert not validator.is_valid({"op-id-case": {"options": {"style": "LOUD"}}})
    assert not validator.is_valid({"schema-valid": "off"})


def test_foreign_rules_lead_to_rules_that_exist():
    """The tables name no rule of ours that is gone."""
    assert {*SPECTRAL.values(), *REDOCLY.values()} <= set(all_rules())


def test_a_spectral_ruleset_becomes_toml(tmp_path):
    """Several rules may be one of ours: the gravest level counts. What has no equivalent is told with its line."""
    file = tmp_path / ".spectral.yaml"
    file.write_text(
        "extends: spectral:oas\n"
        "rules:\n"
        "  operation-tags: off\n"
        "  operation-singular-tag: warn\n"
        "  oas3-schema: error\n"
        "  house-rule: {given: $.paths, then: {function: truthy}}\n"
    )
    toml, findings = translated(file)
    assert toml.splitlines()[1:] == [
        "[lint]",
        'set = "contract"',
        "",
        "[lint.rules]",
        'tag-one = "warning"  # operation-tags, operation-singular-tag',
        "# oas3-schema is schema-valid, which is always on",
        "# 'house-rule' has no equivalent (line 6)",
    ]
    assert [(f.code, f.place.line) for f in findings] == [("foreign-rule", 6)]


def test_a_redocly_configuration_becomes_toml(tmp_path):
    """Its sets have counterparts, its options do not."""
    file = tmp_path / "redocly.yaml"
    file.write_text(
        "extends: [minimal]\nplugins: [x.js]\nrules:\n"
        "  operation-singular-tag: error\n"
        "  path-parameters-defined: error\n"
        "  paths-kebab-case: {severity: warn, depth: 2}\n"
    )
    toml, findings = translated(file)
    assert 'set = "minimal"' in toml
    assert 'tag-one = "error"' in toml
    assert 'path-style = "warning"' in toml
    assert [f.place.line for f in findings] == [2, 6]


def test_the_toml_is_a_configuration(tmp_path):
    """What is printed can be used."""
    from tallystick import config
    from tallystick.lint import Settings

    file = tmp_path / "redocly.yaml"
    rules = "\n".join(f"  {name}: error" for name in REDOCLY)
    file.write_text(f"rules:\n{rules}\n")
    Settings.of(config.parse(translated(file)[0], None)).check()


def test_a_name_cannot_end_its_comment(tmp_path):
    """The other configuration is a foreign file: a line feed in it must not write into ours."""
    file = tmp_path / ".spectral.json"
    file.write_text('{"rules": {"x\\nset = 1": "off"}}')
    assert all(line.startswith(("#", "[", "set", "")) for line in translated(file)[0].splitlines())
    assert "\nset = 1" not in translated(file)[0]


@pytest.mark.parametrize("text", ["[]", "a: 1", "rules: 3"])
def test_other_files_are_refused(tmp_path, text):
    """A file that is neither is a wrong call."""
    file = tmp_path / "config.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match="neither a Spectral ruleset"):
        translated(file)
