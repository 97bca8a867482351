"""What the server emits has a body of another type, or none."""

from desk import models, webhooks


def emit(loan: models.Loan) -> None:
    webhooks.loan_overdue()  # mypy: Missing named argument "body" for "loan_overdue" # pyright: Argument missing for parameter "body"
    webhooks.loan_overdue(body="late")  # mypy: incompatible type "str"; expected "Loan" # pyright: cannot be assigned to parameter "body"
    webhooks.loan_overdue(loan)  # mypy: Too many positional arguments for "loan_overdue" # pyright: Expected 0 positional arguments
