"""Signing in, staying signed in, signing out."""

from datetime import timedelta

import jwt
import pytest

FORM = {"grant_type": "password", "username": "root@example.com", "password": "correct horse battery"}


async def post(service, path, **form):
    return await service.client.post(path, data=form)


async def test_signing_in_gives_all_scopes_of_the_role(service):
    """Without `scope` the token carries what the role allows, and the answer must not be stored."""
    answer = await post(service, "/auth/token", **FORM)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    pair = answer.json()
    assert pair["token_type"] == "Bearer"
    assert pair["expires_in"] == 900
    assert {"admin", "users:admin", "profile", "billing:write"} <= set(pair["scope"].split())


async def test_a_token_can_be_narrowed(service):
    """A token with fewer scopes is refused where it lacks one."""
    headers = await service.sign_in("admin", "profile items:read")
    assert (await service.client.get("/items", headers=headers)).status_code == 200
    refused = await service.client.get("/users", headers=headers)
    assert refused.status_code == 403
    assert refused.json()["required_scopes"] == ["users:admin"]


@pytest.mark.parametrize("role", ["member", "manager"])
async def test_scopes_beyond_the_role_are_refused(service, role):
    """Nobody gets a scope that the role lacks."""
    form = {**FORM, "username": await service.account(role), "scope": "profile admin"}
    answer = await post(service, "/auth/token", **form)
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["type"].endswith("/token-refused")
    assert problem["error"] == "invalid_scope"
    assert "admin" in problem["detail"]


@pytest.mark.parametrize(
    "change", [{"password": "wrong"}, {"username": "nobody@example.com"}], ids=["password", "address"]
)
async def test_a_wrong_password_and_an_unknown_address_look_alike(service, change):
    """The answer does not tell whether the account exists."""
    answer = await post(service, "/auth/token", **{**FORM, **change})
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"
    assert answer.json()["detail"] == "E-mail address or password is wrong."


async def test_the_address_is_found_in_any_case(service):
    """Upper and lower case of an e-mail address do not matter."""
    assert (await post(service, "/auth/token", **{**FORM, "username": "ROOT@Example.com"})).status_code == 200


async def test_signing_in_is_noted(service):
    """The account tells when a token was last created."""
    headers = await service.sign_in()
    account = (await service.client.get("/me", headers=headers)).json()
    assert account["last_sign_in_at"] == "2026-11-20T09:30:00Z"


async def test_an_access_token_ends(service):
    """After 15 minutes the token is refused with a challenge."""
    headers = await service.sign_in()
    service.clock.advance(timedelta(minutes=14, seconds=59))
    assert (await service.client.get("/me", headers=headers)).status_code == 200
    service.clock.advance(timedelta(seconds=1))
    refused = await service.client.get("/me", headers=headers)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert refused.json()["type"].endswith("/unauthenticated")


async def test_a_refresh_token_works_once(service):
    """Refresh tokens rotate: the new one works, the old one ends the whole session."""
    first = await service.tokens()
    second = (await post(service, "/auth/token/refresh", **refreshing(first))).json()
    assert second["refresh_token"] != first["refresh_token"]
    stolen = await post(service, "/auth/token/refresh", **refreshing(first))
    assert stolen.status_code == 400
    assert stolen.json()["error"] == "invalid_grant"
    assert (await post(service, "/auth/token/refresh", **refreshing(second))).status_code == 400
    headers = {"Authorization": f"Bearer {second['access_token']}"}
    assert (await service.client.get("/me", headers=headers)).status_code == 401


async def test_a_refreshed_token_may_be_narrower_but_never_wider(service):
    """`scope` picks from what the session was granted."""
    pair = await service.tokens(scopes="profile items:read")
    narrower = await post(service, "/auth/token/refresh", **refreshing(pair), scope="profile")
    assert narrower.json()["scope"] == "profile"
    wider = await post(service, "/auth/token/refresh", **refreshing(narrower.json()), scope="profile items:write")
    assert wider.status_code == 400
    assert wider.json()["error"] == "invalid_scope"


async def test_a_refused_scope_does_not_spend_the_refresh_token(service):
    """A refused exchange changes nothing."""
    pair = await service.tokens(scopes="profile")
    assert (await post(service, "/auth/token/refresh", **refreshing(pair), scope="admin")).status_code == 400
    assert (await post(service, "/auth/token/refresh", **refreshing(pair))).status_code == 200


async def test_a_refresh_token_ends(service):
    """After 30 days the refresh token is refused."""
    pair = await service.tokens()
    service.clock.advance(timedelta(days=30))
    assert (await post(service, "/auth/token/refresh", **refreshing(pair))).status_code == 400


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_either_token_ends_the_session(service, kind):
    """Revoking one token of a session ends the other one too."""
    pair = await service.tokens()
    assert (await post(service, "/auth/token/revocation", token=pair[kind])).status_code == 204
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    assert (await service.client.get("/me", headers=headers)).status_code == 401
    assert (await post(service, "/auth/token/refresh", **refreshing(pair))).status_code == 400


async def test_revoking_what_is_no_token_says_nothing(service):
    """Nothing can be learnt by guessing (RFC 7009)."""
    assert (await post(service, "/auth/token/revocation", token="x" * 20)).status_code == 204


async def test_forged_tokens_are_refused(service):
    """Another key, another algorithm, another type: each is no token of ours."""
    access = (await service.tokens())["access_token"]
    claims = jwt.decode(access, options={"verify_signature": False})
    key = "k" * 32
    forgeries = [
        jwt.encode(claims, key, "HS256", headers={"typ": "at+jwt"}),
        jwt.encode(claims, "", "none", headers={"typ": "at+jwt"}),
        access[:-4] + "AAAA",
        "not.a.token",
        "",
    ]
    for forgery in forgeries:
        answer = await service.client.get("/me", headers={"Authorization": f"Bearer {forgery}"})
        assert answer.status_code == 401, forgery


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 422),
        ({**FORM, "grant_type": "client_credentials"}, 422),
        ({**FORM, "client_id": "x"}, 422),
        ({**FORM, "scope": "a  b"}, 422),
        ({**FORM, "password": "x" * 129}, 422),
    ],
)
async def test_absurd_forms_are_refused(service, form, status):
    """What breaks the schema is told by place."""
    answer = await post(service, "/auth/token", **form)
    assert answer.status_code == status
    assert answer.json()["errors"]


async def test_a_repeated_field_cannot_be_read(service):
    """Two passwords are none."""
    answer = await service.client.post(
        "/auth/token",
        content="grant_type=password&username=root%40example.com&password=a&password=b",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 400


async def test_json_is_no_form(service):
    """OAuth 2.0 wants a form."""
    answer = await service.client.post("/auth/token", json=FORM)
    assert answer.status_code == 415
    assert answer.json()["supported"] == ["application/x-www-form-urlencoded"]


async def test_sessions_that_are_over_are_removed(service):
    """Housekeeping forgets a session a day after its last refresh token has ended."""
    from sqlalchemy import func, select

    from warehouse.auth.housekeeping import tidy
    from warehouse.auth.tables import RefreshTokenRow, SessionRow

    await service.tokens()
    service.clock.advance(timedelta(days=31, seconds=1))
    await service.tokens()
    async with service.scope() as scope:
        await tidy(scope)
        assert (await scope.session.scalars(select(func.count()).select_from(SessionRow))).one() == 1
        assert (await scope.session.scalars(select(func.count()).select_from(RefreshTokenRow))).one() == 1


def refreshing(pair):
    return {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
