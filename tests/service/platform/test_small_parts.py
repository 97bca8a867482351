"""The pure parts of the platform."""

import asyncio
import io
import json
import logging
import random
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from pydantic import SecretStr, ValidationError
from sqlalchemy.exc import DBAPIError

from warehouse.platform import passwords
from warehouse.platform.clock import FixedClock, utc
from warehouse.platform.database import Cents, UtcDateTime
from warehouse.platform.identity import KEY_SCOPES, ROLES, scopes_of
from warehouse.platform.ids import new_id
from warehouse.platform.logs import RequestLine, configure_logs, hide_secrets
from warehouse.platform.metrics import Metrics
from warehouse.platform.outages import Overloaded, is_outage
from warehouse.platform.passwords import Passwords
from warehouse.platform.quotas import LocalWindows, Quota, duration
from warehouse.platform.secret_file import read_or_make_secret
from warehouse.platform.settings import Settings
from warehouse.platform.tokens import AccessToken, AccessTokens, new_secret

SECRET = SecretStr("s" * 32)


def settings(**values):
    return Settings(_env_file=None, **values)


@pytest.mark.parametrize(
    ("text", "seconds"), [("PT1M", 60), ("PT24H", 86400), ("P1D", 86400), ("P1DT1H1M1S", 90061), ("PT0S", 0)]
)
def test_durations_are_read(text, seconds):
    """Days, hours, minutes and seconds of ISO 8601."""
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "P", "PT", "1M", "P1Y", "P1W", "PT1.5S", "-PT1S"])
def test_other_durations_are_refused(text):
    """What has no fixed length, or is nothing."""
    with pytest.raises(ValueError, match="no duration such as PT1M"):
        duration(text)


def test_ids_sort_by_time():
    """Version 7: later ones are greater, all are different."""
    ids = [new_id(milliseconds) for milliseconds in range(100)]
    assert ids == sorted(ids)
    assert {each.version for each in ids} == {7}
    assert len({new_id(0) for _ in range(1000)}) == 1000


def test_moments_without_a_zone_are_refused():
    """They would mean another moment on another machine."""
    with pytest.raises(ValueError, match="no time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), type("D", (), {"name": "sqlite"}))  # noqa: DTZ001


def test_moments_outside_the_calendar_come_to_its_edge():
    """Year 1 and year 9999 have neighbours in other zones only."""
    west, east = timezone(timedelta(hours=-12)), timezone(timedelta(hours=12))
    assert utc(datetime(9999, 12, 31, 23, tzinfo=west)) == datetime.max.replace(tzinfo=UTC)
    assert utc(datetime(1, 1, 1, tzinfo=east)) == datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize("amount", ["0.00", "0.01", "9999999999999.99"])
def test_amounts_keep_every_digit(amount):
    """As hundredths and back."""
    kept = Cents().process_bind_param(Decimal(amount), None)
    assert str(Cents().process_result_value(kept, None)) == amount


def test_amounts_with_three_places_are_refused():
    """Nothing is rounded in silence."""
    with pytest.raises(ValueError, match="more than two decimal places"):
        Cents().process_bind_param(Decimal("0.001"), None)


def test_roles_build_on_each_other():
    """As the description's table says; keys carry what members may do."""
    assert ROLES["member"] < ROLES["manager"] < ROLES["admin"]
    assert ROLES["member"] > KEY_SCOPES
    assert scopes_of("intern") == frozenset()


def test_roles_and_scopes_are_those_of_the_contract():
    """What a role may do names scopes that the contract knows, and all of them."""
    from warehouse.contract import models

    assert ROLES["admin"] == {scope.value for scope in models.Scope}
    assert {scope.value for scope in models.ApiKeyScope} == KEY_SCOPES
    assert set(ROLES) == {role.value for role in models.Role}


def test_production_asks_for_its_secrets():
    """The message names the setting."""
    with pytest.raises(ValidationError, match="WAREHOUSE_SECRET_KEY must be set"):
        settings(environment="production")


def test_a_short_key_is_refused():
    """At least 32 characters."""
    with pytest.raises(ValidationError, match="at least 32 characters"):
        settings(secret_key=SecretStr("short"))


def test_production_makes_no_administrator_by_itself():
    """No password, no account: nothing can be guessed."""
    assert settings(environment="production", secret_key=SECRET).admin_password.get_secret_value() == ""


def test_development_keeps_its_key(tmp_path):
    """Tokens outlive a restart; nobody else can read the file."""
    first = settings(data_directory=tmp_path / "data").secret_key
    assert settings(data_directory=tmp_path / "data").secret_key == first
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o077 == 0
    assert read_or_make_secret(tmp_path / "other") != first.get_secret_value()


def test_settings_come_from_the_environment(monkeypatch):
    """Mappings as JSON."""
    monkeypatch.setenv("WAREHOUSE_RATE_LIMITS", '{"default": 7}')
    monkeypatch.setenv("WAREHOUSE_SECRET_KEY", "s" * 32)
    assert settings().rate_limits == {"default": 7}


def test_secrets_do_not_reach_the_log():
    """Keys that sound like a secret lose their value."""
    event = hide_secrets(None, "info", {"event": "x", "new_password": "p", "Authorization": "Bearer a", "size": 1})
    assert event == {"event": "x", "new_password": "[hidden]", "Authorization": "[hidden]", "size": 1}


def test_new_secrets_are_letters_and_digits():
    """They fit the contract's patterns, and are never the same."""
    secrets = {new_secret("wh_", 24) for _ in range(100)}
    assert len(secrets) == 100
    assert all(secret[3:].isalnum() and secret.isascii() and len(secret) >= 30 for secret in secrets)


async def test_passwords_of_another_cost_are_hashed_again():
    """A raised cost reaches accounts as they sign in."""
    cheap, dear = (Passwords(memory_kib=8, passes=passes, threads=1) for passes in (1, 2))
    kept = await cheap.hash("secret")
    assert await cheap.verify("secret", kept) == (True, None)
    right, renewed = await dear.verify("secret", kept)
    assert right
    assert renewed is not None
    assert await dear.verify("secret", renewed) == (True, None)
    assert await dear.verify("wrong", kept) == (False, None)
    assert await dear.verify("secret", None) == (False, None)
    cheap.close()
    dear.close()


def test_an_access_token_says_what_it_was_given():
    """And nothing once it has ended, even if it was read before."""
    clock = FixedClock(datetime(2026, 11, 20, tzinfo=UTC))
    tokens = AccessTokens("s" * 32, clock, timedelta(minutes=15))
    token = AccessToken(new_id(), new_id(), frozenset({"profile"}))
    text = tokens.issue(token)
    assert tokens.read(text) == token
    clock.advance(timedelta(minutes=15))
    assert tokens.read(text) is None


def database_error(**attributes):
    """An error as SQLAlchemy raises it, caused by a driver's error with these attributes."""
    cause = Exception("driver")
    vars(cause).update(attributes)
    return DBAPIError("SELECT 1", {}, cause)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (database_error(sqlite_errorname="SQLITE_BUSY"), True),
        (database_error(sqlite_errorname="SQLITE_IOERR_WRITE"), True),
        (database_error(sqlite_errorname="SQLITE_ERROR"), False),
        (database_error(sqlstate="55P03"), True),
        (database_error(sqlstate="53300"), True),
        (database_error(sqlstate="42P01"), False),
        (database_error(), False),
        (DBAPIError("SELECT 1", {}, ConnectionResetError()), True),
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (Overloaded(), True),
        (KeyError(), False),
    ],
)
def test_only_what_passes_by_itself_is_an_outage(error, expected):
    """A missing table is our mistake, a lock is not."""
    assert is_outage(error) is expected


async def test_the_queue_for_passwords_is_bounded(monkeypatch):
    """Beyond it people are asked to come back, instead of waiting for minutes."""
    monkeypatch.setattr(passwords, "_QUEUE", 2)
    checker = Passwords(memory_kib=8, passes=1, threads=1)
    results = await asyncio.gather(*(checker.hash("x") for _ in range(5)), return_exceptions=True)
    assert [isinstance(result, Overloaded) for result in results] == [False, False, True, True, True]
    assert isinstance(await checker.hash("x"), str)
    checker.close()


async def test_quotas_of_one_process_are_those_of_the_library(monkeypatch):
    """Over many windows, idle ones among them: requests are allowed or refused as the library does."""
    now = 1_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    chance = random.Random(7)
    library, item = SlidingWindowCounterRateLimiter(MemoryStorage()), RateLimitItemPerSecond(5, 60, "default")
    local = LocalWindows(Quota("default", 5, 60, by_address=False))
    outcomes = set()
    for _ in range(600):
        now += chance.choice((0.0, 1.7, 9.0, 31.0, 200.0))
        who = chance.choice(("ada", "bob"))
        is_allowed = await library.hit(item, who)
        remaining = (await library.get_window_stats(item, who)).remaining
        spent = local.spend(who, now)
        assert (spent.is_allowed, spent.remaining) == (is_allowed, remaining)
        assert 1 <= spent.seconds <= 60
        outcomes.add(is_allowed)
    assert outcomes == {True, False}


@pytest.fixture
def root_logger():
    """The root logger, as it was afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def request_line(**values):
    return RequestLine(
        **{
            "request_id": "7" * 32, "method": "GET", "path": "/items", "operation": "listItems", "status": 200,
            "bytes": 5, "milliseconds": 1.25, "caller": None, "address": "127.0.0.1", **values,
        }
    )  # fmt: skip


def test_the_line_about_a_request_is_the_same_on_both_ways(root_logger, monkeypatch):
    """It has the same members whether it is written directly or, as others listen too, like any other line."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stdout", written)
    configure_logs("json", "info")
    request_line().write()
    root_logger.addHandler(logging.NullHandler())
    request_line().write()
    direct, usual = map(json.loads, written.getvalue().splitlines())
    assert direct.keys() - usual.keys() == {"request_id"}  # which the usual way takes from the request's context
    for name in direct.keys() & usual.keys() - {"timestamp"}:
        assert direct[name] == usual[name]
    assert direct["timestamp"].endswith("Z")


def test_the_line_about_a_request_obeys_the_level(root_logger, monkeypatch):
    """Where only warnings are wanted, there is none."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stdout", written)
    configure_logs("json", "warning")
    request_line().write()
    assert not written.getvalue()
    assert root_logger.level == logging.WARNING


def test_requests_are_shown_as_the_library_shows_its_own_numbers():
    """Counts and times have the text that counters and histograms of the library would have, but for their birth."""
    registry, metrics = CollectorRegistry(), Metrics()
    count = Counter("http_requests", "Answered requests.", ("operation", "status"), registry=registry)
    time = Histogram(
        "http_request_duration_seconds", "Time from the first to the last byte.", ("operation",), registry=registry
    )
    answers = (("getItem", 200, 0.001), ("getItem", 200, 0.005), ("getItem", 404, 0.3), ("-", 0, 99))
    for operation, status, seconds in answers:
        metrics.answered(operation, status, seconds)
        count.labels(operation, str(status)).inc()
        time.labels(operation).observe(seconds)
    expected = {line for line in generate_latest(registry).decode().splitlines() if "_created" not in line}
    assert expected <= set(metrics.text().decode().splitlines())
