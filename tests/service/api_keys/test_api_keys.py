"""Keys for partner systems."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert

from warehouse.api_keys.tables import ApiKeyRow
from warehouse.platform.ids import new_id


async def create(service, headers, **changes):
    body = {"name": "Web shop", "scopes": ["items:read"], **changes}
    return await service.client.post("/api-keys", json=body, headers=headers)


async def test_the_secret_is_shown_once_and_works(service):
    """The key acts for the account in its scopes."""
    headers = await service.sign_in()
    answer = await create(service, headers, scopes=["items:read", "stock:write"])
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    created = answer.json()
    assert created["id"] == created["key"]["id"]
    assert created["secret"].startswith(created["key"]["prefix"])
    key = {"X-API-Key": created["secret"]}
    assert (await service.client.get("/items", headers=key)).status_code == 200
    assert (await service.client.get("/reports", headers=key)).status_code == 403
    listed = (await service.client.get("/api-keys", headers=headers)).json()["items"]
    assert [each["id"] for each in listed] == [created["id"]]
    assert created["secret"] not in str(listed)


async def test_the_secret_is_not_kept(service):
    """The database holds a digest."""
    created = (await create(service, await service.sign_in())).json()
    async with service.scope() as scope:
        row = await scope.session.get(ApiKeyRow, UUID(created["id"]))
        assert created["secret"] not in str(vars(row))


async def test_use_is_noted_to_the_minute(service):
    """`last_used_at` is null before the first use."""
    headers = await service.sign_in()
    created = (await create(service, headers)).json()
    assert created["key"]["last_used_at"] is None
    await service.client.get("/items", headers={"X-API-Key": created["secret"]})
    listed = (await service.client.get("/api-keys", headers=headers)).json()["items"]
    assert listed[0]["last_used_at"] == "2026-11-20T09:30:00Z"


async def test_a_key_ends(service):
    """Behind `expires_at` the key is unknown."""
    created = (await create(service, await service.sign_in(), expires_at="2026-11-20T10:30:00+00:30")).json()
    key = {"X-API-Key": created["secret"]}
    assert created["key"]["expires_at"] == "2026-11-20T10:00:00Z"
    assert (await service.client.get("/items", headers=key)).status_code == 200
    service.clock.advance(timedelta(minutes=30))
    assert (await service.client.get("/items", headers=key)).status_code == 401


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"])
async def test_moments_beyond_the_calendar_are_taken_to_its_edge(service, moment):
    """A time that has no place in UTC is no reason to break."""
    answer = await create(service, await service.sign_in(), expires_at=moment)
    assert answer.status_code == 201
    assert answer.json()["key"]["expires_at"][:4] in ("9999", "0001")


async def test_a_revoked_key_stops_and_disappears(service):
    """Revoking it twice finds nothing any more."""
    headers = await service.sign_in()
    created = (await create(service, headers)).json()
    path = f"/api-keys/{created['id']}"
    assert (await service.client.delete(path, headers=headers)).status_code == 204
    assert (await service.client.get("/items", headers={"X-API-Key": created["secret"]})).status_code == 401
    assert (await service.client.get("/api-keys", headers=headers)).json()["items"] == []
    assert (await service.client.delete(path, headers=headers)).status_code == 404


async def test_keys_of_others_are_out_of_sight(service):
    """Neither listed nor revoked."""
    created = (await create(service, await service.sign_in("member"))).json()
    other = await service.sign_in("manager")
    assert (await service.client.get("/api-keys", headers=other)).json()["items"] == []
    assert (await service.client.delete(f"/api-keys/{created['id']}", headers=other)).status_code == 404


async def test_nobody_gives_what_they_lack(service):
    """A narrowed token cannot make a key with more scopes than it has."""
    headers = await service.sign_in(scopes="api-keys:manage items:read")
    answer = await create(service, headers, scopes=["items:read", "items:write"])
    assert answer.status_code == 403
    assert answer.json()["required_scopes"] == ["items:write"]


async def test_an_account_holds_a_thousand_keys(service):
    """The next one is refused with the limit."""
    headers = await service.sign_in()
    user = (await service.client.get("/me", headers=headers)).json()
    async with service.scope() as scope:
        now = scope.clock.now()
        rows = [
            {
                "id": new_id(),
                "user_id": UUID(user["id"]),
                "name": "x",
                "prefix": "wh_x",
                "digest": str(number),
                "scopes": [],
                "expires_at": None,
                "last_used_at": None,
                "revoked_at": None,
                "created_at": now,
            }
            for number in range(1000)
        ]
        await scope.session.execute(insert(ApiKeyRow), rows)
    answer = await create(service, headers)
    assert answer.status_code == 409
    assert answer.json()["limit"] == 1000


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"scopes": []},
        {"scopes": ["items:read", "items:read"]},
        {"scopes": ["admin"]},
        {"expires_at": "tomorrow"},
        {"expires_at": "2026-02-30T00:00:00Z"},
        {"secret": "mine"},
    ],
)
async def test_absurd_keys_are_refused(service, changes):
    """What breaks the schema is told by place."""
    answer = await create(service, await service.sign_in(), **changes)
    assert answer.status_code == 422


async def test_keys_do_not_manage_keys(service):
    """Only people make keys: an API key is no credential here."""
    key = await service.api_key("items:read")
    assert (await service.client.get("/api-keys", headers=key)).status_code == 401


@pytest.mark.parametrize("secret", ["", "wh_unknown", "\xe4" * 30])
async def test_unknown_keys_are_refused(service, secret):
    """401 tells how to sign in."""
    answer = await service.client.get("/items", headers={"X-API-Key": secret.encode("latin-1")})
    assert answer.status_code == 401
    assert "ApiKey" in answer.headers["www-authenticate"]
