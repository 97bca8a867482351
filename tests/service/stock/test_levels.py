"""The arithmetic of stock."""

import pytest

from warehouse.stock.levels import MOST_PIECES, OverflowingStockError, Shortage, after, runs_low


def test_pieces_are_added_and_taken():
    """A place may be emptied to the last piece."""
    assert after(3, 5) == 8
    assert after(3, -3) == 0


def test_a_shortage_tells_what_is_there():
    """Taking more than there is names both quantities."""
    with pytest.raises(Shortage) as caught:
        after(3, -5)
    assert (caught.value.available, caught.value.requested) == (3, 5)


def test_a_quantity_beyond_the_contract_is_refused():
    """No sum may become larger than the contract can express."""
    assert after(MOST_PIECES - 1, 1) == MOST_PIECES
    with pytest.raises(OverflowingStockError):
        after(MOST_PIECES, 1)


@pytest.mark.parametrize(
    ("before", "now", "reorder_point", "low"),
    [
        (101, 100, 100, True),
        (101, 0, 100, True),
        (100, 99, 100, False),
        (102, 101, 100, False),
        (100, 200, 100, False),
        (1, 0, 0, True),
        (5, 0, None, False),
        (0, 0, 0, False),
    ],
)
def test_low_means_falling_to_the_reorder_point(before, now, reorder_point, low):
    """Only the step from above the point to it or below counts, so it is told once."""
    assert runs_low(before=before, now=now, reorder_point=reorder_point) is low
