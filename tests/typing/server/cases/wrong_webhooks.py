"""What the server emits has a body of another type, or none, or lacks a parameter; headers may be added later."""

from desk import models, webhooks


def emit(loan: models.Loan) -> None:
    webhooks.loan_overdue(days=1)  # mypy: Missing named argument "body" for "loan_overdue" # pyright: Argument missing for parameter "body"
    webhooks.loan_overdue(body="late", days=1)  # mypy: incompatible type "str"; expected "Loan" # pyright: cannot be assigned to parameter "body"
    webhooks.loan_overdue(loan, days=1)  # mypy: Too many positional arguments for "loan_overdue" # pyright: Expected 0 positional arguments
    webhooks.loan_overdue(body=loan)  # mypy: Missing named argument "days" for "loan_overdue" # pyright: Argument missing for parameter "days"
    webhooks.loan_overdue(body=loan, days="1")  # mypy: incompatible type "str"; expected "int" # pyright: cannot be assigned to parameter "days"
