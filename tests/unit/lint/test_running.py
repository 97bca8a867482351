"""A run: levels, sets, order, silence, and how the findings of several judges come together."""

import pytest

from tallystick.config import RuleSetting
from tallystick.findings import InputError, Level, ordered
from tallystick.lint import Settings, all_rules

PATHS = """
paths:
  /items:
    get:
      operationId: listItems
    post:
      operationId: createItem
"""


def test_there_are_the_rules_of_the_four_groups():
    """The 58 rules of the catalogue and four about what the specification says beside them."""
    assert len(all_rules()) == 62


def test_levels_are_those_of_the_set():
    """A rule that is off reports nothing; `strict` is one level graver than `contract`."""
    rule = all_rules()["string-bounds"]
    assert [Settings(set=name).level(rule) for name in ("minimal", "contract", "strict")] == [None, None, Level.WARNING]


def test_the_minimal_set_has_rules_of_validity_and_what_breaks_generated_code(lint):
    """`minimal` says nothing about taste."""
    assert lint(PATHS, rule_set="minimal") == []
    assert {finding.code for finding in lint(PATHS)} >= {"tag-one", "security-stated", "success-response"}


def test_a_level_in_the_settings_counts(lint):
    """A project makes a rule graver, milder, or turns it off."""
    assert {f.level for f in lint(PATHS, "tag-one", tag_one={"level": "error"})} == {Level.ERROR}
    assert lint(PATHS, "tag-one", tag_one={"level": "off"}) == []


def test_options_count(lint):
    """An option changes what a rule wants."""
    found = lint(PATHS, "op-id-case", op_id_case={"options": {"style": "snake_case"}})
    assert [f.message for f in found] == [
        "'listItems' is not snake_case, like the other operationIds: rename it",
        "'createItem' is not snake_case, like the other operationIds: rename it",
    ]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"tag-on": {"level": "error"}}, "there is no rule 'tag-on'; did you mean 'tag-one'?"),
        ({"schema-valid": {"level": "off"}}, "the level of this rule cannot be changed"),
        ({"op-id-case": {"options": {"style": "shouting"}}}, "lint.rules.op-id-case.options: style:"),
        ({"tag-one": {"options": {"colour": 1}}}, "lint.rules.tag-one.options: colour:"),
    ],
)
def test_wrong_settings_are_refused(rules, message):
    """Each fault of the settings is an error of the call that says what is known."""
    settings = Settings(rules={name: RuleSetting.model_validate(value) for name, value in rules.items()})
    with pytest.raises(InputError) as caught:
        settings.check()
    assert message in str(caught.value)


def test_findings_are_sorted_and_the_same_each_time(lint):
    """Two runs give the same list in the order of the file."""
    first, second = lint(PATHS), lint(PATHS)
    assert first == second == ordered(first)


def test_a_finding_names_its_operation(lint):
    """By operationId, or by method and path."""
    assert {f.operation for f in lint(PATHS, "tag-one")} == {"listItems", "createItem"}
    assert lint("paths: {/a: {get: {summary: A}}}", "op-id-present")[0].operation == "GET /a"


def test_x_tally_ignore_silences_a_node_and_what_lies_below(lint):
    """The key works on any object, for the rules that it names."""
    silenced = PATHS.replace("    get:\n", "    x-tally-ignore: [tag-one]\n    get:\n")
    assert lint(silenced, "tag-one") == []
    assert lint(silenced, "security-stated") != []


def test_x_tally_ignore_cannot_silence_validity(lint):
    """A description that is not valid stays so."""
    text = "paths: {/a: {get: {x-tally-ignore: [schema-valid], responses: {'200': {}}}}}"
    assert [f.message for f in lint(text, "schema-valid")] == ["this needs the field `description`"]


def test_a_fault_that_two_judges_see_is_told_once(lint):
    """Reading and the meta-schema both refuse `type: strng`."""
    found = lint("paths: {}\ncomponents: {schemas: {A: {type: strng}}}", "schema-valid")
    assert len(found) == 1
    assert found[0].message.startswith("`type` must be one of array, boolean")


def test_a_shared_parameter_is_told_once(lint):
    """Forty operations with one component parameter are one finding."""
    text = """
    paths:
      /a/{x}: {parameters: [{$ref: '#/components/parameters/X'}], get: {operationId: a}, put: {operationId: b}}
    components:
      parameters:
        X: {name: x, in: path, required: true, style: label, schema: {type: string}}
    """
    found = lint(text.replace("\n    ", "\n"), "param-serialization")
    assert [f.message for f in found] == ["the style 'label' is hard to find support for: use simple"]


def test_findings_in_other_files_stand_there(lint):
    """A value of another file is reported in that file."""
    text = "paths: {}\ncomponents: {schemas: {Item: {$ref: schemas/item.yaml}}}"
    item = "type: object\nproperties:\n  size:\n    type: integer\n    minimum: 3\n    maximum: 2\n"
    (found,) = lint(text, "schema-satisfiable", files={"schemas/item.yaml": item})
    assert found.place.file.endswith("schemas/item.yaml")
    assert (found.place.line, found.place.column, found.place.end_column) == (6, 14, 15)
    assert found.place.pointer == "/properties/size/maximum"
