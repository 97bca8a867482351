"""When deliveries are tried again."""

from datetime import UTC, datetime, timedelta

from warehouse.webhooks.schedule import PATIENCE, RETRY_DELAYS, SPREAD, is_hopeless, next_attempt

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_pauses_grow():
    """Each pause is longer than the one before."""
    moments = [next_attempt(failed, now=NOW, spread=0) for failed in range(1, len(RETRY_DELAYS) + 1)]
    assert moments == sorted(moments)
    assert moments[0] == NOW + timedelta(seconds=5)


def test_the_last_attempt_lies_within_24_hours():
    """Even with the largest spread the attempts end a day after the event, as the contract promises."""
    moment = NOW
    for failed in range(1, len(RETRY_DELAYS) + 1):
        moment = next_attempt(failed, now=moment, spread=1)
    assert timedelta(hours=20) < moment - NOW <= timedelta(hours=24)


def test_after_the_last_pause_nothing_follows():
    """A delivery is given up once all pauses are used."""
    assert next_attempt(len(RETRY_DELAYS) + 1, now=NOW, spread=0) is None


def test_the_spread_only_lengthens():
    """A pause is longer by at most its share."""
    assert next_attempt(2, now=NOW, spread=1) == NOW + RETRY_DELAYS[1] * (1 + SPREAD)


def test_an_endpoint_is_given_up_after_five_days():
    """Five days without a success are enough, a second less is not."""
    assert is_hopeless(NOW - PATIENCE, now=NOW)
    assert not is_hopeless(NOW - PATIENCE + timedelta(seconds=1), now=NOW)
    assert timedelta(days=5) == PATIENCE
