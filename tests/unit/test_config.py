"""tally.toml: defaults, paths, and an error with its place for every fault."""

from pathlib import Path

import pytest

from tallystick.config import find, load, parse
from tallystick.findings import InputError, Threshold

FULL = """
spec = "spec/openapi.yaml"

[document]
allow-host = ["schemas.example.org"]
allow-folder = ["../shared"]

[lint]
set = "strict"
fail-on = "warning"
ignore-file = "exceptions.yaml"

[lint.rules]
tag-one = "off"
text-present = { level = "info", options = { minimum = 10 } }

[generate.server]
path = "server/warehouse/contract"
package = "warehouse.contract"

[generate.client]
path = "clients/python"
package = "warehouse_client"
name = "Warehouse"

[generate.models]
path = "models.py"

[drift]
app = "warehouse.app:create_app"
allow = ["/livez"]

[fuzz]
start = "uvicorn --factory warehouse.app:create_app"
url = "http://127.0.0.1:8000"
max-examples = 20
max-seconds = 60

[fuzz.auth.bearer]
token-path = "/auth/token"
username = "admin"
password-env = "ADMIN_PASSWORD"
"""


def fault(text):
    """The findings that a faulty configuration gives, as ``code place message``."""
    with pytest.raises(InputError) as raised:
        parse(text, None)
    return [f"{finding.code} {finding}" for finding in raised.value.findings]


def test_a_full_configuration_is_read():
    """Paths start at the folder of the file, commands are split into words."""
    config = parse(FULL, Path("/project/tally.toml"))
    assert config.spec == Path("/project/spec/openapi.yaml")
    assert config.lint.ignore_file == Path("/project/exceptions.yaml")
    assert config.lint.fail_on is Threshold.WARNING
    assert config.lint.rules["tag-one"].level == "off"
    assert config.lint.rules["text-present"].options == {"minimum": 10}
    assert config.generate.server is not None
    assert config.generate.server.package == "warehouse.contract"
    assert config.generate.client is not None
    assert config.generate.client.name == "Warehouse"
    assert config.generate.models is not None
    assert config.generate.models.path == Path("/project/models.py")
    assert config.drift.app == "warehouse.app:create_app"
    assert config.fuzz.start == ["uvicorn", "--factory", "warehouse.app:create_app"]
    assert config.fuzz.max_seconds == 60
    assert config.fuzz.auth["bearer"].password_env == "ADMIN_PASSWORD"
    assert config.document.allow_host == ["schemas.example.org"]
    assert config.document.allow_folder == [Path("/project/../shared")]


def test_everything_has_a_default():
    """Without a file nothing is generated and paths start at the working directory."""
    config = load(None)
    assert config.path is None
    assert config.spec is None
    assert config.generate.server is None
    assert config.lint.set == "contract"
    assert config.lint.ignore_file == Path("tally-ignore.yaml")


def test_defaults_start_at_the_folder_of_the_file(tmp_path):
    """Also in sections that the file leaves out."""
    (tmp_path / "tally.toml").write_text("")
    config = load(tmp_path / "tally.toml")
    assert config.path == tmp_path / "tally.toml"
    assert config.folder == tmp_path
    assert config.lint.ignore_file == tmp_path / "tally-ignore.yaml"
    assert config.drift.app_dir == tmp_path


def test_the_nearest_file_upwards_is_found(tmp_path):
    """A folder without one asks its parent."""
    (tmp_path / "tally.toml").write_text("")
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert find(tmp_path / "a" / "b") == tmp_path / "tally.toml"
    (tmp_path / "a" / "tally.toml").write_text("")
    assert find(tmp_path / "a" / "b") == tmp_path / "a" / "tally.toml"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "spec = \n",
            "config-syntax tally.toml:1:8: not TOML: invalid value",
        ),
        (
            "[lint\n",
            "config-syntax tally.toml:1:6: not TOML: expected ']' at the end of a table declaration",
        ),
        (
            'spec = "a',
            "config-syntax tally.toml:1:10: not TOML: unterminated string",
        ),
        (
            '# first\n[lint]\nset = "strict"\nrulez = {}\n',
            (
                'config-unknown-key tally.toml:4:1: unknown key lint.rulez; did you mean "rules"? '
                "Known here: fail-on, ignore-file, rules, set, validator-max-bytes"
            ),
        ),
        (
            "color = true\n",
            (
                "config-unknown-key tally.toml:1:1: unknown key color; "
                "Known here: check, document, drift, fuzz, generate, lint, spec"
            ),
        ),
        (
            '[lint.rules]\nx = { level = "off",\n  option = 1 }\n',
            None,
        ),
        (
            '[lint.rules]\nx = { level = "off", option = 1 }\n',
            (
                'config-unknown-key tally.toml:2:22: unknown key lint.rules.x.option; did you mean "options"? '
                "Known here: level, options"
            ),
        ),
        (
            '[fuzz.auth."my scheme"]\ntoken_path = "/t"\n',
            (
                'config-unknown-key tally.toml:2:1: unknown key fuzz.auth."my scheme".token_path; '
                'did you mean "token-path"? Known here: password, password-env, scopes, token-path, token-pointer, '
                "username, value, value-env"
            ),
        ),
        (
            '[lint]\nfail-on = "eror"\n',
            "config-value tally.toml:2:1: lint.fail-on should be 'error', 'warning', 'info' or 'never'; it is \"eror\"",
        ),
        (
            '[generate.server]\npath = "x"\n',
            'config-missing-key tally.toml:1:11: generate.server needs the key "package"',
        ),
        (
            "spec = 3\n",
            "config-value tally.toml:1:1: spec must be a path, in quotes; it is 3",
        ),
        (
            '[fuzz]\nmax-examples = "5"\n',
            'config-value tally.toml:2:1: fuzz.max-examples should be a valid integer; it is "5"',
        ),
        (
            '[drift]\napp = "service"\n',
            (
                "config-value tally.toml:2:1: drift.app must be module:attribute, such as warehouse.app:create_app; "
                'it is "service"'
            ),
        ),
        (
            '[generate.client]\npath = "c"\npackage = "my-client"\n',
            (
                "config-value tally.toml:3:1: generate.client.package must be the dotted name of a package, "
                'such as warehouse.contract; it is "my-client"'
            ),
        ),
        (
            '[generate.server]\npath = "c"\npackage = "acme.class"\n',
            (
                "config-value tally.toml:3:1: generate.server.package must be the dotted name of a package, "
                'such as warehouse.contract; it is "acme.class"'
            ),
        ),
        (
            '[generate.server]\npath = "c"\npackage = "platform.contract"\n',
            (
                "config-value tally.toml:3:1: generate.server.package must not hide the module platform that "
                'generated code imports; put a name of yours before it; it is "platform.contract"'
            ),
        ),
        (
            '[generate.client]\npath = "c"\npackage = "c"\nname = "my api"\n',
            'config-value tally.toml:4:1: generate.client.name must be a class name, such as Warehouse; it is "my api"',
        ),
        (
            '[fuzz]\nurl = "localhost"\n',
            (
                "config-value tally.toml:2:1: fuzz.url must be a web address, such as http://127.0.0.1:8000; "
                'it is "localhost"'
            ),
        ),
        (
            '[drift]\nallow = [\n  "/a",\n  3,\n]\n',
            "config-value tally.toml:2:1: drift.allow.1 should be a valid string; it is 3",
        ),
    ],
)
def test_a_fault_has_a_place_and_advice(text, expected):
    """Line and column of the key, what is wrong, the nearest valid key."""
    found = fault(text)
    if expected is None:  # a table over two lines is no TOML 1.0, which newer Python versions may accept
        assert len(found) == 1
    else:
        assert found == [expected]


def test_every_fault_is_told_at_once():
    """Correcting a file takes one round."""
    assert len(fault('color = 1\n[lint]\nset = "loose"\n')) == 2


def test_a_missing_file_is_told(tmp_path, monkeypatch):
    """The path and the reason of the system."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"^tally\.toml: cannot read tally\.toml: No such file"):
        load(Path("tally.toml"))


def test_a_file_that_is_not_text_is_told(tmp_path, monkeypatch):
    """The first byte that is not UTF-8."""
    monkeypatch.chdir(tmp_path)
    Path("tally.toml").write_bytes(b"a = '\xff'")
    with pytest.raises(InputError, match=r"tally\.toml is not UTF-8: byte 5 cannot be read"):
        load(Path("tally.toml"))


def test_a_file_that_is_far_too_large_is_told(tmp_path, monkeypatch):
    """A configuration is not a megabyte."""
    monkeypatch.chdir(tmp_path)
    Path("tally.toml").write_bytes(b"#" * (2**20 + 1))
    with pytest.raises(InputError, match=r"tally\.toml is larger than 1048576 bytes"):
        load(Path("tally.toml"))
