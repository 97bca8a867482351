"""Opening descriptions, and following references between their files."""

import io
import os
import sys

import pytest

from tallystick.document import Limits, UnresolvedReference, load
from tallystick.document import source as source_module
from tallystick.findings import InputError

OTHER = ": write `openapi: 3.0.x`, `3.1.x` or `3.2.x` as text"
ROOT = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"


@pytest.fixture
def root(tmp_path):
    """A root file."""
    path = tmp_path / "api" / "openapi.yaml"
    path.parent.mkdir()
    path.write_text(ROOT)
    return path


def refused(path, **options):
    """The one finding of a description that cannot be opened."""
    with pytest.raises(InputError) as caught:
        load(path, **options)
    (finding,) = caught.value.findings
    return finding


def unresolved(source, reference):
    """Why a reference of the root leads nowhere."""
    with pytest.raises(UnresolvedReference) as caught:
        source.resolve(reference, source.root)
    return caught.value.code, caught.value.message


class TestOpening:
    def test_versions(self, root):
        """Every patch of 3.0, 3.1 and 3.2 is read."""
        for version in ("3.0.0", "3.0.4", "3.1.0", "3.1.1", "3.2.0"):
            root.write_text(f"openapi: {version}\n")
            assert load(root).root.value["openapi"] == version

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("openapi: 3.1\n", "OpenAPI version 3.1 is not supported" + OTHER),
            ("openapi: 4.0.0\n", "OpenAPI version '4.0.0' is not supported" + OTHER),
            ("openapi: [3]\n", "OpenAPI version a list is not supported" + OTHER),
            ("info: {}\n", "the key `openapi` is missing: begin with `openapi: 3.1.0`"),
            ("openapi:\n", "the key `openapi` is missing: begin with `openapi: 3.1.0`"),
            ("- a\n", "an OpenAPI description is a mapping that begins with `openapi: 3.1.0`"),
            ("text\n", "an OpenAPI description is a mapping that begins with `openapi: 3.1.0`"),
            ("swagger: '2.0'\n", "this is Swagger '2.0': convert it to OpenAPI 3 first (swagger2openapi does it)"),
        ],
    )  # fmt: skip
    def test_what_is_no_description(self, root, text, message):
        """Other files are refused with what to write instead."""
        root.write_text(text)
        finding = refused(root)
        assert (finding.code, finding.message, finding.place.line) == ("not-openapi", message, 1)

    def test_a_version_of_a_megabyte_is_not_repeated(self, root):
        """Messages stay short whatever the file says."""
        root.write_text("openapi: '" + "3" * 1_000_000 + "'\n")
        assert len(refused(root).message) < 200

    def test_no_such_file(self, tmp_path):
        """A missing file is named."""
        finding = refused(tmp_path / "none.yaml")
        assert finding.code == "file-unreadable"
        assert finding.message == f"there is no file {tmp_path / 'none.yaml'}: check the path"

    def test_a_folder(self, tmp_path):
        """A folder is no description."""
        assert refused(tmp_path).message == f"{tmp_path} is a folder: name the root file of the description"

    @pytest.mark.parametrize("name", ["a\0b.yaml", "x" * 5000])
    def test_unusable_paths(self, name):
        """A path that no file can have is refused without a traceback."""
        finding = refused(name)
        assert finding.code == "file-unreadable"
        assert "is no usable path" in finding.message or "check the path" in finding.message  # by Python version

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_without_permission(self, root):
        """What may not be read is said so."""
        root.chmod(0)
        assert "check the path" in refused(root).message

    def test_a_circle_of_links(self, tmp_path):
        """A link to itself is no file."""
        (tmp_path / "a.yaml").symlink_to(tmp_path / "a.yaml")
        assert refused(tmp_path / "a.yaml").code == "file-unreadable"

    def test_too_large(self, root):
        """Size is bounded before anything is parsed."""
        root.write_text(ROOT + "#" * 1000)
        finding = refused(root, limits=Limits(bytes=500))
        assert finding.code == "too-large"
        assert finding.message.endswith("has more than 500 bytes: split the description by $ref")

    def test_invalid_utf_8_has_its_place(self, root):
        """The first byte that is not UTF-8 is found, columns counted in characters."""
        root.write_bytes(ROOT.encode() + "x: é".encode() + b"\xff\n")
        finding = refused(root)
        assert (finding.code, finding.message) == ("encoding", "the file is not UTF-8: save it as UTF-8")
        assert (finding.place.line, finding.place.column) == (3, 5)

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
    def test_byte_order_marks(self, root, encoding):
        """UTF-8 and UTF-16 with a mark are read, and columns do not count the mark."""
        mark = "" if encoding in ("utf-8-sig", "utf-16") else "\ufeff"
        root.write_bytes((mark + ROOT).encode(encoding))
        source = load(root)
        assert source.root.value["info"]["title"] == "T"
        assert source.root.place("/openapi", key=True).column == 1

    def test_broken_utf_16(self, root):
        """Half a character at the end of UTF-16 is refused."""
        root.write_bytes(b"\xff\xfea")
        assert refused(root).message == "the file is not the UTF-16 that its first bytes announce: save it as UTF-8"

    def test_standard_input(self, root, monkeypatch):
        """``-`` reads standard input, references beginning at the working directory."""
        monkeypatch.chdir(root.parent)
        (root.parent / "other.yaml").write_text("a: 1\n")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ROOT.encode())))
        source = load("-")
        assert source.root.name == "-"
        assert source.resolve("other.yaml#/a", source.root).value == 1

    def test_syntax_errors_have_their_place(self, root):
        """What the reader refuses is an input error of the file."""
        root.write_text(ROOT + "a: b: c\n")
        finding = refused(root)
        assert (finding.code, finding.place.line, finding.place.column) == ("syntax", 3, 5)


class TestReferences:
    def test_pointers(self, root):
        """Pointers lead to values, tokens escaped by ``~`` and percent signs."""
        root.write_text(ROOT + "x: {'/a b': [1, {'c~d': 2}], 'p%20q': 3, é: 4}\n")
        source = load(root)
        for reference, value in {
            "#/x/~1a%20b/0": 1, "#/x/~1a b/1/c~0d": 2, "#/x/p%2520q": 3, "#/x/%C3%A9": 4, "#/x/é": 4,
        }.items():  # fmt: skip
            assert source.resolve(reference, source.root).value == value

    def test_the_whole_file(self, root):
        """A reference without fragment is the whole file; a lone ``#`` is the file itself."""
        (root.parent / "a.yaml").write_text("b: 1\n")
        source = load(root)
        assert source.resolve("a.yaml", source.root).value == {"b": 1}
        assert source.resolve("./a.yaml#", source.root).value == {"b": 1}
        assert source.resolve("#", source.root).value is source.root.value

    def test_files_are_read_once(self, root):
        """Two ways to write one path are one file."""
        (root.parent / "a.yaml").write_text("b: 1\n")
        source = load(root)
        assert source.resolve("a.yaml", source.root).document is source.resolve("./x/../a.yaml", source.root).document
        assert len(source.documents) == 2

    def test_anchors(self, root):
        """A fragment that is no pointer names an ``$anchor``."""
        root.write_text(
            ROOT + "components: {schemas: {A: {$anchor: here, type: string}, B: {$dynamicAnchor: there}}}\n"
        )
        source = load(root)
        assert source.resolve("#here", source.root).pointer == "/components/schemas/A"
        assert source.resolve("#there", source.root).pointer == "/components/schemas/B"

    @pytest.mark.parametrize(
        "reference",
        ["#/info/title/x", "#/servers", "#/info/0", "#/tags/1", "#/tags/00", "#/tags/-1", "#/tags/" + "9" * 5000],
    )
    def test_nothing_there(self, root, reference):
        """A pointer into nothing is refused, whatever its tokens are."""
        root.write_text(ROOT + "tags: [{name: a}]\n")
        code, message = unresolved(load(root), reference)
        assert code == "ref-unresolved"
        assert "leads nowhere" in message
        assert len(message) < 700

    def test_the_closest_name_is_suggested(self, root):
        """A slip of the pen is corrected."""
        root.write_text(ROOT + "components: {schemas: {Customer: {}}}\n")
        code, message = unresolved(load(root), "#/components/schemas/Costumer")
        assert code == "ref-unresolved"
        assert message.endswith("has nothing at '/components/schemas/Costumer'; did you mean 'Customer'?")

    def test_suggestions_are_bounded(self, root):
        """Looking for similar names costs time, so only the first few references get one."""
        root.write_text(ROOT + "components: {schemas: {Customer: {}}}\n")
        source = load(root)
        hints = [unresolved(source, f"#/components/schemas/Customer{number}")[1] for number in range(30)]
        assert sum("did you mean" in hint for hint in hints) == 20
        assert hints[-1].endswith(": correct it, or add what it names")

    @pytest.mark.parametrize(
        ("reference", "code", "part"),
        [
            ("#nowhere", "ref-unresolved", "names the anchor 'nowhere', which"),
            ("none.yaml", "ref-unresolved", "the reference 'none.yaml' leads to a file that does not exist: "),
            (".", "ref-unresolved", "leads to a file that does not exist"),
            ("../other.yaml", "ref-outside", "leaves the folder of the description: move the file below it"),
            ("../../etc/passwd", "ref-outside", "leaves the folder"),
            ("/etc/passwd", "ref-outside", "leaves the folder"),
            ("%2e%2e/%2e%2e/etc/passwd", "ref-outside", "leaves the folder"),
            ("file:///etc/passwd", "ref-scheme", "references by file: are not followed: write a relative path"),
            ("ftp://a/b", "ref-scheme", "references by ftp: are not followed"),
            ("urn:x:y", "ref-scheme", "references by urn: are not followed"),
            ("https://example.com/a.yaml", "ref-remote", "allow it with --allow-host example.com, or save the file"),
            ("//example.com/a.yaml", "ref-outside", "leaves the folder"),
            ("a%00b.yaml", "ref-unresolved", "is no usable path"),
            ("x" * 5000 + ".yaml", "ref-unresolved", "xxx"),  # too long a name, or no such file, by Python version
            ("http://[::1", "ref-unresolved", "is no address"),
        ],
    )
    def test_references_that_are_not_followed(self, root, reference, code, part):
        """Each kind has its code and says what to do."""
        found, message = unresolved(load(root), reference)
        assert found == code
        assert part in message
        assert len(message) < 700

    def test_links_out_of_the_folder(self, root):
        """A symbolic link cannot lead where a path may not."""
        (root.parent.parent / "secret.yaml").write_text("a: 1\n")
        (root.parent / "link.yaml").symlink_to(root.parent.parent / "secret.yaml")
        assert unresolved(load(root), "link.yaml")[0] == "ref-outside"

    def test_folders_can_be_allowed(self, root):
        """The caller may open further folders."""
        (root.parent.parent / "shared.yaml").write_text("a: 1\n")
        source = load(root, allow_folders=[root.parent.parent])
        assert source.resolve("../shared.yaml#/a", source.root).value == 1

    def test_pipes_are_no_files(self, root):
        """Only regular files are read."""
        source = load(root)
        os.mkfifo(root.parent / "pipe.yaml")
        assert unresolved(source, "pipe.yaml")[0] == "ref-unresolved"

    def test_too_many_files(self, root):
        """The number of files is bounded."""
        for number in range(3):
            (root.parent / f"{number}.yaml").write_text("a: 1\n")
        source = load(root, limits=Limits(files=3))
        for number in range(2):
            source.resolve(f"{number}.yaml", source.root)
        with pytest.raises(InputError, match="the description has more than 3 files or 268435456 bytes: split it"):
            source.resolve("2.yaml", source.root)

    def test_values_of_all_files_count_together(self, root):
        """Files cannot multiply what one file may not hold."""
        (root.parent / "a.yaml").write_text("[1, 2, 3]\n")
        source = load(root, limits=Limits(nodes=6))
        with pytest.raises(InputError, match="too many values"):
            source.resolve("a.yaml", source.root)

    def test_a_file_that_cannot_be_read(self, root):
        """The error names the other file and the place in it."""
        (root.parent / "bad.yaml").write_text("a: 1\nb: [\n")
        source = load(root)
        for _ in range(2):
            with pytest.raises(InputError) as caught:
                source.resolve("bad.yaml", source.root)
            (finding,) = caught.value.findings
            assert (finding.place.file.endswith("bad.yaml"), finding.place.line) == (True, 3)


class TestRemote:
    @pytest.fixture
    def fetched(self, monkeypatch):
        """Addresses asked for; each answers with a map that names it."""
        asked = []

        def fetch(address, _limit, _hosts):
            if address.endswith("gone.yaml"):
                raise OSError("404 Not Found")
            asked.append(address)
            return b"a: {$ref: 'next.yaml#/a'}\n"

        monkeypatch.setattr(source_module, "fetch", fetch)
        return asked

    def test_allowed_hosts(self, root, fetched):
        """An allowed host is asked once per file, and relative references begin at the file's address."""
        source = load(root, allow_hosts=["example.com"])
        target = source.resolve("https://example.com/x/a.yaml#/a", source.root)
        source.resolve("https://example.com/x/a.yaml", source.root)
        source.resolve("next.yaml", target.document)
        assert fetched == ["https://example.com/x/a.yaml", "https://example.com/x/next.yaml"]

    def test_other_hosts(self, root, fetched):
        """A file of an allowed host may not lead to another host, nor to a local file."""
        source = load(root, allow_hosts=["example.com"])
        target = source.resolve("https://example.com/a.yaml", source.root)
        for reference in ("https://evil.example/b.yaml", "//evil.example/b.yaml", "http://127.0.0.1/b"):
            with pytest.raises(UnresolvedReference, match="needs the network"):
                source.resolve(reference, target.document)
        assert source.resolve("/etc/passwd", target.document).document.uri == "https://example.com/etc/passwd"

    def test_what_cannot_be_fetched(self, root, fetched):
        """The reason is passed on."""
        code, message = unresolved(load(root, allow_hosts=["example.com"]), "https://example.com/gone.yaml")
        assert (code, message) == (
            "ref-remote", "'https://example.com/gone.yaml' could not be fetched: 404 Not Found",
        )  # fmt: skip
