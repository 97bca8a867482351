"""``tally drift`` on ordinary FastAPI applications: each seeded drift is found, at the right operation."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "samples" / "apps"

HANDLER = "@app.exception_handler(RequestValidationError)"

# name, text in the application, its replacement, code of the finding, operation, what the message says
DRIFTS = [
    ("property renamed", "    label: str\n", "    name: str\n", "drift-schema-renamed", "getBox", "`label`"),
    ("property missing", "    note: str | None\n", "", "drift-schema-missing", "listBoxes", "`[].note`"),
    (
        "property extra",
        "    note: str | None\n",
        "    note: str | None\n    shelf: int = 1\n",
        "drift-schema-extra",
        "getBox",
        "shelf",
    ),
    (
        "property type",
        "    quantity: int = Field(ge=0)",
        "    quantity: str",
        "drift-schema-type",
        "createBox",
        "integer",
    ),
    ("property not null", "    note: str | None\n", "    note: str\n", "drift-schema-null", "getBox", "never null"),
    (
        "format lost",
        "    created_at: datetime",
        "    created_at: str",
        "drift-schema-constraint",
        "getBox",
        "date-time",
    ),
    (
        "enum member extra",
        '    BLUE = "blue"',
        '    BLUE = "blue"\n    BLACK = "black"',
        "drift-schema-values",
        "createBox",
        "black",
    ),
    ("enum member missing", '    BLUE = "blue"\n', "", "drift-schema-values", "listBoxes", "blue"),
    (
        "body open",
        '    model_config = ConfigDict(extra="forbid")\n',
        "",
        "drift-schema-open",
        "createBox",
        "unknown members",
    ),
    (
        "body property optional",
        "BeforeValidator(whole)] = Field(ge=0",
        "BeforeValidator(whole)] = Field(1, ge=0",
        "drift-schema-required",
        "createBox",
        "quantity",
    ),
    ("body bound", "le=1000", "le=1001", "drift-schema-constraint", "createBox", "1001"),
    ("body pattern", "[A-Z0-9-]*$", "[A-Z0-9-]*", "drift-schema-constraint", "createBox", "pattern"),
    ("parameter bound", "ge=1, le=50", "ge=1, le=500", "drift-schema-constraint", "listBoxes", "limit"),
    ("parameter default", "= 20,", "= 30,", "drift-parameter-default", "listBoxes", "30"),
    (
        "parameter missing",
        "    color: Color | None = None,\n) -> list",
        ") -> list",
        "drift-parameter-missing",
        "listBoxes",
        "color",
    ),
    (
        "parameter extra",
        "    color: Color | None = None,\n) -> list",
        "    color: Color | None = None,\n    page: int = 1,\n) -> list",
        "drift-parameter-unknown",
        "listBoxes",
        "page",
    ),
    ("parameter required", "= 20,", ",", "drift-parameter-required", "listBoxes", "limit"),
    ("status changed", "status_code=201", "status_code=200", "drift-reply-missing", "createBox", "status_code=201"),
    (
        "status unknown",
        "declared(401, 409, 422)",
        "declared(401, 409, 422, 418)",
        "drift-reply-unknown",
        "createBox",
        "418",
    ),
    (
        "media type changed",
        '@app.get("/boxes", ',
        '@app.get("/boxes", response_class=ProblemResponse, ',
        "drift-media-type",
        "listBoxes",
        "application/json",
    ),
    (
        "operation id changed",
        'operation_id="getBox"',
        'operation_id="readBox"',
        "drift-operation-id",
        "getBox",
        "readBox",
    ),
    ("method changed", "@app.delete(", "@app.post(", "drift-route-missing", "deleteBox", "DELETE"),
    (
        "path changed",
        '@app.get("/boxes/{number}"',
        '@app.get("/crates/{number}"',
        "drift-route-missing",
        "getBox",
        "/boxes/{box_id}",
    ),
    (
        "route added",
        HANDLER,
        '@app.get("/crates")\nasync def crates() -> int:\n    return 1\n\n\n' + HANDLER,
        "drift-route-unknown",
        "GET /crates",
        "/crates",
    ),
    (
        "route twice",
        HANDLER,
        'app.add_api_route("/boxes/{other}", get_box, operation_id="again")\n\n\n' + HANDLER,
        "drift-route-twice",
        "getBox",
        "only the first",
    ),
    (
        "security dropped",
        "async def get_box(_caller: Caller, ",
        "async def get_box(",
        "drift-security",
        "getBox",
        "x-key",
    ),
    ("security other header", 'name="X-Key"', 'name="X-Token"', "drift-security", "getBox", "x-token"),
    (
        "no routes",
        'app = FastAPI(title="Shelf", dependencies',
        'empty = FastAPI()\napp = FastAPI(title="Shelf", dependencies',
        "drift-no-routes",
        None,
        "no routes",
    ),
]


def drift(folder, reference="shelf_app:app", *more):
    """Calls ``tally drift``; gives the exit code, the parsed report and what people would read."""
    command = [sys.executable, "-m", "tallystick", "drift", "--spec", str(SAMPLES / "shelf.yaml"), "--app", reference]
    ended = subprocess.run(
        [*command, "--format", "json", *more], cwd=folder, capture_output=True, text=True, check=False
    )
    return ended.returncode, json.loads(ended.stdout) if ended.stdout else {}, ended.stderr


@pytest.fixture
def seeded(tmp_path):
    """Writes the application with one text replaced."""

    def write(old="", new=""):
        text = (SAMPLES / "shelf_app.py").read_text()
        assert old in text, f"the sample application has no {old!r} any more"
        (tmp_path / "shelf_app.py").write_text(text.replace(old, new, 1) if old else text)
        return tmp_path

    return write


def test_an_application_that_keeps_the_contract_is_clean(seeded):
    """No false alarm: other names of placeholders and functions make no difference."""
    code, report, errors = drift(seeded())
    assert (code, report["findings"]) == (0, []), errors


@pytest.mark.parametrize(("name", "old", "new", "code", "operation", "said"), DRIFTS, ids=[each[0] for each in DRIFTS])
def test_each_seeded_drift_is_found(seeded, name, old, new, code, operation, said):
    """The finding names the operation, stands in the description, and says what differs."""
    reference = "shelf_app:empty" if name == "no routes" else "shelf_app:app"
    exit_code, report, errors = drift(seeded(old, new), reference)
    assert exit_code == 1, errors or report
    hits = [f for f in report["findings"] if f["code"] == code and (operation is None or f["operation"] == operation)]
    assert hits, report["findings"]
    assert any(said in hit["message"] for hit in hits), hits
    assert all(hit["line"] > 0 and hit["file"] for hit in hits), hits
