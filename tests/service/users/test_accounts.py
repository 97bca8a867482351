"""Accounts: registering, one's own account, and what administrators do."""

import pytest

PASSWORD = "correct horse battery"
PATCH = {"Content-Type": "application/merge-patch+json"}


def registration(email="ada@example.com", **changes):
    return {"email": email, "password": PASSWORD, "display_name": "Ada Lovelace", **changes}


async def register(service, *arguments, **changes):
    return await service.client.post("/users", json=registration(*arguments, **changes))


async def patch(service, path, body, headers):
    return await service.client.patch(path, json=body, headers={**headers, **PATCH})


async def test_anybody_can_register(service):
    """A new account is an active member and can sign in."""
    answer = await register(service, locale="de-CH")
    assert answer.status_code == 201
    user = answer.json()
    assert answer.headers["location"] == f"/users/{user['id']}"
    assert (user["role"], user["locale"], user["is_active"]) == ("member", "de-CH", True)
    assert "password" not in user
    form = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD}
    assert (await service.client.post("/auth/token", data=form)).status_code == 200


async def test_an_address_belongs_to_one_account(service):
    """The address is taken in any case of letters."""
    assert (await register(service)).status_code == 201
    answer = await register(service, "ADA@example.com")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/email-taken")
    assert "request_id" in answer.json()


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "no address"},
        {"password": "too short"},
        {"password": "x" * 129},
        {"display_name": ""},
        {"display_name": "bell\u0007"},
        {"locale": "klingon"},
        {"role": "admin"},
        {"email": 7},
    ],
)
async def test_absurd_registrations_are_refused(service, changes):
    """What breaks the schema is told by place, an unknown member as well."""
    answer = await service.client.post("/users", json={**registration(), **changes})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["source"] == "body"


async def test_a_password_of_any_characters_works(service):
    """Passwords are bounded by length alone."""
    password = "\u0000 \U0001f511 пароль ключ"
    assert (await register(service, password=password)).status_code == 201
    form = {"grant_type": "password", "username": "ada@example.com", "password": password}
    assert (await service.client.post("/auth/token", data=form)).status_code == 200


async def test_people_change_their_own_account(service):
    """Members that are left out stay, null clears the locale."""
    headers = await service.sign_in()
    changed = await patch(service, "/me", {"display_name": "Ada King", "locale": "en"}, headers)
    assert (changed.json()["display_name"], changed.json()["locale"]) == ("Ada King", "en")
    cleared = await patch(service, "/me", {"locale": None}, headers)
    assert (cleared.json()["display_name"], cleared.json()["locale"]) == ("Ada King", None)
    assert (await patch(service, "/me", {}, headers)).json() == cleared.json()


async def test_people_cannot_change_their_role(service):
    """The role is not theirs to give."""
    answer = await patch(service, "/me", {"role": "admin"}, await service.sign_in())
    assert answer.status_code == 422


async def test_changing_the_password_stops_refresh_tokens(service):
    """Refresh tokens end, the access token runs out by itself, the new password is in force."""
    pair = await service.tokens()
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    body = {"current_password": PASSWORD, "new_password": "staple horse battery"}
    assert (await service.client.put("/me/password", json=body, headers=headers)).status_code == 204
    refreshing = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
    assert (await service.client.post("/auth/token/refresh", data=refreshing)).status_code == 400
    assert (await service.client.get("/me", headers=headers)).status_code == 200
    form = {"grant_type": "password", "username": await service.account(), "password": "staple horse battery"}
    assert (await service.client.post("/auth/token", data=form)).status_code == 200


async def test_the_current_password_is_asked_for(service):
    """A stolen access token is not enough to take the account."""
    body = {"current_password": "wrong", "new_password": "staple horse battery"}
    answer = await service.client.put("/me/password", json=body, headers=await service.sign_in())
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/wrong-password")


async def test_administrators_list_accounts_page_by_page(service):
    """Newest first, nothing twice, nothing left out."""
    headers = await service.sign_in("admin")
    for number in range(5):
        await register(service, f"ada{number}@example.com")
    seen, cursor = [], None
    while True:
        query = {"limit": 2} if cursor is None else {"limit": 2, "cursor": cursor}
        page = (await service.client.get("/users", params=query, headers=headers)).json()
        assert len(page["items"]) <= 2
        seen += [user["email"] for user in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7
    assert {f"ada{number}@example.com" for number in range(5)} < set(seen)


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("PATCH", ""), ("POST", "/deactivation")])
@pytest.mark.parametrize("role", ["member", "manager", None])
async def test_only_administrators_see_others(service, method, path, role):
    """Members and managers get 403, visitors 401."""
    user = (await register(service)).json()
    headers = {} if role is None else await service.sign_in(role)
    content = b'{"role": "admin"}' if method == "PATCH" else None
    answer = await service.client.request(
        method, f"/users/{user['id']}{path}", content=content, headers={**headers, **(PATCH if content else {})}
    )
    assert answer.status_code == (401 if role is None else 403)


async def test_administrators_promote_and_demote(service):
    """A change of role is in force for tokens that exist already."""
    user = (await register(service)).json()
    form = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD}
    admin = await service.sign_in("admin")
    promoted = await patch(service, f"/users/{user['id']}", {"role": "manager"}, admin)
    assert promoted.json()["role"] == "manager"
    token = (await service.client.post("/auth/token", data=form)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await service.client.get("/billing/invoices", headers=headers)).status_code == 200
    await patch(service, f"/users/{user['id']}", {"role": "member"}, admin)
    assert (await service.client.get("/billing/invoices", headers=headers)).status_code == 403


async def test_administrators_cannot_lock_themselves_out(service):
    """Own role and own account are protected; the own name is not."""
    headers = await service.sign_in("admin")
    me = (await service.client.get("/me", headers=headers)).json()
    path = f"/users/{me['id']}"
    for answer in (
        await patch(service, path, {"role": "member"}, headers),
        await service.client.post(f"{path}/deactivation", headers=headers),
    ):
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("/own-account-protected")
    assert (await patch(service, path, {"role": "admin", "display_name": "Boss"}, headers)).status_code == 200


async def test_a_closed_account_is_locked_out_at_once(service):
    """Sessions, API keys and the password all end; closing twice changes nothing."""
    pair, key = await service.tokens(), await service.api_key("items:read")
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    me = (await service.client.get("/me", headers=headers)).json()
    admin = await service.sign_in("admin")
    for _ in range(2):
        closed = await service.client.post(f"/users/{me['id']}/deactivation", headers=admin)
        assert closed.status_code == 200
        assert closed.json()["is_active"] is False
    assert (await service.client.get("/me", headers=headers)).status_code == 401
    assert (await service.client.get("/items", headers=key)).status_code == 401
    refreshing = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
    assert (await service.client.post("/auth/token/refresh", data=refreshing)).status_code == 400
    form = {"grant_type": "password", "username": await service.account(), "password": PASSWORD}
    assert (await service.client.post("/auth/token", data=form)).status_code == 400
    assert (await service.client.get(f"/users/{me['id']}", headers=admin)).json()["is_active"] is False


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_an_unknown_account_is_not_found(service, method):
    """404 names what was looked for."""
    headers = {**await service.sign_in("admin"), **PATCH}
    path = "/users/018f9c1e-7a50-7c3e-9d35-0c1f3a2b4c5d"
    answer = await service.client.request(method, path, headers=headers, content=b"{}" if method == "PATCH" else None)
    assert answer.status_code == 404
    assert answer.json()["resource"] == "user"


async def test_an_id_that_is_none_breaks_the_schema(service):
    """422 with the parameter's name."""
    answer = await service.client.get("/users/7", headers=await service.sign_in("admin"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/user_id"


async def test_what_happens_to_accounts_is_on_record(service):
    """Registering, changing and closing are in the audit trail, with who did it."""
    admin = await service.sign_in("admin")
    admin_id = (await service.client.get("/me", headers=admin)).json()["id"]
    user = (await register(service)).json()
    await patch(service, f"/users/{user['id']}", {"role": "manager"}, admin)
    await service.client.post(f"/users/{user['id']}/deactivation", headers=admin)
    events = (await service.client.get("/admin/audit-events", headers=admin)).json()["items"]
    about = {event["action"]: event for event in events if event["subject"] == user["id"]}
    assert set(about) == {"user.registered", "user.updated", "user.deactivated"}
    assert about["user.registered"]["actor_id"] == user["id"]
    assert about["user.deactivated"]["actor_id"] == admin_id
    assert about["user.updated"]["details"] == {"changed": "role"}
    assert about["user.updated"]["remote_address"] == "203.0.113.7"
