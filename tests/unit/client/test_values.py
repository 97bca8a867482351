"""Values between Python and JSON."""

import copy
import datetime as dt
import pickle
import uuid

import pytest

from tallystick.generate.runtime.client.values import (
    NOT_GIVEN,
    Unknown,
    Variant,
    by_tag,
    choose,
    first_readable,
    read_date,
    read_datetime,
    to_json,
    write_datetime,
)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05+02:00",
        "2026-01-02T03:04:05.120Z",
        "2026-01-02T03:04:05.123456789Z",
        "2016-12-31T23:59:60Z",
        "2026-01-02t03:04:05z",
        "2026-01-02T03:04:05-00:00",
    ],
)
def test_a_time_is_written_back_letter_by_letter(text):
    """Whatever RFC 3339 allows comes back as it was read, although datetime holds less."""
    value = read_datetime(text)
    assert isinstance(value, dt.datetime)
    assert write_datetime(value) == text
    assert write_datetime(pickle.loads(pickle.dumps(value))) == text


@pytest.mark.parametrize("text", ["yesterday", "", "2026-13-01T00:00:00Z"])
def test_what_is_no_time_is_refused(text):
    """A text that names no time raises ValueError."""
    with pytest.raises(ValueError, match=r"."):
        read_datetime(text)


def test_only_full_dates_are_dates():
    """Other spellings of a day, which Python accepts, are not RFC 3339."""
    assert read_date("2026-01-31") == dt.date(2026, 1, 31)
    with pytest.raises(ValueError, match="not a full-date"):
        read_date("20260131")


def test_a_time_without_offset_is_refused():
    """A naive time has no RFC 3339 text; the message says how to get an offset."""
    with pytest.raises(ValueError, match="needs an offset"):
        to_json(dt.datetime(2026, 1, 1))  # noqa: DTZ001 # the subject


def test_json_values_of_python_values():
    """Times, ids, sets and nested values become JSON; what is not given disappears."""
    value = {
        "at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        "id": uuid.UUID(int=5),
        "none": None,
        "gone": NOT_GIVEN,
        "all": (1, 2),
    }
    assert to_json(value) == {
        "at": "2026-01-01T00:00:00Z",
        "id": "00000000-0000-0000-0000-000000000005",
        "none": None,
        "all": [1, 2],
    }


def test_values_without_a_json_form_are_refused():
    """Bytes in a JSON body are a mistake, and the message names their type."""
    with pytest.raises(TypeError, match="bytes has no JSON form"):
        to_json(b"x")


def test_not_given_is_false_and_single():
    """NOT_GIVEN reads as absent, prints its name, and survives copying."""
    assert not NOT_GIVEN
    assert repr(NOT_GIVEN) == "NOT_GIVEN"
    assert copy.deepcopy(NOT_GIVEN) is NOT_GIVEN
    assert pickle.loads(pickle.dumps(NOT_GIVEN)) is NOT_GIVEN


CAT = Variant(lambda data: ("cat", data), frozenset({"kind"}), frozenset({"kind", "lives"}), {"kind": ("c",)})
DOG = Variant(lambda data: ("dog", data), frozenset({"kind"}), frozenset({"kind", "tricks"}), {"kind": ("d",)})


def test_a_union_chooses_by_constants():
    """Of two variants of one shape, the constant decides."""
    assert choose({"kind": "d"}, [CAT, DOG])[0] == "dog"


def test_a_union_chooses_the_closest_shape():
    """Without constants, the variant that knows more of the properties is taken."""
    small = Variant(lambda _: "small", frozenset({"a"}), frozenset({"a"}))
    large = Variant(lambda _: "large", frozenset({"a"}), frozenset({"a", "b"}))
    assert choose({"a": 1, "b": 2}, [small, large]) == "large"
    assert choose({"a": 1}, [small, large]) == "small"


def test_a_union_looks_inside():
    """Of two variants of one shape, the one that can read what is inside is taken."""
    numbers = Variant(lambda data: [int(one) for one in data["a"]], frozenset({"a"}), frozenset({"a"}))
    texts = Variant(lambda data: [one.upper() for one in data["a"]], frozenset({"a"}), frozenset({"a"}))
    assert choose({"a": ["x"]}, [numbers, texts]) == ["X"]
    assert choose({"a": [1]}, [texts, numbers]) == [1]


def test_an_object_of_tomorrow_is_kept():
    """An object that fits no variant is Unknown, and written back unchanged."""
    value = choose({"kind": "x", "new": 1}, [CAT, DOG])
    assert value == Unknown({"kind": "x", "new": 1})
    assert to_json(value) == {"kind": "x", "new": 1}


def test_a_discriminator_decides_alone():
    """The tag chooses the reader; an unknown tag, or none, gives Unknown."""
    readers = {"c": lambda _: "cat"}
    assert by_tag({"kind": "c"}, "kind", readers) == "cat"
    assert by_tag({"kind": "z"}, "kind", readers) == Unknown({"kind": "z"})
    assert by_tag({}, "kind", readers) == Unknown({})


def test_the_first_reader_that_can_reads():
    """Lists of several kinds are tried in order; what nobody reads is kept."""
    assert first_readable("2026-01-31", [read_datetime, read_date]) == dt.datetime(2026, 1, 31)  # noqa: DTZ001 # first reader
    assert first_readable("x", [read_date]) == "x"
