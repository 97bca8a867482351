"""Signed cursors: what they carry, and what they refuse."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from warehouse.contract.problems import InvalidCursor
from warehouse.platform.clock import FixedClock
from warehouse.platform.pagination import Cursors

QUERY = {"list": "items", "tags": ["a"]}
POSITION = [datetime(2026, 11, 20, tzinfo=UTC), UUID(int=7), "Grüße", 3, True]


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 11, 20, tzinfo=UTC))


@pytest.fixture
def cursors(clock):
    return Cursors("s" * 32, clock, timedelta(hours=24))


def test_a_position_comes_back_as_it_was(cursors):
    """Moments, ids, texts and numbers keep their types."""
    assert cursors.read(cursors.write(QUERY, POSITION), QUERY) == POSITION


def test_a_cursor_fits_the_contract(cursors):
    """At most 512 characters of the ones allowed, even for long sort keys."""
    import re

    cursor = cursors.write(QUERY, ["\U0001f511" * 64, "A" * 32])
    assert re.fullmatch(r"[A-Za-z0-9._~-]{1,512}", cursor)


def test_a_cursor_belongs_to_its_query(cursors):
    """Another filter is another list."""
    cursor = cursors.write(QUERY, POSITION)
    with pytest.raises(InvalidCursor, match="other filters"):
        cursors.read(cursor, {**QUERY, "tags": ["b"]})


def test_the_order_of_filters_does_not_matter(cursors):
    """The query is compared as a whole."""
    cursor = cursors.write({"a": 1, "b": 2}, [1])
    assert cursors.read(cursor, {"b": 2, "a": 1}) == [1]


def test_a_cursor_ends(cursors, clock):
    """After a day it is too old."""
    cursor = cursors.write(QUERY, POSITION)
    clock.advance(timedelta(hours=24, seconds=1))
    with pytest.raises(InvalidCursor, match="too old"):
        cursors.read(cursor, QUERY)


@pytest.mark.parametrize("cursor", ["x", "....", "A" * 512, "AAAAAAAAAAAAAAAAAAAAAAAA", "~~~~", "-_-_"])
def test_invented_cursors_are_refused(cursors, cursor):
    """Nothing that was not signed here is looked into."""
    with pytest.raises(InvalidCursor, match="not one of ours"):
        cursors.read(cursor, QUERY)


def test_every_changed_character_is_noticed(cursors):
    """The signature covers all of it."""
    cursor = cursors.write(QUERY, POSITION)
    for place in range(len(cursor)):
        other = "A" if cursor[place] != "A" else "B"
        changed = cursor[:place] + other + cursor[place + 1 :]
        try:
            assert cursors.read(changed, QUERY) == POSITION  # spare bits at the end of the last character
            assert place == len(cursor) - 1
        except InvalidCursor:
            continue


def test_another_key_makes_other_cursors(cursors, clock):
    """A cursor of another installation is foreign."""
    foreign = Cursors("t" * 32, clock, timedelta(hours=24)).write(QUERY, POSITION)
    with pytest.raises(InvalidCursor):
        cursors.read(foreign, QUERY)
