"""Bundling: many files become one tree, and every part of it still knows its file."""

import json

import pytest

from tallystick.document import Limits, bundle, load
from tallystick.findings import InputError


def codes(tree):
    """The codes of the findings, in order."""
    return [finding.code for finding in tree.findings]


def schemas(tree):
    """The component schemas."""
    return tree.value["components"]["schemas"]


def place(tree, pointer, *, key=False):
    """File name and line of a pointer of the bundle."""
    found = tree.place(pointer, key=key)
    return found.file.rpartition("/")[2], found.line


class TestOneFile:
    def test_nothing_to_do(self, bundled):
        """A description without outside references is passed on as it is, not as a copy."""
        tree = bundled("components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {type: string}}}\n")
        assert tree.value is tree.source.root.value
        assert tree.findings == ()

    def test_dangling_references_stay(self, bundled):
        """A reference that leads nowhere stays and becomes a finding at the reference itself."""
        tree = bundled("components:\n  schemas:\n    A:\n      $ref: '#/components/schemas/B'\n")
        (finding,) = tree.findings
        assert schemas(tree)["A"] == {"$ref": "#/components/schemas/B"}
        assert (finding.code, finding.place.line, finding.place.column) == ("ref-unresolved", 6, 13)

    def test_references_in_examples_defaults_and_enums_are_data(self, bundled):
        """Nothing enters plain data."""
        text = "components: {schemas: {A: {default: {$ref: '#/x'}, enum: [{$ref: '#/y'}], example: {$ref: '#/z'}}}}\n"
        assert codes(bundled(text)) == []

    def test_a_property_called_ref(self, bundled):
        """``$ref`` may be the name of a property."""
        tree = bundled("components: {schemas: {A: {properties: {$ref: {type: string}}}}}\n")
        assert codes(tree) == []

    @pytest.mark.parametrize(
        "text",
        [
            "components: {schemas: {A: {$ref: '#/components/schemas/A'}}}",
            "components: {schemas: {A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}}}",
            "components: {schemas: {A: {properties: {x: {$ref: '#/components/schemas/A/properties/x'}}}}}",
            "paths: {/a: {$ref: '#/paths/~1b'}, /b: {$ref: '#/paths/~1a'}}",
        ],
    )
    def test_references_in_a_circle(self, bundled, text):
        """References that lead only to each other are errors."""
        assert set(codes(bundled(text))) == {"ref-cycle"}

    def test_a_recursive_schema_is_no_circle(self, bundled):
        """A schema may hold itself."""
        assert codes(bundled("components: {schemas: {A: {properties: {x: {$ref: '#/components/schemas/A'}}}}}")) == []

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("components: {schemas: {A: {$ref: '#/info/title'}}}", "to a text, not to a schema object"),
            ("components: {schemas: {A: {$ref: '#/info'}}}", "to a info object, not to a schema object"),
            ("components: {schemas: {A: {type: string}}, responses: {B: {$ref: '#/components/schemas/A'}}}",
             "to a schema object, not to a response object"),
            ("x: [a]\ncomponents: {schemas: {A: {$ref: '#/x'}}}", "to a list, not to a schema object"),
            ("x:\ncomponents: {schemas: {A: {$ref: '#/x'}}}", "to nothing, not to a schema object"),
        ],
    )  # fmt: skip
    def test_references_to_the_wrong_kind(self, bundled, text, message):
        """A schema must refer to a schema, a response to a response."""
        (finding,) = bundled(text).findings
        assert (finding.code, finding.message) == ("ref-kind", f"the reference leads {message}")

    def test_deep_references_are_fine(self, bundled):
        """A schema may refer to the schema of a response."""
        text = """
            paths:
              /a:
                get:
                  responses:
                    '200': {description: d, content: {application/json: {schema: {type: string}}}}
            components:
              schemas:
                A: {$ref: '#/paths/~1a/get/responses/200/content/application~1json/schema'}
        """
        assert codes(bundled(text)) == []

    def test_a_long_chain(self, bundled):
        """A chain that no description needs is refused at its beginning."""
        links = ", ".join(f"S{n}: {{$ref: '#/components/schemas/S{n + 1}'}}" for n in range(200))
        with pytest.raises(InputError, match="a chain of more than 100 references begins here"):
            bundled(f"components: {{schemas: {{{links}, S200: {{type: string}}}}}}\n")

    def test_misplaced_references(self, bundled):
        """Where no reference may stand, many tools follow it all the same; its target is put in place."""
        tree = bundled("x-all: {/a: {get: {summary: s}}}\npaths: {$ref: '#/x-all'}\n")
        assert tree.value["paths"] == {"/a": {"get": {"summary": "s"}}}
        (finding,) = tree.findings
        assert (finding.code, finding.place.pointer) == ("ref-placement", "/paths")


class TestComponents:
    def test_a_file_becomes_a_component(self, bundled):
        """A schema file is named after the file; references to it become internal ones."""
        tree = bundled(
            "paths: {/a: {get: {responses: {'200': {description: d, content: {application/json: "
            "{schema: {$ref: schemas/Item.yaml}}}}}}}}\n",
            schemas__Item_yaml="type: object\nproperties:\n  next: {$ref: Item.yaml}\n  owner: {$ref: Owner.yaml}\n",
            schemas__Owner_yaml="type: string\n",
        )
        media = tree.value["paths"]["/a"]["get"]["responses"]["200"]["content"]["application/json"]
        assert media == {"schema": {"$ref": "#/components/schemas/Item"}}
        assert schemas(tree) == {
            "Item": {
                "type": "object",
                "properties": {
                    "next": {"$ref": "#/components/schemas/Item"},
                    "owner": {"$ref": "#/components/schemas/Owner"},
                },
            },
            "Owner": {"type": "string"},
        }
        assert codes(tree) == []

    def test_the_places_of_adopted_parts(self, bundled):
        """What came from another file stands in that file."""
        tree = bundled(
            "components: {schemas: {A: {properties: {x: {$ref: 'o.yaml#/X'}}}}}\n",
            o_yaml="Y: {type: string}\nX:\n  properties:\n    deep: {type: string}\n",
        )
        assert place(tree, "/components/schemas/X/properties/deep") == ("o.yaml", 4)
        assert place(tree, "/components/schemas/X/properties/deep", key=True) == ("o.yaml", 4)
        assert place(tree, "/components/schemas/X", key=True) == ("o.yaml", 3)
        assert place(tree, "/components/schemas/A") == ("root.yaml", 3)

    def test_a_component_gives_its_name(self, bundled):
        """A component that is nothing but a reference to a file is where that file goes."""
        tree = bundled(
            "components:\n  schemas:\n    Article: {$ref: item.yaml}\n    Other: {$ref: other.yaml}\n",
            item_yaml="type: object\n",
            other_yaml="items: {$ref: item.yaml}\ntype: array\n",
        )
        assert schemas(tree) == {
            "Article": {"type": "object"},
            "Other": {"items": {"$ref": "#/components/schemas/Article"}, "type": "array"},
        }
        assert place(tree, "/components/schemas/Article") == ("item.yaml", 1)
        assert place(tree, "/components/schemas/Article", key=True) == ("root.yaml", 5)

    def test_two_components_of_one_file(self, bundled):
        """The second component that refers to the same file refers to the first."""
        tree = bundled(
            "components: {schemas: {A: {$ref: item.yaml}, B: {$ref: item.yaml}}}\n", item_yaml="type: object\n"
        )
        assert schemas(tree) == {"A": {"type": "object"}, "B": {"$ref": "#/components/schemas/A"}}

    def test_siblings_of_a_reference(self, bundled):
        """What stands beside a reference stays beside it, its own references rewritten, in the order of the text."""
        tree = bundled(
            "components: {schemas: {A: {description: d, $ref: 'o.yaml#/X', properties: {y: {$ref: 'o.yaml#/Y'}}}}}\n",
            o_yaml="X: {type: object}\nY: {type: string}\n",
        )
        expected = {
            "description": "d", "$ref": "#/components/schemas/X",
            "properties": {"y": {"$ref": "#/components/schemas/Y"}},
        }  # fmt: skip
        assert list(schemas(tree)["A"].items()) == list(expected.items())

    def test_siblings_of_an_internal_reference(self, bundled):
        """References beside an internal reference are rewritten as well."""
        tree = bundled(
            "components: {schemas: {B: {}, A: {$ref: '#/components/schemas/B', items: {$ref: 'o.yaml#/Y'}}}}\n",
            o_yaml="Y: {type: string}\n",
        )
        assert schemas(tree)["A"] == {"$ref": "#/components/schemas/B", "items": {"$ref": "#/components/schemas/Y"}}

    def test_every_kind_of_component(self, bundled):
        """Responses, parameters, examples, bodies, headers, schemes, links and callbacks go to their sections."""
        tree = bundled(
            """
            paths:
              /a:
                post:
                  parameters: [{$ref: 'o.yaml#/P'}]
                  requestBody: {$ref: 'o.yaml#/B'}
                  responses: {'200': {$ref: 'o.yaml#/R'}}
                  callbacks: {c: {$ref: 'o.yaml#/C'}}
            components:
              securitySchemes: {s: {$ref: 'o.yaml#/S'}}
            """,
            o_yaml="""
            P: {name: p, in: query, examples: {e: {$ref: '#/E'}}}
            B: {content: {}}
            R: {description: d, headers: {h: {$ref: '#/H'}}, links: {l: {$ref: '#/L'}}}
            C: {'{$request.body#/url}': {post: {}}}
            S: {type: http, scheme: basic}
            E: {value: 1}
            H: {schema: {}}
            L: {operationId: x}
            """,
        )
        assert {section: list(named) for section, named in tree.value["components"].items()} == {
            "securitySchemes": ["s"], "parameters": ["P"], "requestBodies": ["B"], "responses": ["R"],
            "callbacks": ["C"], "examples": ["E"], "headers": ["H"], "links": ["L"],
        }  # fmt: skip
        assert codes(tree) == []

    def test_references_to_references(self, bundled):
        """A file that is a reference becomes a component that is one."""
        tree = bundled(
            "components: {schemas: {A: {items: {$ref: a.yaml}}}}\n", a_yaml="$ref: b.yaml\n", b_yaml="type: string\n"
        )
        assert schemas(tree)["a"] == {"$ref": "#/components/schemas/b"}
        assert schemas(tree)["b"] == {"type": "string"}

    def test_references_back_to_the_root(self, bundled):
        """A file may use what stands in the root."""
        tree = bundled(
            "components: {schemas: {A: {$ref: sub/a.yaml}, 'B C': {type: string}}}\n",
            sub__a_yaml="properties: {b: {$ref: '../root.yaml#/components/schemas/B%20C'}}\n",
        )
        assert schemas(tree)["A"] == {"properties": {"b": {"$ref": "#/components/schemas/B%20C"}}}
        assert codes(tree) == []

    def test_references_into_a_component(self, bundled):
        """A deep reference into a file that is a component already stays a deep reference."""
        tree = bundled(
            "components: {schemas: {A: {$ref: a.yaml}, B: {items: {$ref: 'a.yaml#/properties/x~1y'}}}}\n",
            a_yaml="properties: {x/y: {type: string}}\n",
        )
        assert schemas(tree)["B"] == {"items": {"$ref": "#/components/schemas/A/properties/x~1y"}}

    def test_anchors_in_other_files(self, bundled):
        """A reference by anchor becomes one by name."""
        tree = bundled(
            "components: {schemas: {A: {items: {$ref: 'o.yaml#here'}}}}\n",
            o_yaml="$defs: {Thing: {$anchor: here, type: string}}\n",
        )
        assert schemas(tree)["A"] == {"items": {"$ref": "#/components/schemas/Thing"}}

    def test_circles_across_files(self, bundled):
        """Files that refer to nothing but each other are a circle, reported once per reference."""
        tree = bundled("components: {schemas: {A: {$ref: a.yaml}}}\n", a_yaml="$ref: b.yaml\n", b_yaml="$ref: a.yaml\n")
        assert set(codes(tree)) == {"ref-cycle"}

    def test_recursion_across_files(self, bundled):
        """Schemas in several files may hold each other."""
        tree = bundled(
            "components: {schemas: {A: {$ref: a.yaml}}}\n",
            a_yaml="properties: {b: {$ref: b.yaml}}\n",
            b_yaml="properties: {a: {$ref: a.yaml}}\n",
        )
        assert schemas(tree) == {
            "A": {"properties": {"b": {"$ref": "#/components/schemas/b"}}},
            "b": {"properties": {"a": {"$ref": "#/components/schemas/A"}}},
        }
        assert codes(tree) == []

    def test_a_file_that_cannot_be_read(self, bundled):
        """Its own error and the reference to it are findings; the rest is bundled."""
        tree = bundled("components: {schemas: {A: {$ref: a.yaml}, B: {type: string}}}\n", a_yaml="a: [\n")
        assert set(codes(tree)) == {"syntax", "ref-unresolved"}
        assert schemas(tree)["B"] == {"type": "string"}

    def test_components_of_the_wrong_shape(self, bundled):
        """A list where the components belong does not keep other files from being bundled."""
        tree = bundled("components: [a]\npaths: {/a: {get: {parameters: [{$ref: p.yaml}]}}}\n", p_yaml="name: p\n")
        assert tree.value["components"] == {"parameters": {"p": {"name": "p"}}}


class TestNames:
    ROOT = "components: {schemas: {R: {anyOf: [%s]}}}\n"

    def names(self, bundled, *references, **others):
        """The component that each reference became."""
        listed = ", ".join(f"{{$ref: '{reference}'}}" for reference in references)
        tree = bundled(self.ROOT % listed, **others)
        return [part["$ref"].removeprefix("#/components/schemas/") for part in schemas(tree)["R"]["anyOf"]]

    def test_keys_and_files(self, bundled):
        """A part is called by its key, a whole file by its name without extensions."""
        others = {"o_yaml": "components: {schemas: {Thing: {}}}\n", "a.schema_yaml": "{}\n"}
        assert self.names(bundled, "o.yaml#/components/schemas/Thing", "a.schema.yaml", **others) == ["Thing", "a"]

    def test_equal_names_get_their_folders(self, bundled):
        """Where two parts want one name, neither has it: both are told apart by what stands in front."""
        others = {"a__item_yaml": "title: a\n", "b__item_yaml": "title: b\n"}
        assert self.names(bundled, "a/item.yaml", "b/item.yaml", **others) == ["a-item", "b-item"]

    def test_names_do_not_depend_on_the_order(self, bundled):
        """Reordering the references changes no name."""
        others = {"a__item_yaml": "title: a\n", "b__item_yaml": "title: b\n", "c_yaml": "item: {title: c}\n"}
        references = ["a/item.yaml", "b/item.yaml", "c.yaml#/item"]
        names = dict(zip(references, self.names(bundled, *references, **others), strict=True))
        backwards = dict(zip(references[::-1], self.names(bundled, *references[::-1], **others), strict=True))
        assert names == backwards == {"a/item.yaml": "a-item", "b/item.yaml": "b-item", "c.yaml#/item": "c-item"}

    def test_names_of_the_root_are_taken(self, bundled):
        """A component of the root keeps its name."""
        assert self.names(bundled, "sub/R.yaml", sub__R_yaml="title: other\n") == ["sub-R"]

    def test_names_have_the_allowed_characters(self, bundled):
        """Other characters become dashes."""
        assert self.names(bundled, "o.yaml#/a b%C3%A9!c", o_yaml="a bé!c: {}\n") == ["a-b-c"]

    def test_names_do_not_depend_on_the_machine(self, files):
        """Where even the folders are the same, a digest of the path within the description tells parts apart."""
        found = []
        for top in ("one", "two/deeper"):
            folder = files(
                **{
                    f"{top}__root_yaml": "openapi: 3.1.0\ncomponents: {schemas: {R: {anyOf: "
                    "[{$ref: 'o.yaml#/a b'}, {$ref: 'o.yaml#/a!b'}]}}}\n",
                    f"{top}__o_yaml": "a b: {title: x}\na!b: {title: y}\n",
                }
            )
            tree = bundle(load(folder / top / "root.yaml"))
            found.append([part["$ref"] for part in schemas(tree)["R"]["anyOf"]])
        assert found[0] == found[1]
        assert len(set(found[0])) == 2


class TestInPlace:
    def test_path_items(self, bundled):
        """Path items are put in place, with their places; what stands beside the reference wins."""
        tree = bundled(
            """
            paths:
              /a:
                $ref: paths/a.yaml
                summary: from the root
                parameters: [{$ref: paths/p.yaml}]
              /b: {$ref: paths/a.yaml}
            """,
            paths__a_yaml="summary: from the file\nget:\n  parameters: [{$ref: p.yaml}]\n",
            paths__p_yaml="name: p\nin: query\n",
        )
        reference = [{"$ref": "#/components/parameters/p"}]
        assert tree.value["paths"] == {
            "/a": {"summary": "from the root", "get": {"parameters": reference}, "parameters": reference},
            "/b": {"summary": "from the file", "get": {"parameters": reference}},
        }
        assert codes(tree) == []
        assert place(tree, "/paths/~1a/get") == ("a.yaml", 3)
        assert place(tree, "/paths/~1a/summary") == ("root.yaml", 6)
        assert place(tree, "/paths/~1a/get", key=True) == ("a.yaml", 2)
        assert place(tree, "/paths/~1b", key=True) == ("root.yaml", 8)

    def test_a_path_item_that_calls_itself_back(self, bundled):
        """A path item whose callback is itself is reported, not followed for ever."""
        tree = bundled("paths: {/a: {$ref: a.yaml}}\n", a_yaml="post: {callbacks: {c: {'{$url}': {$ref: a.yaml}}}}\n")
        assert codes(tree) == ["ref-cycle"]
        assert tree.value["paths"]["/a"]["post"]["callbacks"]["c"] == {"{$url}": {}}

    def test_texts_in_files(self, bundled):
        """A description that is a reference gets the text of the file."""
        tree = bundled("tags: [{name: a, description: {$ref: 'd.yaml#/a'}}]\n", d_yaml="a: |\n  Text.\n")
        assert tree.value["tags"] == [{"name": "a", "description": "Text.\n"}]
        assert codes(tree) == ["ref-placement"]

    def test_extensions(self, bundled):
        """References to files in extensions are put in place; other data of theirs is left alone."""
        tree = bundled(
            "x-samples: [{lang: sh, source: {$ref: s.yaml}}, {$ref: '#/x'}, {$ref: nowhere.yaml}]\n",
            s_yaml="curl: {$ref: t.yaml}\n",
            t_yaml="[-v]\n",
        )
        assert tree.value["x-samples"] == [
            {"lang": "sh", "source": {"curl": ["-v"]}}, {"$ref": "#/x"}, {"$ref": "nowhere.yaml"},
        ]  # fmt: skip
        assert codes(tree) == []

    def test_examples_in_files(self, bundled):
        """An example that is a reference to a file is the file."""
        tree = bundled(
            "components: {examples: {e: {value: {$ref: e.yaml}}}, schemas: {A: {example: {$ref: e.yaml}}}}\n",
            e_yaml="a: 1\n",
        )
        assert tree.value["components"] == {
            "examples": {"e": {"value": {"a": 1}}},
            "schemas": {"A": {"example": {"a": 1}}},
        }

    def test_media_types_of_3_2(self, bundled):
        """Media types from other files are put in place."""
        tree = bundled(
            "paths: {/a: {get: {responses: {'200': {content: {application/json: {$ref: m.yaml}}}}}}}\n",
            version="3.2.0",
            m_yaml="schema: {type: string}\n",
        )
        content = tree.value["paths"]["/a"]["get"]["responses"]["200"]["content"]
        assert content == {"application/json": {"schema": {"type": "string"}}}

    def test_amount_is_bounded(self, files):
        """Files that put each other in place many times over are refused."""
        links = "\n".join(f"  /p{n}: {{$ref: 'LEVEL.yaml#/i'}}" for n in range(9))
        texts = {"root_yaml": "openapi: 3.1.0\npaths:\n" + links.replace("LEVEL", "l0") + "\n"}
        for level in range(6):
            inner = "\n".join(f"      '{{$u{n}}}': {{$ref: 'l{level + 1}.yaml#/i'}}" for n in range(9))
            texts[f"l{level}_yaml"] = f"i:\n  post:\n    callbacks:\n     c:\n{inner}\n"
        texts["l6_yaml"] = "i: {}\n"
        folder = files(**texts)
        with pytest.raises(InputError, match="references put more than 50000 objects in place"):
            bundle(load(folder / "root.yaml", limits=Limits(inlined=50_000)))

    def test_nesting_is_bounded(self, files):
        """A long chain of files put in place of each other is refused."""
        texts = {f"f{n}_yaml": f"a: {{$ref: f{n + 1}.yaml}}\n" for n in range(80)}
        folder = files(root_yaml="openapi: 3.1.0\nx-a: {$ref: f0.yaml}\n", f80_yaml="1\n", **texts)
        with pytest.raises(InputError, match="nest more than 64 levels"):
            bundle(load(folder / "root.yaml"))


class TestDiscriminators:
    def test_mapping_to_files(self, bundled):
        """A mapping value that is an address becomes the component that the address became."""
        tree = bundled(
            "components: {schemas: {Pet: {oneOf: [{$ref: Cat.yaml}], discriminator: "
            "{propertyName: kind, mapping: {cat: Cat.yaml, dog: 'o.yaml#/Dog', own: Own, "
            "deep: '#/components/schemas/Own'}}}, Own: {}}}\n",
            Cat_yaml="type: object\n",
            o_yaml="Dog: {type: object}\n",
        )
        assert schemas(tree)["Pet"]["discriminator"]["mapping"] == {
            "cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog", "own": "Own",
            "deep": "#/components/schemas/Own",
        }  # fmt: skip
        assert codes(tree) == []

    def test_names_that_look_like_files(self, bundled):
        """A component whose name has a dot is meant before any file."""
        text = "components: {schemas: {a.json: {}, B: {discriminator: {propertyName: k, mapping: {a: a.json}}}}}\n"
        tree = bundled(text)
        assert tree.value is tree.source.root.value

    def test_mapping_in_another_file(self, bundled):
        """Addresses in other files begin at those files."""
        tree = bundled(
            "components: {schemas: {Pet: {$ref: s/pet.yaml}}}\n",
            s__pet_yaml="discriminator: {propertyName: kind, mapping: {cat: 'cat.yaml', me: '#'}}\n",
            s__cat_yaml="type: object\n",
        )
        assert schemas(tree)["Pet"]["discriminator"]["mapping"] == {
            "cat": "#/components/schemas/cat", "me": "#/components/schemas/Pet",
        }  # fmt: skip

    def test_dangling_mapping(self, bundled):
        """A mapping that leads nowhere is reported at the entry."""
        tree = bundled("components:\n  schemas:\n    A:\n      discriminator:\n        propertyName: k\n"
                       "        mapping: {a: '#/components/schemas/No'}\n")  # fmt: skip
        (finding,) = tree.findings
        assert (finding.code, finding.place.line, finding.place.column) == ("ref-unresolved", 8, 22)


class TestAgain:
    def test_bundling_a_bundle_changes_nothing(self, bundled, files):
        """A bundle read again is its own bundle."""
        tree = bundled(
            "paths: {/a: {$ref: a.yaml}}\ncomponents: {schemas: {A: {$ref: s.yaml}}}\n",
            a_yaml="get: {responses: {'200': {$ref: 'r.yaml#/Ok'}}}\n",
            r_yaml="Ok: {description: d, content: {application/json: {schema: {$ref: s.yaml}}}}\n",
            s_yaml="type: object\n",
        )
        folder = files(out_json=json.dumps(tree.value))
        again = bundle(load(folder / "out.json"))
        assert again.value == tree.value
        assert json.dumps(again.value) == json.dumps(tree.value)
