"""The reader: plain values, the place of each of them, and what it remarks on or refuses."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.document.limits import Limits
from tallystick.document.positions import unpack
from tallystick.document.reader import ReadError, parse


def read(text, **limits):
    """The parsed text."""
    return parse(text, Limits(**limits))


def value(text):
    """The values of a text."""
    return read(text).value


def remarks(text):
    """Code, pointer and starting place of each remark."""
    return [(remark.code, remark.pointer, unpack(remark.start)) for remark in read(text).remarks]


def refusal(text, **limits):
    """The error of a text that cannot be read."""
    with pytest.raises(ReadError) as caught:
        read(text, **limits)
    return caught.value


def spans(text, *tokens):
    """Start and end of the key and of the value at the tokens, as ``line:column``."""
    parsed = read(text)
    holder = parsed.value
    for token in tokens[:-1]:
        holder = holder[token]
    found = []
    for key in (True, False):
        start, end = parsed.positions.span(holder, str(tokens[-1]), key=key)
        found.append("{}:{}-{}:{}".format(*unpack(start), *unpack(end)))
    return tuple(found)


class TestValues:
    def test_block_flow_and_json_give_the_same_values(self):
        """The three notations of one document are read alike."""
        expected = {"a": [1, {"b": "x"}], "c": None}
        assert value("a:\n- 1\n- b: x\nc:\n") == expected
        assert value("{a: [1, {b: x}], c: null}") == expected
        assert value('{"a": [1, {"b": "x"}], "c": null}') == expected

    def test_quoted_scalars_are_text(self):
        """Quotes keep what would be a number, a word or nothing as text."""
        assert value('["1", \'true\', "", \'~\', "1.5"]') == ["1", "true", "", "~", "1.5"]

    def test_block_scalars(self):
        """Literal and folded blocks follow their indicators."""
        assert value("a: |\n  one\n  two\nb: >-\n  one\n  two\n") == {"a": "one\ntwo\n", "b": "one two"}

    def test_key_order_is_kept(self):
        """Maps keep the order of the text."""
        assert list(value("z: 1\na: 2\nm: 3\n")) == ["z", "a", "m"]

    def test_keys_are_text(self):
        """Status codes and words as keys become the text that stands there."""
        assert value("200: a\ntrue: b\nnull: c\n1.0: d\n") == {"200": "a", "true": "b", "null": "c", "1.0": "d"}

    def test_json_escapes(self):
        """Every escape of JSON is understood, characters beyond the first plane in surrogate pairs too."""
        assert value(r'{"a": "\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"}') == {"a": '"\\/\b\f\n\r\té😀'}

    def test_json_keys_of_more_than_1024_characters(self):
        """JSON has no bound on keys as YAML parsers have."""
        key = "k" * 2000
        assert value(json.dumps({key: 1})) == {key: 1}

    def test_line_separators_within_text_are_kept(self):
        """U+2028, U+2029 and U+0085 are ordinary characters to JSON and YAML 1.2."""
        for sign in "\u2028\u2029\x85":
            assert value(f'{{"a": "x {sign} y"}}') == {"a": f"x {sign} y"}
            assert value(f"a: x{sign}y\nb: |\n  p{sign}q\n") == {"a": f"x{sign}y", "b": f"p{sign}q\n"}

    def test_a_byte_order_mark_is_passed_over(self):
        """A mark before the text does not become part of the first key."""
        assert value("\ufeffa: 1\n") == {"a": 1}
        assert value('\ufeff{"a": "\\ud83d\\ude00"}') == {"a": "😀"}

    def test_tabs_between_json_tokens(self):
        """JSON indented by tabs is read."""
        assert value('{\t"a":\t[\n\t\t1,\n\t\t2\n\t]\n}') == {"a": [1, 2]}

    def test_a_lone_document_marker_is_fine(self):
        """A document may begin with ``---`` and end with ``...``."""
        assert value("---\na: 1\n...\n") == {"a": 1}

    @given(
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(10**12), 10**12)
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
            max_leaves=15,
        ).filter(lambda drawn: isinstance(drawn, dict | list)),
        st.booleans(),
    )
    @settings(max_examples=300, deadline=None)
    def test_any_json_is_read_as_json_readers_do(self, drawn, ascii_only):
        """Whatever can be written as JSON comes back equal."""
        assert value(json.dumps(drawn, ensure_ascii=ascii_only)) == drawn


class TestTags:
    def test_tags_of_the_core_schema(self):
        """Tags that say what a plain reader would see, or make text of it, are followed."""
        text = (
            '[!!str 12, ! 12, !!int 12, !!int "12", !!float 1.5, !!float 1, !!bool true, !!null ~, !!map {}, !!seq []]'
        )
        assert value(text) == ["12", "12", 12, 12, 1.5, 1, True, None, {}, []]

    @pytest.mark.parametrize(
        "text", ["a: !!binary aGk=", "a: !!python/object:os.system x", "a: !!timestamp 2026-01-01"]
    )
    def test_other_tags_are_refused(self, text):
        """A tag may not ask for more than plain values."""
        error = refusal(text)
        assert (error.code, error.line, error.column) == ("unknown-tag", 1, 4)

    def test_tags_on_collections(self):
        """``!!set`` and ``!!omap`` are refused with their place."""
        assert refusal("a: 1\nb: !!set {x}\n").code == "unknown-tag"

    def test_a_tag_that_does_not_fit(self):
        """A value that is not of its tag's type is refused, not taken as text."""
        error = refusal("a: !!int twelve")
        assert (error.code, error.message) == (
            "unknown-tag", "the value does not fit the tag 'tag:yaml.org,2002:int': remove the tag",
        )  # fmt: skip


class TestAliases:
    def test_aliases_of_every_kind_of_value(self):
        """Scalars, lists, maps and keys may be anchored and used again."""
        assert value("a: &s x\nb: *s\nc: &l [1]\nd: *l\n&k e: *k\n") == {
            "a": "x", "b": "x", "c": [1], "d": [1], "e": "e",
        }  # fmt: skip

    def test_an_anchor_may_be_used_anew(self):
        """An alias means the nearest anchor before it."""
        assert value("a: &x 1\nb: *x\nc: &x 2\nd: *x\n") == {"a": 1, "b": 1, "c": 2, "d": 2}

    def test_merge_keys(self):
        """Own keys win over merged ones, and earlier mappings over later ones."""
        text = "p: &p {a: 1, b: 1}\nq: &q {b: 2, c: 2}\nr:\n  <<: [*p, *q]\n  a: 0\ns:\n  <<: *q\n"
        assert value(text)["r"] == {"a": 0, "b": 1, "c": 2}
        assert value(text)["s"] == {"b": 2, "c": 2}

    def test_merged_keys_stand_where_they_were_written(self):
        """The place of a merged key is that of the mapping it comes from."""
        assert spans("p: &p {a: 1}\nq:\n  <<: *p\n", "q", "a") == ("1:8-1:9", "1:11-1:12")

    def test_a_quoted_merge_key_is_an_ordinary_key(self):
        """In quotes, and so in JSON, ``<<`` is a name like any other."""
        assert value('{"<<": 1}') == {"<<": 1}
        assert value("'<<': {a: 1}\n") == {"<<": {"a": 1}}

    def test_merging_what_is_no_mapping(self):
        """A merge of text is refused."""
        error = refusal("a: &a text\nb:\n  <<: *a\n")
        assert error.code == "bad-merge"
        assert error.message == "`<<` takes a mapping or a list of mappings"

    def test_an_alias_without_anchor(self):
        """An alias must have its anchor before it."""
        error = refusal("a: *b\nc: &b 1\n")
        assert (error.code, error.line, error.column) == ("unknown-alias", 1, 4)
        assert error.message == "the alias *b has no anchor before it"

    def test_an_alias_inside_its_own_anchor(self):
        """A value cannot hold itself."""
        error = refusal("a: &a\n  b: *a\n")
        assert (error.code, error.line, error.column) == ("recursive-alias", 2, 6)
        assert error.message == "the alias *a stands inside its own anchor"


class TestRemarks:
    def test_a_duplicate_key_names_both_places(self):
        """The first value counts; the remark stands at the second key and knows the first."""
        parsed = read("a: 1\nb:\n  x: 1\n  x: 2\n")
        (remark,) = parsed.remarks
        assert parsed.value == {"a": 1, "b": {"x": 1}}
        assert (remark.code, remark.pointer) == ("duplicate-key", "/b/x")
        assert (unpack(remark.start), unpack(remark.end), unpack(remark.first)) == ((4, 3), (4, 4), (3, 3))
        assert remark.message == "the key 'x' stands here twice: the first value is used; remove or rename one"

    def test_keys_of_different_spelling_are_duplicates(self):
        """``200`` and ``'200'`` are one key to OpenAPI."""
        assert [code for code, *_ in remarks("200: a\n'200': b\n")] == ["key-not-text", "duplicate-key"]

    def test_duplicates_in_json(self):
        """JSON objects are held to the same rule."""
        assert remarks('{"a": 1, "a": 2}') == [("duplicate-key", "/a", (1, 10))]

    def test_keys_that_are_no_text(self):
        """A key that YAML reads as a number, a boolean or null is remarked on."""
        assert remarks("r:\n  200: a\n  true: b\n  ~: c\n") == [
            ("key-not-text", "/r/200", (2, 3)), ("key-not-text", "/r/true", (3, 3)), ("key-not-text", "/r/~0", (4, 3)),
        ]  # fmt: skip

    def test_traps_in_keys_and_values(self):
        """A scalar that YAML 1.1 reads otherwise is remarked on wherever it stands unquoted."""
        assert remarks("on: [no, 'no', 12:30]\n") == [
            ("yaml-trap", "/on", (1, 1)), ("yaml-trap", "/on/0", (1, 6)), ("yaml-trap", "/on/2", (1, 16)),
        ]  # fmt: skip

    def test_the_text_of_a_trap(self):
        """The remark says both readings and what to do."""
        (octal,) = read("a: 012\n").remarks
        (word,) = read("a: on\n").remarks
        assert octal.message == (
            "`012` is the number 12 here, but an octal number to YAML 1.1 readers:"
            " write it in quotes or in another form"
        )
        assert word.message == (
            "`on` is text here, but a boolean to YAML 1.1 readers: write it in quotes or in another form"
        )

    def test_numbers_without_json_form(self):
        """An infinity is text, and the remark says so."""
        parsed = read("maximum: .inf\n")
        assert parsed.value == {"maximum": ".inf"}
        assert parsed.remarks[0].message == (
            "`.inf` is no JSON number and is read as text: quote it, or write another number"
        )

    def test_exponents_are_no_trap_in_json(self):
        """JSON files are read by JSON readers, who all agree on ``1e3``."""
        assert remarks('{"a": 1e3}') == []
        assert remarks("a: 1e3\n") == [("yaml-trap", "/a", (1, 4))]

    def test_remarks_of_one_kind_are_bounded(self):
        """Beyond the bound the last remark says that there are more, instead of flooding the report."""
        parsed = read("[" + "no, " * 50 + "]", remarks=10)
        assert len(parsed.remarks) == 10
        assert parsed.remarks[-1].message.endswith("(there are more of this kind: only the first 10 are reported)")


class TestPlaces:
    def test_block_values(self):
        """Keys and values of block mappings have exact starts and ends."""
        text = "info:\n  title: A thing\n  tags:\n    - one\n    - two\n"
        assert spans(text, "info", "title") == ("2:3-2:8", "2:10-2:17")
        assert spans(text, "info", "tags") == ("3:3-3:7", "4:5-5:10")
        assert spans(text, "info", "tags", 1) == ("5:7-5:10", "5:7-5:10")
        assert spans(text, "info") == ("1:1-1:5", "2:3-5:10")

    def test_flow_values(self):
        """Flow collections end behind their bracket."""
        text = "a: {b: [1, 22], 'c d': x}\n"
        assert spans(text, "a") == ("1:1-1:2", "1:4-1:26")
        assert spans(text, "a", "b", 1) == ("1:12-1:14", "1:12-1:14")
        assert spans(text, "a", "c d") == ("1:17-1:22", "1:24-1:25")

    def test_json_values(self):
        """Quotes belong to a key and to a value."""
        text = '{\n  "a": "x",\n  "b": {"c": [true]}\n}'
        assert spans(text, "a") == ("2:3-2:6", "2:8-2:11")
        assert spans(text, "b", "c", 0) == ("3:15-3:19", "3:15-3:19")

    def test_json_that_needs_its_own_reader(self):
        """Places do not depend on which of the two readers a JSON file needs."""
        text = '{\n  "a": "\\ud83d\\ude00",\n  "b": {"c": [true]}\n}'
        assert spans(text, "a") == ("2:3-2:6", "2:8-2:22")
        assert spans(text, "b", "c", 0) == ("3:15-3:19", "3:15-3:19")
        assert spans(text, "b") == ("3:3-3:6", "3:8-3:21")

    def test_columns_count_characters(self):
        """A character beyond the first plane is one column."""
        assert spans('{"😀": "é", "b": 1}', "b") == ("1:12-1:15", "1:17-1:18")

    def test_line_separators_do_not_count_as_lines(self):
        """What follows U+2028 stands where an editor shows it."""
        assert spans("a: x\u2028y\nb: 1\n", "b") == ("2:1-2:2", "2:4-2:5")

    def test_windows_line_ends(self):
        """CR LF is one line end."""
        assert spans("a: 1\r\nb: 2\r\n", "b") == ("2:1-2:2", "2:4-2:5")

    def test_an_alias_stands_where_it_is_written(self):
        """The value of an alias has the alias's place; what is inside it stands at the anchor."""
        text = "a: &a {x: 1}\nb: *a\n"
        assert spans(text, "b") == ("2:1-2:2", "2:4-2:6")
        assert spans(text, "b", "x") == ("1:8-1:9", "1:11-1:12")

    def test_big_maps(self):
        """Places in large maps are found as in small ones."""
        text = "".join(f"k{number}: {number}\n" for number in range(100))
        assert spans(text, "k73") == ("74:1-74:4", "74:6-74:8")


class TestRefusals:
    @pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "\ufeff"])
    def test_an_empty_file(self, text):
        """Nothing to read is said so."""
        error = refusal(text)
        assert (error.code, error.line) == ("empty", 1)
        assert error.message == "the file is empty: a description begins with `openapi: 3.1.0`"

    def test_several_documents(self):
        """A stream of documents is no description."""
        error = refusal("a: 1\n---\nb: 2\n")
        assert (error.code, error.line, error.column) == ("several-documents", 2, 1)
        assert error.message == "a description is one YAML document: remove '---'"

    @pytest.mark.parametrize("text", ["? [a, b]\n: 1\n", "? {a: 1}\n: 1\n", "&x a: 1\n? *x\n: 2\n"])
    def test_keys_that_are_no_scalars(self, text):
        """Keys must be text."""
        error = refusal(text)
        assert error.code == "complex-key"
        assert error.message == "a key must be text, not a mapping, a list or an alias"

    def test_long_keys(self):
        """Keys are bounded, and the bound is named."""
        error = refusal(json.dumps({"k" * 5000: 1}))
        assert (error.code, error.line, error.column) == ("key-too-long", 1, 2)
        assert error.message == "a key has 5000 characters; the limit is 4096: shorten it"

    def test_depth(self):
        """The limit on nesting holds exactly."""
        assert value("[" * 64 + "]" * 64)
        error = refusal("[" * 65 + "]" * 65)
        assert (error.code, error.line, error.column) == ("too-deep", 1, 65)
        assert error.message == "more than 64 levels of nesting: flatten it by $ref"

    def test_depth_behind_aliases(self):
        """Aliases do not help around the limit on nesting."""
        text = "a: &a {x: {x: 1}}\nb: &b {x: {x: *a}}\nc: {x: {x: *b}}\n"
        assert read(text, depth=7)
        error = refusal(text, depth=6)
        assert (error.code, error.line, error.column) == ("too-deep", 3, 12)

    def test_amount_behind_aliases(self):
        """Values behind an alias count at each use."""
        text = "a: &a [1, 2, 3]\nb: [*a, *a, *a]\n"
        assert read(text).nodes == 18
        error = refusal(text, nodes=17)
        assert error.code == "too-large"
        assert error.message == (
            "the description has too many values, aliases expanded: split it into several, or use fewer aliases"
        )

    @pytest.mark.parametrize(
        ("text", "place", "part"),
        [
            ("a: 1\n b: 2\n", (2, 3), "check the indentation"),
            ("a: [1\nb: 2\n", (2, 2), "did not find expected ',' or ']'"),
            ("a:\n\t- 1\n", (2, 1), "indent by spaces"),
            ("a: @x\n", (1, 4), "quote values that begin with a special character"),
            ("a: 'x\n", (2, 1), "while scanning a quoted scalar"),
            ("a: \x07\n", (1, 4), "remove or escape the character"),
            ("a: b\nc: \x00d\n", (2, 4), "remove or escape the character"),
            ('{"a": "\\ud83d\\ude00" "b"}', (1, 22), "expected ',' or '}' here"),
            ('{"a" 1}', (1, 6), ""),
            ('{"a": [1, 2}', (1, 12), ""),
            ('{"a": 1} x', (1, 10), ""),
            ('{"a": "\\ud83d", "b": 1}', (1, 7), "no lone surrogates"),
            ('{"a": "\\q"}', (1, 7), "a string of valid escapes"),
            ("{a: 1, b: [}", (1, 12), ""),
        ],
    )
    def test_syntax_errors(self, text, place, part):
        """What cannot be parsed is refused at the place of the fault, with a hint where one is known."""
        error = refusal(text)
        assert error.code == "syntax"
        assert (error.line, error.column) == place
        assert part in error.message
