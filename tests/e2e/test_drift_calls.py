"""``tally drift``: what it says when the call is wrong, the application cannot be imported, or a server is asked."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "samples" / "apps"
SPEC = str(SAMPLES / "shelf.yaml")


def drift(folder, *arguments):
    """Calls ``tally drift`` on the sample description; gives the exit code, the findings and standard error."""
    command = [sys.executable, "-m", "tallystick", "drift", "--spec", SPEC, *arguments, "--format", "json"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return ended.returncode, json.loads(ended.stdout)["findings"], ended.stderr


@pytest.mark.parametrize(
    ("source", "reference", "said"),
    [
        ("", "absent:app", "there is no module 'absent'"),
        ("", "shop:app", "shop has no attribute 'app'"),
        ("app = 3", "shop:app", "builtins.int, not a FastAPI application"),
        ("import missing_library", "shop:app", "ModuleNotFoundError: No module named 'missing_library'"),
        ("raise RuntimeError('no database')", "shop:app", "RuntimeError: no database"),
        ("import sys; sys.exit(3)", "shop:app", "SystemExit: 3"),
        ("def make(settings): ...", "shop:make", "cannot be called without arguments"),
        ("def make(): raise ValueError('bad setting')", "shop:make", "shop:make() failed with ValueError: bad setting"),
        ("def (", "shop:app", "SyntaxError"),
        ("import os; os._exit(7)", "shop:app", "ended with code 7"),
    ],
)
def test_an_application_that_cannot_be_had_is_a_clear_error(tmp_path, source, reference, said):
    """One finding without a traceback in its message, exit code 2."""
    (tmp_path / "shop.py").write_text(source)
    code, findings, errors = drift(tmp_path, "--app", reference)
    assert code == 2
    assert [finding["code"] for finding in findings] == ["app-unusable"]
    assert said in findings[0]["message"]
    assert "Traceback" not in findings[0]["message"] + errors


def test_what_the_application_prints_does_not_spoil_the_report(tmp_path):
    """Standard output is JSON alone."""
    text = (SAMPLES / "shelf_app.py").read_text()
    (tmp_path / "shelf_app.py").write_text(f"{text}\nprint('started')\n")
    assert drift(tmp_path, "--app", "shelf_app:app")[:2] == (0, [])


def test_a_factory_is_called(tmp_path):
    """``MODULE:FUNCTION`` is as good as ``MODULE:APP``."""
    (tmp_path / "shop.py").write_text("def make():\n    from shelf_app import app\n    return app\n")
    (tmp_path / "shelf_app.py").write_text((SAMPLES / "shelf_app.py").read_text())
    assert drift(tmp_path, "--app", "shop:make")[:2] == (0, [])


def test_routes_of_mounted_applications_count(tmp_path):
    """A FastAPI application below a path is looked into; others are named as a whole."""
    (tmp_path / "shelf_app.py").write_text((SAMPLES / "shelf_app.py").read_text())
    (tmp_path / "shop.py").write_text(
        "from fastapi import FastAPI\nfrom shelf_app import app\nbelow = FastAPI(openapi_url=None)\n"
        "below.add_api_route('/more', lambda: 1)\napp.mount('/below', below)\n"
        "app.mount('/files', lambda scope, receive, send: None)\n"
    )
    code, findings, _ = drift(tmp_path, "--app", "shop:app")
    assert code == 1
    assert sorted(f["message"].split(",")[0] for f in findings) == [
        "shop.<lambda> serves GET /below/more",
        "something is mounted at /files (shop.<lambda>)",
    ]


def test_routes_beyond_the_contract_can_be_allowed(tmp_path):
    """``--allow`` takes a path, or a folder of paths."""
    (tmp_path / "shelf_app.py").write_text((SAMPLES / "shelf_app.py").read_text())
    (tmp_path / "shop.py").write_text(
        "from shelf_app import app\n"
        "app.add_api_route('/livez', lambda: 1)\n"
        "app.add_api_route('/ops/{name}', lambda: 1)\n"
    )
    assert drift(tmp_path, "--app", "shop:app")[0] == 1
    assert drift(tmp_path, "--app", "shop:app", "--allow", "/livez", "--allow", "/ops/*")[:2] == (0, [])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give --app MODULE:ATTR or --url"),
        (("--app", "shop"), "--app is MODULE:ATTR"),
        (("--url", "http://example.com"), "allow it with --allow-host example.com"),
        (("--url", "http://127.0.0.1:9"), "no description could be had"),
    ],
)
def test_a_wrong_call_says_what_to_do(tmp_path, arguments, said):
    """Exit code 2 and advice."""
    code, findings, _ = drift(tmp_path, *arguments)
    assert code == 2
    assert said in findings[0]["message"]


@pytest.fixture
def serving():
    """Serves one document at ``/openapi.json`` on this machine."""
    held = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found = self.path == "/openapi.json"
            body = json.dumps(held["document"]).encode() if found else b""
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def serve(document):
        held["document"] = document
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    server.shutdown()
    server.server_close()


def test_the_document_of_a_running_server_is_compared(tmp_path, serving):
    """The same document is clean; an operation that is gone and a bound that moved are found."""
    bundled = subprocess.run(
        [sys.executable, "-m", "tallystick", "bundle", SPEC, "-o", "bundled.json"], cwd=tmp_path, check=True
    )
    assert bundled.returncode == 0
    document = json.loads((tmp_path / "bundled.json").read_text())
    assert drift(tmp_path, "--url", serving(document))[:2] == (0, [])
    del document["paths"]["/boxes/{box_id}"]["delete"]
    document["components"]["schemas"]["NewBox"]["properties"]["quantity"]["maximum"] = 5
    code, findings, _ = drift(tmp_path, "--url", serving(document))
    assert code == 1
    assert {(f["code"], f["operation"]) for f in findings} == {
        ("drift-route-missing", "deleteBox"),
        ("drift-schema-constraint", "createBox"),
    }
