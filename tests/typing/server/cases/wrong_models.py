"""Models are made in wrong ways: a field forgotten, unknown, null, of another type, or a text for an enum."""

from desk import models

OPEN = models.State.OPEN


def make() -> None:
    models.Loan(reader="ada")  # mypy: Missing named argument "state" for "Loan" # pyright: Argument missing for parameter "state"
    models.Loan(reader=None, state=OPEN)  # mypy: incompatible type "None"; expected "str" # pyright: cannot be assigned to parameter "reader"
    models.Loan(reader="ada", state="lost")  # mypy: incompatible type "str"; expected "State" # pyright: cannot be assigned to parameter "state"
    models.Loan(reader="ada", state=models.State.LOST)  # mypy: "type[State]" has no attribute "LOST" # pyright: Cannot access attribute "LOST"
    models.Loan(reader="ada", state=OPEN, colour="red")  # mypy: Unexpected keyword argument "colour" # pyright: No parameter named "colour"
    models.Loan(reader="ada", state=OPEN, due="today")  # mypy: incompatible type "str"; expected "date | None" # pyright: cannot be assigned to parameter "due"
    assert models.Loan(reader="ada", state=OPEN).copies + 1  # mypy: Unsupported operand types for + # pyright: Operator "+" not supported for "None"
