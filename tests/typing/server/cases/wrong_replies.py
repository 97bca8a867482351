"""Replies are made in wrong ways: another type of header, no status of a range, a raw object, another media type."""

from desk import models
from desk.replies import GetLoan200Csv, GetLoan200Json, Lend4XX, Lend201, Lend202, LendReply


def make(loan: models.Loan) -> None:
    Lend201(loan, location=5)  # mypy: "location" to "Lend201" has incompatible type "int" # pyright: cannot be assigned to parameter "location"
    Lend201(loan, "/loans/1")  # mypy: Too many positional arguments for "Lend201" # pyright: Expected 1 positional argument
    Lend201(location="/loans/1")  # mypy: Missing positional argument "body" # pyright: Argument missing for parameter "body"
    Lend201({"reader": "ada"}, location="/")  # mypy: incompatible type "dict[str, str]"; expected "Loan" # pyright: cannot be assigned to parameter "body"
    Lend201(loan, location="/", etag="1")  # mypy: Unexpected keyword argument "etag" for "Lend201" # pyright: No parameter named "etag"
    Lend202(loan)  # mypy: Too many arguments for "Lend202" # pyright: Expected 0 positional arguments
    Lend4XX(loan)  # mypy: Missing named argument "status" for "Lend4XX" # pyright: Argument missing for parameter "status"
    GetLoan200Csv(loan)  # mypy: has incompatible type "Loan"; expected "str | bytes | # pyright: cannot be assigned to parameter "body"
    made = GetLoan200Json(loan, age="old")  # mypy: incompatible type "str"; expected "int | None" # pyright: cannot be assigned to parameter "age"
    made.body = loan  # mypy: Property "body" defined in "GetLoan200Json" is read-only # pyright: Attribute "body" is read-only


def answer(choice: int, loan: models.Loan) -> LendReply:
    if choice == 1:
        return {"reader": "ada"}  # mypy: expected "Lend201 | Lend202 | Lend4XX" # pyright: "dict[str, str]" is not assignable to return type "LendReply"
    if choice == 2:
        return GetLoan200Json(loan)  # mypy: (got "GetLoan200Json", expected "Lend201 # pyright: is not assignable to return type "LendReply"
    if choice == 3:
        return None  # mypy: Incompatible return value type (got "None" # pyright: is not assignable to return type "LendReply"
    return loan  # mypy: Incompatible return value type (got "Loan" # pyright: is not assignable to return type "LendReply"
