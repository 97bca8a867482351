"""Security comes from the description alone."""

from __future__ import annotations

import base64
from typing import Any

import pytest

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "header_key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query_key": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie_key": {"type": "apiKey", "in": "cookie", "name": "session"},
    "oauth": {
        "type": "oauth2",
        "flows": {"clientCredentials": {"tokenUrl": "/t", "scopes": {"read": "", "write": ""}}},
    },
}
REQUIREMENTS: dict[str, list[dict[str, list[str]]]] = {
    "bearer": [{"bearer": []}],
    "basic": [{"basic": []}],
    "header": [{"header_key": []}],
    "query": [{"query_key": []}],
    "cookie": [{"cookie_key": []}],
    "scoped": [{"oauth": ["read", "write"]}],
    "either": [{"bearer": []}, {"header_key": []}],
    "both": [{"bearer": [], "header_key": []}],
    "optional": [{}, {"bearer": []}],
    "public": [],
    "mixed": [{"oauth": ["write"]}, {"header_key": []}],
}
BASIC = "Basic " + base64.b64encode(b"ada:pass:word").decode()


def _gate(modules: Any) -> Any:
    caller = modules("security").Caller

    class Gate(modules("security").Authenticator):
        asked: list[str] = []  # noqa: RUF012 - looked at by tests

        async def bearer(self, token: str, *, operation: Any) -> Any:
            Gate.asked.append(operation.id)
            return caller("bearer") if token == "good" else None

        async def basic(self, username: str, password: str, *, operation: Any) -> Any:
            return caller(username) if password == "pass:word" else None

        async def header_key(self, key: str, *, operation: Any) -> Any:
            return caller("header") if key == "k" else None

        async def query_key(self, key: str, *, operation: Any) -> Any:
            return caller("query") if key == "k k" else None

        async def cookie_key(self, key: str, *, operation: Any) -> Any:
            return caller("cookie") if key == "k" else None

        async def oauth(self, token: str, *, operation: Any) -> Any:
            known = {"all": {"read", "write"}, "some": {"read"}}
            return caller("oauth", frozenset(known[token])) if token in known else None

    return Gate()


@pytest.fixture(scope="module")
def secured(tmp_path_factory, module_server, describe_module) -> Any:
    """A server with one operation per requirement."""
    operations = {
        f"POST /{name}": {
            "operationId": name,
            "security": requirement,
            "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "integer"}}}},
        }
        for name, requirement in REQUIREMENTS.items()
    }
    description = describe_module(operations, components={"securitySchemes": SCHEMES})
    return module_server(description, tmp_path_factory.mktemp("secured"), auth=_gate)


@pytest.mark.parametrize(
    ("path", "headers", "status", "subject"),
    [
        ("/bearer", {"Authorization": "Bearer good"}, 204, "bearer"),
        ("/bearer", {"Authorization": "bearer good"}, 204, "bearer"),
        ("/bearer", {"Authorization": "Bearer bad"}, 401, None),
        ("/bearer", {"Authorization": "Basic good"}, 401, None),
        ("/bearer", {}, 401, None),
        ("/basic", {"Authorization": BASIC}, 204, "ada"),
        ("/basic", {"Authorization": "Basic !!"}, 401, None),
        ("/header", {"x-key": "k"}, 204, "header"),
        ("/header", {"x-key": "no"}, 401, None),
        ("/query?key=k+k", {}, 204, "query"),
        ("/query?key=no", {}, 401, None),
        ("/query", {}, 401, None),
        ("/cookie", {"cookie": "a=b; session=k"}, 204, "cookie"),
        ("/scoped", {"Authorization": "Bearer all"}, 204, "oauth"),
        ("/scoped", {"Authorization": "Bearer some"}, 403, None),
        ("/either", {"x-key": "k"}, 204, "header"),
        ("/either", {"x-key": "k", "Authorization": "Bearer bad"}, 204, "header"),
        ("/either", {"Authorization": "Bearer good"}, 204, "bearer"),
        ("/either", {"Authorization": "Bearer bad"}, 401, None),
        ("/both", {"x-key": "k", "Authorization": "Bearer good"}, 204, "bearer"),
        ("/both", {"Authorization": "Bearer good"}, 401, None),
        ("/both", {"x-key": "no", "Authorization": "Bearer good"}, 401, None),
        ("/optional", {}, 204, None),
        ("/optional", {"Authorization": "Bearer good"}, 204, "bearer"),
        ("/optional", {"Authorization": "Bearer bad"}, 401, None),
        ("/public", {"Authorization": "Bearer bad"}, 204, "nobody"),
        ("/mixed", {"Authorization": "Bearer some"}, 403, None),
        ("/mixed", {"Authorization": "Bearer some", "x-key": "k"}, 204, "header"),
    ],
)
def test_requirements(secured, path, headers, status, subject) -> None:
    """Alternatives are tried, conjunctions need all, scopes must suffice; the handler learns who calls."""
    reply = secured.call("POST", path, headers=headers, json=1)
    assert reply.status_code == status, reply.text
    if status == 204:
        caller = secured.calls[0].get("caller", "nobody")
        assert (caller if caller in (None, "nobody") else caller.subject) == subject
    else:
        assert secured.log == []
        assert reply.headers["content-type"] == "application/problem+json"


def test_challenges(secured) -> None:
    """A refusal says how to prove who calls (RFC 9110, section 11.6.1; RFC 6750, section 3)."""
    assert secured.call("POST", "/bearer").headers["www-authenticate"] == "Bearer"
    rejected = secured.call("POST", "/bearer", headers={"Authorization": "Bearer bad"})
    assert rejected.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    weak = secured.call("POST", "/scoped", headers={"Authorization": "Bearer some"})
    assert weak.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="write"'
    assert weak.json()["required_scopes"] == ["read", "write"]
    both = secured.call("POST", "/either").headers["www-authenticate"]
    assert both == 'Bearer, ApiKey realm="header_key", name="X-Key", in="header"'


def test_conjunctions_carry_every_caller(secured) -> None:
    """With several schemes at once the first caller leads to the others."""
    secured.call("POST", "/both", headers={"x-key": "k", "Authorization": "Bearer good"}, json=1)
    caller = secured.calls[0]["caller"]
    assert [each.subject for each in (caller, *caller.also)] == ["bearer", "header"]


def test_authentication_comes_before_validation(secured) -> None:
    """Who may not call learns nothing about what is wrong with the request."""
    assert secured.call("POST", "/bearer", content=b"{").status_code == 401


OTHER = {
    "digest": {"type": "http", "scheme": "digest"},
    "tls": {"type": "mutualTLS"},
}


def _hidden_gate(modules: Any) -> Any:
    caller = modules("security").Caller

    class Gate(modules("security").Authenticator):
        async def digest(self, credentials: str, request: Any, *, operation: Any) -> Any:
            return caller("digest") if credentials == f"sig-{request.method}-{request.target}" else None

        async def tls(self, certificates: Any, request: Any, *, operation: Any) -> Any:
            known = (*certificates, request.header("x-client-cert"))
            return caller("tls") if "PEM" in known else None

        async def kerb_erose(self, request: Any, *, operation: Any) -> Any:
            given = (request.header("X-Ticket"), request.query("ticket"), request.cookie("ticket"))
            return caller("kerberos", frozenset(("all",))) if "t t" in given else None

    return Gate()


@pytest.fixture(scope="module")
def hidden(tmp_path_factory, module_server, describe_module) -> Any:
    """A server whose operations ask for schemes that stand anywhere in a request."""
    requirements: dict[str, Any] = {
        "digest": [{"digest": []}],
        "tls": [{"tls": []}],
        "undeclared": [{'kerb "eros\u00e9': ["all"]}],
        "optional": [{}, {'kerb "eros\u00e9': []}],
        "both": [{"tls": [], 'kerb "eros\u00e9': []}],
    }
    operations = {f"GET /{name}": {"operationId": name, "security": each} for name, each in requirements.items()}
    description = describe_module(operations, components={"securitySchemes": OTHER})
    return module_server(description, tmp_path_factory.mktemp("hidden"), auth=_hidden_gate, lenient=True)


@pytest.mark.parametrize(
    ("path", "headers", "status", "subject"),
    [
        ("/digest", {"Authorization": "Digest sig-GET-/digest"}, 204, "digest"),
        ("/digest", {"Authorization": "Digest other"}, 401, None),
        ("/digest", {}, 401, None),
        ("/digest", {"Authorization": "Digest"}, 401, None),
        ("/digest", [("Authorization", "Digest a"), ("Authorization", "Digest b")], 401, None),
        ("/undeclared?ticket=t+t&ticket=no", {}, 401, None),
        ("/tls", {"x-client-cert": "PEM"}, 204, "tls"),
        ("/tls", {}, 401, None),
        ("/undeclared", {"x-ticket": "t t"}, 204, "kerberos"),
        ("/undeclared?ticket=t+t", {}, 204, "kerberos"),
        ("/undeclared", {"cookie": "ticket=t t"}, 204, "kerberos"),
        ("/undeclared", {}, 401, None),
        ("/optional", {}, 204, None),
        ("/optional", {"x-ticket": "t t"}, 204, "kerberos"),
        ("/both", {"x-ticket": "t t", "x-client-cert": "PEM"}, 204, "tls"),
        ("/both", {"x-ticket": "t t"}, 401, None),
    ],
)
def test_schemes_that_only_the_authenticator_can_read(hidden, path, headers, status, subject) -> None:
    """Undeclared schemes, client certificates and other HTTP schemes are given the request; no caller means 401."""
    reply = hidden.call("GET", path, headers=headers)
    assert reply.status_code == status, reply.text
    if status == 204:
        caller = hidden.calls[0]["caller"]
        assert (caller if caller is None else caller.subject) == subject
    elif status == 401:
        assert hidden.log == []


def test_challenges_of_schemes_without_a_place(hidden) -> None:
    """A challenge is a correct header whatever the description calls its schemes."""
    assert hidden.call("GET", "/undeclared").headers["www-authenticate"] == 'Undeclared realm="kerb \\"eros?"'
    assert hidden.call("GET", "/tls").headers["www-authenticate"] == 'Mutual realm="tls"'
    assert hidden.call("GET", "/digest").headers["www-authenticate"] == 'Digest realm="digest"'


def test_undeclared_schemes_are_findings(plan_of, describe) -> None:
    """Nothing says where the credentials of such a scheme stand, so the description is to be completed."""
    plan = plan_of(describe({"GET /a": {"operationId": "a", "security": [{"Basic": []}]}}))
    assert plan.generated == 1
    found = [each for each in plan.findings if each.code == "server-security"]
    assert [(each.level.value, each.operation) for each in found] == [("warning", "a")]
    assert "Basic" in found[0].message
    assert b"async def basic(self, request: RequestHead" in plan.files["security.py"]


def test_nothing_is_opened_for_refused_requests(secured) -> None:
    """Neither an anonymous nor an invalid request costs a unit of work."""
    secured.call("POST", "/bearer")
    assert secured.log == []
    secured.call("POST", "/bearer", headers={"Authorization": "Bearer good"}, json="x")
    assert secured.log == []
