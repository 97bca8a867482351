"""Fetching referenced files: only from allowed hosts, bounded, and never beyond a few redirects."""

import gzip
import http.server
import threading

import pytest

from tallystick.document.remote import fetch


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self):
        answers = {
            "/ok": (200, {}, b"a: 1\n"),
            "/moved": (302, {"Location": "/ok"}, b""),
            "/away": (302, {"Location": "http://other.invalid/ok"}, b""),
            "/file": (302, {"Location": "file:///etc/passwd"}, b""),
            "/loop": (302, {"Location": "/loop"}, b""),
            "/nowhere": (302, {}, b""),
            "/bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 10_000_000)),
        }
        status, headers, body = answers.get(self.path, (404, {}, b"none"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


@pytest.fixture(scope="module")
def host():
    """A server on this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


HOSTS = frozenset(("127.0.0.1",))


@pytest.mark.parametrize("path", ["/ok", "/moved"])
def test_files(host, path):
    """A file is fetched, redirects on allowed hosts followed."""
    assert fetch(host + path, 100, HOSTS) == b"a: 1\n"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/missing", "404"), ("/away", "redirected to other.invalid, which is not allowed"),
        ("/file", "redirected to None, which is not allowed"), ("/loop", "more than 3 redirects"), ("/nowhere", "302"),
    ],
)  # fmt: skip
def test_failures(host, path, message):
    """Whatever goes wrong is one kind of error that says why."""
    with pytest.raises(OSError, match=message):
        fetch(host + path, 100, HOSTS)


def test_a_host_that_is_not_allowed(host):
    """The address itself is checked as well."""
    with pytest.raises(OSError, match="not allowed"):
        fetch(host + "/ok", 100, frozenset())


def test_nobody_answers():
    """A refused connection is an error, not a traceback."""
    with pytest.raises(OSError, match=r"."):
        fetch("http://127.0.0.1:9/ok", 100, HOSTS)


def test_size(host):
    """No more is read than the limit asks for, whatever the file unpacks to."""
    assert 100 < len(fetch(host + "/bomb", 100, HOSTS)) < 5_000_000
