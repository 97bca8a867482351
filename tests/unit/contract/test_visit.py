"""The walk that serves lint, diff and generators, and the digests that recognise equal parts."""

import pytest

from tallystick.contract import Contract, Operation, Parameter, Reply, read
from tallystick.contract.digest import digest
from tallystick.contract.visit import Prose, Reference, SchemaNode, Tree, Visitors, model_nodes, tree_of
from tallystick.document import bundle, load

SPEC = """openapi: 3.0.3
info: {title: Sample, version: '1', description: About it.}
paths:
  /items/{sku}:
    parameters: [{$ref: '#/components/parameters/Sku'}]
    get:
      operationId: getItem
      responses: {'200': {$ref: '#/components/responses/Item'}}
    put:
      operationId: putItem
      responses: {'200': {$ref: '#/components/responses/Item'}}
components:
  parameters:
    Sku: {name: sku, in: path, required: true, schema: {type: string}}
  responses:
    Item:
      description: One item.
      content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}
  schemas:
    Item:
      allOf:
        - $ref: '#/components/schemas/Named'
        - type: object
          properties: {price: {type: integer, nullable: true}}
    Named: {type: object, required: [name], properties: {name: {type: string}}}
    Unused: {type: string, enum: [a]}
"""


@pytest.fixture
def contract(tmp_path):
    """The contract of the sample."""
    file = tmp_path / "openapi.yaml"
    file.write_text(SPEC)
    return read(bundle(load(file)))


def test_the_model_is_walked_once_per_place(contract):
    """Two operations share a parameter and a reply: each comes once, in document order."""
    kinds = [type(node) for node in model_nodes(contract)]
    assert kinds[0] is Contract
    assert [kinds.count(kind) for kind in (Operation, Parameter, Reply)] == [2, 1, 1]


def test_every_schema_is_met_also_the_unused_ones(contract):
    """Schemas are met as they were written, with their pointers."""
    pointers = [node.pointer for node in tree_of(contract).schemas]
    assert "/components/schemas/Unused" in pointers
    assert "/components/schemas/Item/allOf/1/properties/price" in pointers
    assert len(pointers) == len(set(pointers))


def test_visitors_get_the_nodes_they_ask_for(contract):
    """By node type; schemas also by keyword, and a handler with several keywords is called once per schema."""
    seen = []
    visitors = Visitors()
    visitors.add(Operation, lambda node: seen.append(node.id))
    visitors.add(SchemaNode, lambda node: seen.append(node.pointer), having=("enum", "type"))
    visitors.add(Prose, lambda node: seen.append(node.text))
    visitors.add(Reference, lambda node: seen.append(node.target))
    visitors.visit(contract, tree_of(contract))
    assert seen.count("getItem") == 1
    assert seen.count("/components/schemas/Unused") == 1
    assert "About it." in seen
    assert "#/components/schemas/Named" in seen


def test_a_schema_knows_its_merged_properties(contract):
    """Own ones and those of its parents; 3.0 nullability is the type null."""
    tree = tree_of(contract)
    item = tree.component("Item")
    properties = tree.all_properties(item)
    assert set(properties) == {"name", "price"}
    assert properties["price"].types == {"integer", "null"}
    assert tree.all_types(item) == {"object"}


def test_references_in_a_circle_end():
    """Resolving stops at the last good schema."""
    schemas = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    tree = Tree({"openapi": "3.1.0", "components": {"schemas": schemas}})
    assert tree.resolve(tree.component("A")).name == "B"
    assert len(tree.parts(tree.component("A"))) == 2


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ({"a": 1, "b": [1, {"c": None}]}, {"b": [1, {"c": None}], "a": 1}, True),
        ({"a": 1}, {"a": True}, False),
        (["a", "b"], ["b", "a"], False),
        ({"a": ["b"]}, {"a": "b"}, False),
        ({}, [], False),
        ("1", 1, False),
        ({"ab": "c"}, {"a": "bc"}, False),
    ],
)
def test_digests_tell_equal_json(left, right, same):
    """The order of keys does not count, types and the order of items do."""
    assert (digest(left) == digest(right)) is same
