"""A problem is given a member that it does not have."""

from shelf import problems


def refuse() -> None:
    raise problems.NotFound("There is none.", colour="red")  # mypy: Unexpected keyword argument "colour" # pyright: No parameter named "colour"
