"""How the service behaves for those who run it."""

import json
import logging
import sqlite3
from contextlib import closing

import httpx2
import pytest
from tests.service.conftest import serving, settings_for


@pytest.fixture
def settings(database_url, tmp_path):
    return settings_for(database_url, tmp_path)


async def test_the_service_tells_how_it_is(service):
    """Alive, ready, and counted by operation."""
    assert (await service.client.get("/livez")).json() == {"status": "alive"}
    assert (await service.client.get("/readyz")).json() == {"status": "ready"}
    await service.client.get("/items/SKU-1")
    await service.client.get("/no/such/path")
    numbers = (await service.client.get("/metrics")).text
    assert 'http_requests_total{operation="getItem",status="401"} 1.0' in numbers
    assert 'http_requests_total{operation="-",status="404"} 1.0' in numbers
    assert "database_connections_used 0.0" in numbers


async def test_a_draining_service_is_not_ready(service):
    """It still answers, but gets no new requests."""
    service.resources.health.is_draining = True
    answer = await service.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reason"] == "draining"
    assert (await service.client.get("/livez")).status_code == 200
    assert (await service.client.get("/billing/plans")).status_code != 503


async def test_a_request_is_named_after_its_trace(service):
    """`traceparent` names it, else it gets a new name; problems tell it."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    answer = await service.client.get("/me", headers=headers)
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == trace
    for broken in ("", "00-xyz", f"ff-{trace}-b7ad6b7169203331-01", f"00-{'0' * 32}-b7ad6b7169203331-01"):
        other = (await service.client.get("/me", headers={"traceparent": broken})).json()["request_id"]
        assert other != trace
        assert len(other) == 32


async def test_every_answer_carries_security_headers(service):
    """Answers of operations, problems and the documentation alike."""
    for path in ("/me", "/docs", "/nothing", "/livez"):
        headers = (await service.client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "strict-transport-security" not in headers


async def test_the_documentation_is_served_from_here(service):
    """The page, its assets and the description; nothing from elsewhere."""
    page = await service.client.get("/docs")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "http" not in page.text.replace("http-equiv", "")
    for asset in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js", "LICENSE"):
        assert (await service.client.get(f"/docs/assets/{asset}")).status_code == 200
    description = await service.client.get("/openapi.yaml")
    assert description.text.startswith("openapi: 3.1")
    etag = {"If-None-Match": description.headers["etag"]}
    assert (await service.client.get("/openapi.yaml", headers=etag)).status_code == 304


async def test_unknown_paths_and_methods_are_problems(service):
    """404, and 405 with what is allowed."""
    unknown = await service.client.get("/no/such/path")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")
    answer = await service.client.put("/locations")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


async def test_quotas_are_told_and_kept(database_url, tmp_path):
    """Each answer says what is left; beyond the quota there is 429 with the time to wait."""
    limits = {"default": 3, "sign-in": 2, "registration": 100}
    async with serving(settings_for(database_url, tmp_path, rate_limits=limits)) as service:
        form = {"grant_type": "password", "username": "nobody@example.com", "password": "x"}
        first = await service.client.post("/auth/token", data=form)
        assert first.headers["ratelimit-policy"] == '"sign-in";q=2;w=60'
        assert first.headers["ratelimit"].startswith('"sign-in";r=1;t=')
        await service.client.post("/auth/token", data=form)
        refused = await service.client.post("/auth/token", data=form)
        assert refused.status_code == 429
        assert refused.json()["type"].endswith("/rate-limited")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.headers["ratelimit"].startswith('"sign-in";r=0;t=')


async def test_quotas_are_counted_for_each_caller(database_url, tmp_path):
    """People on one address do not share a quota; inventing credentials does not give a fresh one."""
    limits = {"default": 3, "sign-in": 100, "registration": 100}
    async with serving(settings_for(database_url, tmp_path, rate_limits=limits)) as service:
        one, two = await service.sign_in("member"), await service.sign_in("manager")
        for _ in range(3):
            assert (await service.client.get("/me", headers=one)).status_code == 200
        assert (await service.client.get("/me", headers=one)).status_code == 429
        assert (await service.client.get("/me", headers=two)).status_code == 200
        invented = [{"X-API-Key": f"wh_{number}"} for number in range(2)]
        invented += [{"Authorization": f"Bearer {number}"} for number in range(2)]
        statuses = [(await service.client.get("/items", headers=headers)).status_code for headers in invented]
        assert statuses == [401, 401, 401, 429]


async def test_without_its_database_the_service_asks_for_patience(service):
    """503 with Retry-After; readiness is red, liveness is not."""
    headers = await service.sign_in()
    await service.database.close()
    broken = type(service.database)(
        "sqlite+aiosqlite:////dev/null/warehouse.db"
        if service.database.is_embedded
        else "postgresql+asyncpg://nobody@127.0.0.1:1/nothing",
        patience=1,
    )
    service.database._reading, service.database._writing = broken._reading, broken._writing
    form = {"grant_type": "password", "username": "root@example.com", "password": "correct horse battery"}
    registration = {"email": "ada@example.com", "password": "correct horse battery", "display_name": "Ada"}
    for answer in (
        await service.client.get("/me", headers=headers),
        await service.client.post("/auth/token", data=form),
        await service.client.post("/users", json=registration),
    ):
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert answer.json()["type"].endswith("/service-unavailable")
    assert (await service.client.get("/readyz")).status_code == 503
    assert (await service.client.get("/livez")).status_code == 200


async def test_a_locked_database_is_an_outage_not_a_fault(tmp_path):
    """When another process holds SQLite's lock too long, writers get 503 and readers go on."""
    path = tmp_path / "warehouse.db"
    settings = settings_for(f"sqlite+aiosqlite:///{path}", tmp_path, database_patience=0.2)
    async with serving(settings) as service:
        headers = await service.sign_in()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            body = {"code": "A-01", "name": "Shelf"}
            refused = await service.client.post("/locations", json=body, headers=headers)
            assert refused.status_code == 503
            assert (await service.client.get("/locations", headers=headers)).status_code == 200
            other.execute("ROLLBACK")
        assert (await service.client.post("/locations", json=body, headers=headers)).status_code == 201


async def test_our_own_mistakes_are_problems_without_detail(service, monkeypatch, caplog):
    """500 names the request; the log has the rest, without a secret."""
    from warehouse.locations import repository

    async def broken(*_, **__):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(repository, "page", broken)
    headers = await service.sign_in()
    with caplog.at_level(logging.ERROR):
        answer = await service.client.get("/locations", headers=headers)
    assert answer.status_code == 500
    assert answer.json()["type"].endswith("/internal-error")
    assert answer.json()["request_id"] in caplog.text
    assert "broken on purpose" not in answer.text


async def test_logs_are_json_without_secrets(settings, capsys):
    """One object per line; a failed request shows where, but no local variable."""
    async with serving(settings.model_copy(update={"log_level": "info"})) as service:
        await service.client.get("/me", headers={"Authorization": "Bearer some-token"})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    access = next(line for line in lines if line["event"] == "request")
    assert access["operation"] == "getCurrentUser"
    assert access["status"] == 401
    assert "some-token" not in json.dumps(lines)


async def test_a_second_start_finds_everything_in_place(settings):
    """Migrations and seeds change nothing when they have been there."""
    async with serving(settings) as service:
        headers = await service.sign_in("admin")
        before = (await service.client.get("/users", headers=headers)).json()
    async with serving(settings) as service:
        answer = await service.client.get("/users", headers=headers)
        assert answer.status_code == 200
        assert answer.json() == before


async def test_the_tables_are_those_of_the_migrations(service):
    """Nothing in the code lacks a migration, and the other way round."""
    from warehouse.migrations.apply import differences

    assert await differences(service.database.engine) == []


async def test_migrations_go_back_and_forth(service):
    """Down to nothing and up again."""
    from warehouse.migrations.apply import differences, downgrade, upgrade

    await downgrade(service.database.engine)
    assert await differences(service.database.engine) != []
    await upgrade(service.database.engine)
    assert await differences(service.database.engine) == []


async def test_production_insists_on_tls(database_url, tmp_path):
    """Browsers are told to come over TLS only."""
    async with serving(settings_for(database_url, tmp_path, environment="production")) as service:
        assert "strict-transport-security" in (await service.client.get("/livez")).headers


async def test_only_trusted_proxies_say_where_a_request_comes_from(database_url, tmp_path):
    """What a client writes into X-Forwarded-For is not believed."""
    forwarded = {"X-Forwarded-For": "1.1.1.1, 198.51.100.9"}
    forged = {"X-Forwarded-For": "1.1.1.1, \xfcnknown"}
    for proxies, expected in ((0, "203.0.113.7"), (1, "198.51.100.9"), (3, "203.0.113.7")):
        async with serving(settings_for(database_url, tmp_path, trusted_proxies=proxies)) as service:
            headers = await service.sign_in("admin")
            await service.client.put(
                "/admin/feature-flags/flag", json={"enabled": True}, headers={**headers, **forwarded}
            )
            events = (await service.client.get("/admin/audit-events", headers=headers)).json()["items"]
            assert events[0]["remote_address"] == expected
            raw = {name: value.encode("latin-1") for name, value in {**headers, **forged}.items()}
            assert (await service.client.get("/me", headers=raw)).status_code == 200


async def test_proxies_may_add_lines(database_url, tmp_path):
    """Some proxies add a second X-Forwarded-For of their own: the last address counts all the same."""
    async with serving(settings_for(database_url, tmp_path, trusted_proxies=1)) as service:
        signed = await service.sign_in("admin")
        lines = [*signed.items(), ("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-For", "198.51.100.9")]
        await service.client.put("/admin/feature-flags/flag", json={"enabled": True}, headers=lines)
        events = (await service.client.get("/admin/audit-events", headers=signed)).json()["items"]
        assert events[0]["remote_address"] == "198.51.100.9"


async def test_head_is_not_described(service):
    """405 without a body."""
    answer = await service.client.head("/locations", headers=await service.sign_in())
    assert answer.status_code == 405
    assert answer.content == b""
    assert isinstance(answer, httpx2.Response)
