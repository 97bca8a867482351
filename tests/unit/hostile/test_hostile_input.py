"""Hostile descriptions: each ends in a clear error or a clear result, within 5 seconds of CPU time and 1 GiB of memory.

Every description goes through the whole of ``tally inspect`` (reading, bundling, contract, canonical document) in a
process of its own, which the kernel stops at the limits.
"""

# ruff: noqa: E501  # a case of a table reads best on one line

import json
import resource
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow  # each starts a process

SECONDS = 5
BYTES = 1 << 30
HEAD = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"
CODE = "import sys; from tallystick.cli import main; main(sys.argv[1:])"


def limited():
    """Runs in the child before the program starts."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def inspected(path):
    """Exit code and findings of ``tally inspect``."""
    call = [sys.executable, "-c", CODE, "inspect", str(path), "--format", "json"]
    done = subprocess.run(call, preexec_fn=limited, capture_output=True, timeout=120, check=False)
    assert done.returncode in (0, 1, 2), (done.returncode, done.stderr[-2000:])
    assert b"Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)["findings"]


def refused(path):
    """The one finding of a description that is refused as a whole."""
    code, findings = inspected(path)
    assert code == 2, findings[:3]
    (finding,) = findings
    return finding


@pytest.fixture
def write(tmp_path):
    """Writes a description; returns its path."""

    def write_file(content, name="openapi.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def bomb(levels, width):
    """Aliases of aliases of aliases."""
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return HEAD + "\n".join(lines) + "\n"


def schema_chain(links):
    """Schemas that refer each to the next."""
    named = "".join(f"    S{n}: {{$ref: '#/components/schemas/S{n + 1}'}}\n" for n in range(links))
    return HEAD + f"components:\n  schemas:\n{named}    S{links}: {{type: string}}\n"


REFUSED = {
    "alias bomb": (bomb(30, 9), "too-large", 8),
    "alias bomb of maps": (HEAD + "a: &a {x: 1}\n" + "".join(
        f"b{n}: &b{n} {{{', '.join(f'k{k}: *{target}' for k in range(9))}}}\n"
        for n, target in enumerate(["a"] + [f"b{n}" for n in range(20)])), "too-large", 9),
    "deep aliases": (HEAD + "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [[[[[*a{n - 1}]]]]]\n" for n in range(1, 500)),
                     "too-deep", 16),
    "100 levels": (HEAD + "x: " + "[" * 100 + "]" * 100 + "\n", "too-deep", 3),
    "100 levels of JSON": ('{"openapi": "3.1.0", "x": ' + '{"a": ' * 100 + "1" + "}" * 101, "too-deep", 1),
    "100 levels of blocks": (HEAD + "".join("  " * n + "a:\n" for n in range(100)), "too-deep", 67),
    "a million levels": ("[" * 1_000_000, "too-deep", 1),
    "50 MB of nested lists": (b"[" * 50_000_000, "too-deep", 1),
    "50 MB of lists side by side": (b"[" + b"[]," * 16_000_000 + b"[]]", "too-large", 1),
    "50 MB of nested lists in blocks": (HEAD.encode() + b"x:\n" + b"- - - - - - - -\n" * 3_200_000, "too-large", 0),
    "70 MB": (b"#" * 70_000_000, "too-large", 0),
    "NUL bytes": (HEAD + "x: a\0b\n", "syntax", 3),
    "nothing but NUL bytes": (b"\0" * 100_000, "syntax", 1),
    "invalid UTF-8": (HEAD.encode() + b"x: \xc3\x28\n", "encoding", 3),
    "a lone surrogate": ('{"openapi": "3.1.0",\n"x": "\\ud800"}', "syntax", 2),
    "a key of 1 MB": (HEAD + "k" * 1_000_000 + ": 1\n", "syntax", 3),
    "a key of 1 MB in JSON": (json.dumps({"openapi": "3.1.0", "k" * 1_000_000: 1}), "key-too-long", 1),
    "a key of 1 MB behind a question mark": (HEAD + "? " + "k" * 1_000_000 + "\n: 1\n", "key-too-long", 3),
    "an object tag": (HEAD + "x: !!python/object/apply:os.system [id]\n", "unknown-tag", 3),
    "a value inside itself": (HEAD + "x: &x [*x]\n", "recursive-alias", 3),
    "an unclosed quote of 10 MB": (HEAD + 'x: "' + "a" * 10_000_000, "syntax", 0),
    "a chain of 100,000 references": (schema_chain(100_000), "ref-chain", 0),
    "a binary file": (bytes(range(256)) * 1000, "encoding", 0),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_a_whole(write, name):
    """What no description needs is one error with its file, and its line where there is one."""
    content, code, line = REFUSED[name]
    finding = refused(write(content, "openapi.json" if "JSON" in name else "openapi.yaml"))
    assert finding["code"] == code, finding["message"]
    assert finding["file"].endswith(("openapi.yaml", "openapi.json"))
    assert len(finding["message"]) < 500
    if line:
        assert finding["line"] == line
        assert finding["column"] > 0


PATHS = "paths:\n  /a:\n    get:\n      responses: {'200': {description: d}}\n"
SCHEMA = HEAD + PATHS + "components:\n  schemas:\n    A:\n      $ref: '%s'\n"


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("file:///etc/passwd", "ref-scheme"),
        ("../../etc/passwd", "ref-outside"),
        ("../" * 40 + "etc/passwd", "ref-outside"),
        ("/etc/passwd", "ref-outside"),
        ("..%2f..%2fetc%2fpasswd", "ref-outside"),
        ("http://169.254.169.254/latest/meta-data", "ref-remote"),
        ("https://example.com/a.yaml", "ref-remote"),
        ("gopher://a/b", "ref-scheme"),
        ("a\\0.yaml", "ref-unresolved"),
        ("%00", "ref-unresolved"),
        ("x" * 100_000, "ref-unresolved"),
        ("#/" + "a/" * 100_000, "ref-unresolved"),
        ("#/" + "%" * 100_000, "ref-unresolved"),
        ("http://[", "ref-unresolved"),
    ],
)
def test_references_that_are_not_followed(write, reference, code):
    """The rest of the description is still read, and the error stands at the reference."""
    exit_code, findings = inspected(write(SCHEMA % reference))
    found = [finding for finding in findings if finding["code"] == code]
    assert exit_code == 1
    assert [(finding["line"], finding["column"]) for finding in found] == [(10, 13)]
    assert len(found[0]["message"]) < 1000


def test_a_link_out_of_the_folder(write, tmp_path):
    """A symbolic link is followed before it is judged."""
    write("secret: 1\n", "secret.yaml")
    root = write(SCHEMA % "link.yaml", "api/openapi.yaml")
    (tmp_path / "api" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    assert [finding["code"] for finding in inspected(root)[1]] == ["ref-outside"]


def test_references_in_a_circle_across_files(write):
    """Files that refer only to each other are an error at the reference."""
    write("$ref: b.yaml\n", "a.yaml")
    write("$ref: a.yaml\n", "b.yaml")
    code, findings = inspected(write(SCHEMA % "a.yaml"))
    assert code == 1
    assert {finding["code"] for finding in findings} >= {"ref-cycle"}


def test_path_items_in_a_circle_across_files(write):
    """Path items and callbacks that hold each other end."""
    write("post: {callbacks: {c: {'{$url}': {$ref: b.yaml}}}, responses: {}}\n", "a.yaml")
    write("post: {callbacks: {c: {'{$url}': {$ref: a.yaml}}}, responses: {}}\n", "b.yaml")
    code, findings = inspected(write(HEAD + "paths: {/a: {$ref: a.yaml}}\n"))
    assert code == 1
    assert {finding["code"] for finding in findings} >= {"ref-cycle"}


def test_a_callback_that_holds_itself(write):
    """A callback component whose operation has the same callback is read once."""
    text = (
        "paths: {/a: {post: {callbacks: {c: {$ref: '#/components/callbacks/C'}},"
        " responses: {'200': {description: d}}}}}\n"
        "components: {callbacks: {C: {'{$u}': {post: {callbacks: {c: {$ref: '#/components/callbacks/C'}},"
        " responses: {'200': {description: d}}}}}}}\n"
    )
    assert "callback-nesting" in {finding["code"] for finding in inspected(write(HEAD + text))[1]}


def test_thousands_of_files(write):
    """More files than any description has are refused."""
    for number in range(6000):
        write("type: string\n", f"s/{number}.yaml")
    named = "".join(f"    S{n}: {{$ref: s/{n}.yaml}}\n" for n in range(6000))
    assert refused(write(HEAD + "components:\n  schemas:\n" + named))["code"] == "too-many-files"


def test_files_that_multiply_each_other(write):
    """References put in place of each other are counted."""
    for level in range(8):
        inner = ", ".join(f"'{{$u{n}}}': {{$ref: 'l{level + 1}.yaml'}}" for n in range(9))
        write(f"post: {{callbacks: {{c: {{{inner}}}}}}}\n", f"l{level}.yaml")
    write("{}\n", "l8.yaml")
    assert refused(write(HEAD + "paths: {/a: {$ref: l0.yaml}}\n"))["code"] == "too-large"


def test_shared_path_items_that_multiply(write):
    """A path item that many paths share is counted at each use."""
    parameters = "".join(f"      - {{name: p{n}, in: query, schema: {{}}}}\n" for n in range(1000))
    paths = "".join(f"  /p{n}: {{$ref: '#/components/pathItems/I'}}\n" for n in range(3000))
    text = (
        f"paths:\n{paths}components:\n  pathItems:\n   I:\n    parameters:\n{parameters}    get: {{responses: {{}}}}\n"
    )
    finding = refused(write(HEAD + text))
    assert finding["code"] == "too-large"
    assert "operations and parameters, references followed" in finding["message"]


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_compositions_that_double_at_each_level(write, keyword):
    """A schema that stands for more than can be merged costs itself at most."""
    references = [", ".join([f"{{$ref: '#/components/schemas/S{n}'}}"] * 2) for n in range(1, 61)]
    named = "".join(f"    S{n}: {{{keyword}: [{listed}]}}\n" for n, listed in enumerate(references))
    text = f"components:\n  schemas:\n{named}    S60: {{type: object, properties: {{a: {{type: string}}}}}}\n"
    assert inspected(write(HEAD + PATHS + text))[0] in (0, 1, 2)


def test_a_ladder_of_compositions(write):
    """A chain of 3,000 schemas, each including the next, is refused rather than followed without bound."""
    named = "".join(f"    S{n}: {{allOf: [{{$ref: '#/components/schemas/S{n + 1}'}}]}}\n" for n in range(3000))
    assert refused(write(HEAD + PATHS + "components:\n  schemas:\n" + named + "    S3000: {}\n"))["code"] == "too-deep"


def test_a_ring_of_properties(write):
    """A circle of 3,000 schemas through properties is an ordinary description."""
    named = "".join(
        f"    S{n}: {{type: object, properties: {{a: {{$ref: '#/components/schemas/S{(n + 1) % 3000}'}}}}}}\n"
        for n in range(3000)
    )
    assert inspected(write(HEAD + PATHS + "components:\n  schemas:\n" + named))[0] == 0


def test_compositions_that_hold_themselves(write):
    """An ``allOf`` that leads back to itself ends."""
    text = (
        "components: {schemas: {A: {allOf: [{$ref: '#/components/schemas/B'}]},"
        " B: {allOf: [{$ref: '#/components/schemas/A'}]}, C: {not: {$ref: '#/components/schemas/C'}}}}\n"
    )
    assert inspected(write(HEAD + PATHS + text))[0] in (0, 1, 2)


@pytest.mark.parametrize(
    "name",
    ["a'b\"c\\", "a\nb", "a\r\nb", "'''\"\"\"", "__import__('os').system('id')", "{{7*7}}", "${x}", "\u202e", "名" * 500,
     "x" * 4000, "_" * 4000, "a" * 2000 + "!" * 2000, "aA" * 2000, "class", "", " ", "-", "\t", "1" * 4000],
)  # fmt: skip
def test_names(write, name):
    """Whatever a thing is called, it is read, and its name in code is a bounded identifier."""
    operation = {
        "operationId": name, "tags": [name], "responses": {"200": {"description": name}},
        "parameters": [{"name": name, "in": "query", "schema": {"$ref": "#/components/schemas/S"}}],
    }  # fmt: skip
    schema = {"type": "object", "properties": {name: {"enum": [name, name + "x"]}}, "required": [name]}
    document = {
        "openapi": "3.1.0", "info": {"title": name, "version": name}, "paths": {"/a": {"get": operation}},
        "components": {"schemas": {"S": schema, "n" + name[:4000]: schema}},
    }  # fmt: skip
    call = [sys.executable, "-c", CODE, "inspect", str(write(json.dumps(document))), "--format", "json"]
    done = subprocess.run(call, preexec_fn=limited, capture_output=True, timeout=120, check=False)
    assert done.returncode in (0, 1), done.stderr[-2000:]
    (operation,) = json.loads(done.stdout)["operations"]
    assert all(part.isidentifier() for part in operation["call"].split("."))
    assert len(operation["call"]) < 600
    assert all(parameter["argument"].isidentifier() for parameter in operation["parameters"])


@pytest.mark.parametrize(
    "number", ["9" * 4000, "9" * 5000, "1e400", "-1e400", ".inf", ".nan", "1e-400", "0x" + "f" * 3000]
)
def test_huge_numbers(write, number):
    """A number that is out of proportion is read as far as it can be held, and never crashes a comparison."""
    schema = f"{{type: integer, maximum: {number}, minLength: {number}, default: {number}}}"
    text = f"components: {{schemas: {{A: {schema}}}}}\n"
    assert inspected(write(HEAD + PATHS + text))[0] in (0, 1)


@pytest.mark.parametrize(
    "text",
    ["1" + "_" * 1_000_000 + "x", "1" + ":1" * 500_000 + "x", "2026-01-01 " + " " * 1_000_000 + "x", "0" * 1_000_000],
)
def test_scalars_that_make_patterns_backtrack(write, text):
    """A scalar of a megabyte is judged at once."""
    assert inspected(write(HEAD + PATHS + f"x-a: {text}\n"))[0] == 0


@pytest.mark.parametrize("path", ["/" + "{" * 100_000, "/" + "{a" * 50_000, "/" + "{a}" * 1000, "/" + "}" * 100_000])
def test_path_templates(write, path):
    """Braces in any number are read in linear time."""
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}}
    document["paths"] = {path[:4000]: {"get": {"responses": {"200": {"description": "d"}}}}}
    assert inspected(write(json.dumps(document)))[0] in (0, 1)


def test_thousands_of_wrong_references(write):
    """Looking for similar names is bounded."""
    named = "".join(f"    Schema{n}: {{items: {{$ref: '#/components/schemas/Shcema{n}'}}}}\n" for n in range(12_000))
    code, findings = inspected(write(HEAD + PATHS + "components:\n  schemas:\n" + named))
    assert code == 1
    assert sum(finding["code"] == "ref-unresolved" for finding in findings) == 12_000


def test_a_hundred_thousand_duplicate_keys(write):
    """Remarks of one kind are bounded."""
    code, findings = inspected(write(HEAD + PATHS + "x-a: 1\n" * 100_000))
    assert code == 1
    assert sum(finding["code"] == "duplicate-key" for finding in findings) == 1000


@pytest.mark.parametrize(
    "document",
    [
        {"paths": []}, {"paths": {"/a": []}}, {"paths": {"/a": {"get": []}}}, {"paths": {"/a": {"get": None}}},
        {"paths": {"/a": {"get": {"responses": []}}}}, {"paths": {"/a": {"get": {"responses": {"200": 5}}}}},
        {"paths": {"/a": {"get": {"parameters": {}}}}}, {"paths": {"/a": {"get": {"parameters": [5, None, []]}}}},
        {"paths": {"/a": {"get": {"tags": 5}}}}, {"paths": {"/a": {"get": {"tags": [5, None]}}}},
        {"paths": {"/a": {"get": {"security": 5}}}}, {"paths": {"/a": {"get": {"security": [5, "a"]}}}},
        {"paths": {"/a": {"get": {"operationId": {}}}}},
        {"paths": {"/a": {"get": {"callbacks": {"a": 5, "b": {"c": 5}}}}}},
        {"paths": {"/a": {"get": {"requestBody": {"content": {"application/json": 5, "x": {}}}}}}},
        {"paths": {"/a": {"get": {"requestBody": {"content": {"application/json": {"schema": 5}}}}}}},
        {"paths": {"/a": {"get": {"servers": [5, {"url": 5}, {"url": "/", "variables": 5}]}}}},
        {"components": 5}, {"components": {"schemas": 5}},
        {"components": {"schemas": {"A": 5, "B": None, "C": [], "D": "x"}}},
        {"components": {"schemas": {"A": {"properties": {"a": 5}, "items": 5, "type": 5, "required": 5, "allOf": 5}}}},
        {"components": {"schemas": {"A": {"type": ["string", 5, "x"], "enum": 5, "discriminator": 5, "$ref": 5}}}},
        {"components": {"schemas": {"A": {"enum": [{}, [], None, 1, True, 1.0, "a", "a"]}}}},
        {"components": {"securitySchemes": {"a": 5, "b": {}, "c": {"type": "http"}}}},
        {"components": {"securitySchemes": {"d": {"type": "oauth2", "flows": 5}}}},
        {"components": {"parameters": {"a": 5}, "responses": {"b": None}, "headers": [], "links": "x"}},
        {"tags": 5}, {"tags": [5, {}, {"name": 5}]}, {"servers": 5}, {"security": "a"}, {"webhooks": 5}, {"info": 5},
        {"info": {"title": 5, "version": 1.0, "description": []}}, {"webhooks": {"a": 5}}, {"x-tally-name": 5},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_wrong_shapes_anywhere(write, document):
    """A value of the wrong shape costs the object it stands in, and never a traceback."""
    base = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {}}
    assert inspected(write(json.dumps(base | document)))[0] in (0, 1)
