"""The audit trail and feature flags."""

from datetime import timedelta

import pytest

from warehouse.admin import flags
from warehouse.platform.housekeeping import AUDIT_KEPT, tidy_platform


async def set_flag(service, headers, key="new-screen", **state):
    return await service.client.put(f"/admin/feature-flags/{key}", json={"enabled": True, **state}, headers=headers)


async def test_a_flag_is_created_and_replaced(service):
    """Setting it replaces the whole state."""
    headers = await service.sign_in("admin")
    me = (await service.client.get("/me", headers=headers)).json()["id"]
    first = (await set_flag(service, headers, rollout_percent=25, description="The screen of 2026")).json()
    assert (first["rollout_percent"], first["description"], first["updated_by"]) == (25, "The screen of 2026", me)
    second = (await set_flag(service, headers, enabled=False)).json()
    assert (second["enabled"], second["rollout_percent"], second["description"]) == (False, 100, None)
    listed = (await service.client.get("/admin/feature-flags", headers=headers)).json()
    assert listed == {"items": [second], "next_cursor": None}


async def test_a_flag_is_on_for_its_share_of_accounts(service):
    """The share is about right, grows without taking the feature from anybody, and is another one for another flag."""
    headers = await service.sign_in("admin")
    subjects = [str(number) for number in range(400)]

    async def chosen(key):
        async with service.scope() as scope:
            return {subject for subject in subjects if await flags.is_enabled(scope, key, subject)}

    await set_flag(service, headers, rollout_percent=25)
    quarter = await chosen("new-screen")
    assert 60 < len(quarter) < 140
    await set_flag(service, headers, rollout_percent=50)
    assert quarter < await chosen("new-screen")
    await set_flag(service, headers, "other", rollout_percent=25)
    assert await chosen("other") != quarter
    await set_flag(service, headers, rollout_percent=0)
    assert await chosen("new-screen") == set()


async def test_a_flag_never_set_is_off(service):
    """Unknown flags do not break anything."""
    async with service.scope() as scope:
        assert not await flags.is_enabled(scope, "unknown", "anybody")


async def test_flags_are_listed_by_key(service):
    """Page by page."""
    headers = await service.sign_in("admin")
    for key in ("c", "a", "b"):
        await set_flag(service, headers, key)
    first = (await service.client.get("/admin/feature-flags", params={"limit": 2}, headers=headers)).json()
    cursor = first["next_cursor"]
    rest = (await service.client.get("/admin/feature-flags", params={"cursor": cursor}, headers=headers)).json()
    assert [flag["key"] for flag in (*first["items"], *rest["items"])] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "state", [{"enabled": "yes"}, {"rollout_percent": 101}, {"rollout_percent": 0.5}, {"description": ""}, {"on": True}]
)
async def test_absurd_flags_are_refused(service, state):
    """What breaks the schema is told by place."""
    assert (await set_flag(service, await service.sign_in("admin"), **state)).status_code == 422


@pytest.mark.parametrize("path", ["/admin/audit-events", "/admin/feature-flags"])
@pytest.mark.parametrize("role", ["member", "manager"])
async def test_only_administrators_may(service, path, role):
    """Everybody else gets 403."""
    assert (await service.client.get(path, headers=await service.sign_in(role))).status_code == 403


async def test_events_are_filtered_by_actor_and_action(service):
    """Both filters together."""
    headers = await service.sign_in("admin")
    me = (await service.client.get("/me", headers=headers)).json()["id"]
    await set_flag(service, headers)
    await service.api_key("items:read")

    async def listed(**query):
        return (await service.client.get("/admin/audit-events", params=query, headers=headers)).json()["items"]

    assert {event["action"] for event in await listed(actor_id=me)} == {"user.registered", "feature_flag.set"}
    assert [event["subject"] for event in await listed(actor_id=me, actions="feature_flag.set")] == ["new-screen"]
    both = await listed(actions=["feature_flag.set", "api_key.created"])
    assert [event["action"] for event in both] == ["api_key.created", "feature_flag.set"]
    assert await listed(actions="nothing.happened") == []


async def test_a_cursor_belongs_to_its_filters(service):
    """With other filters it is refused."""
    headers = await service.sign_in("admin")
    for number in range(3):
        await set_flag(service, headers, f"flag-{number}")
    query = {"actions": "feature_flag.set", "limit": 1}
    cursor = (await service.client.get("/admin/audit-events", params=query, headers=headers)).json()["next_cursor"]
    same = await service.client.get("/admin/audit-events", params={**query, "cursor": cursor}, headers=headers)
    assert same.status_code == 200
    other = await service.client.get("/admin/audit-events", params={"cursor": cursor}, headers=headers)
    assert other.status_code == 400
    assert other.json()["type"].endswith("/invalid-cursor")


async def test_events_are_kept_for_a_year(service):
    """Housekeeping removes older ones."""
    headers = await service.sign_in("admin")
    await set_flag(service, headers)
    service.clock.advance(AUDIT_KEPT + timedelta(seconds=1))
    async with service.scope() as scope:
        await tidy_platform(scope)
    listed = await service.client.get("/admin/audit-events", headers=await service.sign_in("admin"))
    assert listed.json()["items"] == []
