"""A problem lacks a member or a header that the contract requires, or has one of another type."""

from datetime import date

from desk import problems


def refuse(choice: int) -> None:
    if choice == 1:
        raise problems.Returned(retry_after=5)  # mypy: Missing named argument "returned_on" for "Returned" # pyright: Argument missing for parameter "returned_on"
    if choice == 2:
        raise problems.Returned(returned_on=date(2026, 11, 20))  # mypy: Missing named argument "retry_after" # pyright: Argument missing for parameter "retry_after"
    if choice == 3:
        raise problems.Returned(returned_on="today", retry_after=5)  # mypy: incompatible type "str"; expected "date" # pyright: cannot be assigned to parameter "returned_on"
    raise problems.Vanished  # mypy: has no attribute "Vanished" # pyright: "Vanished" is not a known attribute of module
