"""Credentials that are malformed, doubled or incomplete never count, and never turn a caller into an anonymous one."""

from __future__ import annotations

import base64
from typing import Any

import pytest

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "header_key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query_key": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie_key": {"type": "apiKey", "in": "cookie", "name": "sid"},
}
REQUIREMENTS: dict[str, list[dict[str, list[str]]]] = {
    "bearer": [{"bearer": []}],
    "optional": [{}, {"bearer": []}, {"basic": []}, {"header_key": []}, {"query_key": []}],
    "both": [{"bearer": [], "header_key": []}],
    "either": [{"bearer": []}, {"basic": []}],
    "cookie": [{"cookie_key": []}],
}


def _basic(text: bytes) -> tuple[str, str]:
    return "Authorization", f"Basic {base64.b64encode(text).decode()}"


@pytest.fixture
def desk(server, describe) -> Any:
    """A server that knows everybody whose credentials can be read at all."""
    asked: list[tuple[str, ...]] = []

    def gate(modules: Any) -> Any:
        caller = modules("security").Caller

        class Gate(modules("security").Authenticator):
            async def bearer(self, token: str, *, operation: Any) -> Any:
                asked.append(("bearer", token))
                if token == "broken":
                    raise ZeroDivisionError
                return caller("bearer") if token != "bad" else None

            async def basic(self, username: str, password: str, *, operation: Any) -> Any:
                asked.append(("basic", username, password))
                return caller("basic")

            async def header_key(self, key: str, *, operation: Any) -> Any:
                asked.append(("header_key", key))
                return caller("header_key")

            async def query_key(self, key: str, *, operation: Any) -> Any:
                asked.append(("query_key", key))
                return caller("query_key")

            async def cookie_key(self, key: str, *, operation: Any) -> Any:
                asked.append(("cookie_key", key))
                return caller("cookie_key")

        return Gate()

    operations = {f"GET /{name}": {"operationId": name, "security": each} for name, each in REQUIREMENTS.items()}
    made = server(describe(operations, components={"securitySchemes": SCHEMES}), auth=gate)
    made.asked = asked
    return made


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", [("Authorization", "Bearer")]),
        ("", [("Authorization", "Bearer   ")]),
        ("", [("Authorization", "Basic !!")]),
        ("", [("Authorization", "Basic")]),
        ("", [_basic(b"no colon")]),
        ("", [_basic(b"\xff:\xff")]),
        ("", [("Authorization", "Bearer a"), ("Authorization", "Bearer b")]),
        ("", [("X-Key", "a"), ("X-Key", "b")]),
        ("?key=a&key=b", []),
        ("?key=%zz", []),
        ("?key=%FF", []),
    ],
)
def test_credentials_that_cannot_be_read(desk, query, headers) -> None:
    """Malformed and doubled credentials are refused without asking anybody, even where anonymous callers may call."""
    reply = desk.call("GET", f"/optional{query}", headers=headers)
    assert (reply.status_code, reply.json()["detail"]) == (401, "The credentials are not valid.")
    assert (desk.asked, desk.log) == ([], [])


@pytest.mark.parametrize(
    ("cookie", "key"),
    [("sid=k", "k"), ('a=b; sid="k"; c', "k"), ("sid=a=b", "a=b"), ('sid="', '"'), ("SID=a;sid=b", "b")],
)
def test_keys_in_cookies(desk, cookie, key) -> None:
    """A cookie is read without the quotation marks that may stand around its text (RFC 6265, section 4.1.1)."""
    assert desk.call("GET", "/cookie", headers={"Cookie": cookie}).status_code == 204
    assert desk.asked == [("cookie_key", key)]


def test_passwords_may_hold_anything(desk) -> None:
    """The user name ends at the first colon; text is UTF-8 (RFC 7617)."""
    assert desk.call("GET", "/either", headers=[_basic("zoë:a:b ".encode())]).status_code == 204
    assert desk.asked == [("basic", "zoë", "a:b ")]


@pytest.mark.parametrize(
    ("path", "headers", "challenge", "detail"),
    [
        ("/bearer", {}, "Bearer", "Credentials are required."),
        ("/bearer", {"Authorization": "Basic YTpi"}, "Bearer", "Credentials are required."),
        ("/bearer", {"Authorization": "Bearer bad"}, 'Bearer error="invalid_token"', "The credentials are not valid."),
        (
            "/both",
            {"X-Key": "k"},
            'Bearer, ApiKey realm="header_key", name="X-Key", in="header"',
            "Further credentials are required.",
        ),
        (
            "/either",
            {"Authorization": "Basic !"},
            'Bearer, Basic realm="basic", charset="UTF-8"',
            "The credentials are not valid.",
        ),
    ],
)
def test_challenges_speak_of_what_was_sent(desk, path, headers, challenge, detail) -> None:
    """A token is called invalid only if one came and was refused (RFC 6750, section 3.1)."""
    reply = desk.call("GET", path, headers=headers)
    assert (reply.status_code, reply.headers["www-authenticate"]) == (401, challenge)
    assert reply.json()["detail"] == detail


def test_a_failing_authenticator_lets_nobody_in(desk) -> None:
    """An error while credentials are checked is an error of the server; nothing is opened."""
    with pytest.raises(ZeroDivisionError):
        desk.call("GET", "/optional", headers={"Authorization": "Bearer broken"})
    assert desk.log == []


def test_scopes_of_any_name(server, describe) -> None:
    """A scope whose name no header can hold is refused like any other (RFC 6750, section 3)."""

    def gate(modules: Any) -> Any:
        class Gate(modules("security").Authenticator):
            async def login(self, token: str, *, operation: Any) -> Any:
                return modules("security").Caller(token)

        return Gate()

    scope = 'lager"\r\n\u0416'
    flows = {"clientCredentials": {"tokenUrl": "https://t.example/token", "scopes": {scope: "Everything."}}}
    made = server(
        describe(
            {"GET /a": {"security": [{"login": [scope]}]}},
            components={"securitySchemes": {"login": {"type": "oauth2", "flows": flows}}},
        ),
        auth=gate,
        lenient=True,
    )
    reply = made.call("GET", "/a", headers={"Authorization": "Bearer t"})
    assert reply.status_code == 403
    assert reply.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="lager\\"???"'
