"""What an invoice charges."""

from decimal import Decimal

from warehouse.billing.charges import Charge, compose

FEE = Charge("Plan Team, December 2026", Decimal("49.00"))


def test_the_fee_stands_alone():
    """Without changes an invoice has one line."""
    assert compose(FEE, []) == ([FEE], Decimal("0.00"))


def test_an_upgrade_is_a_line_of_its_own():
    """A positive difference is added."""
    more = Charge("Change from Starter to Team on 2026-11-20", Decimal("14.67"))
    assert compose(FEE, [more]) == ([FEE, more], Decimal("0.00"))


def test_a_credit_is_taken_off_and_said():
    """A negative difference makes the next line smaller, in words too."""
    lines, left = compose(FEE, [Charge("Change from Business to Team", Decimal("-10.00"))])
    assert lines == [Charge("Plan Team, December 2026, less a credit of 10.00", Decimal("39.00"))]
    assert left == 0


def test_a_credit_larger_than_the_invoice_waits():
    """No line becomes negative; what is left is for the next invoice."""
    lines, left = compose(FEE, [Charge("Change", Decimal("-60.00")), Charge("Extra", Decimal("5.00"))])
    assert [line.amount for line in lines] == [Decimal("0.00"), Decimal("0.00")]
    assert left == Decimal("-6.00")


def test_nothing_to_charge_makes_no_lines():
    """A free month with a credit only keeps the credit."""
    assert compose(None, [Charge("Change", Decimal("-1.00"))]) == ([], Decimal("-1.00"))
