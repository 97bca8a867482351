"""JSON values of bodies: judged by their schema, then made into the handler's types."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from .conversion import converter
from .explanations import explainer
from .lexical import with_whole_numbers
from .parameter_values import TOO_AMBIGUOUS, Faults
from .problems import Detail
from .readings import Node, NotAccepted, accepted
from .schemas import Schemas, Validator, details, place_within, pointer
from .shapes import Shape

__all__ = ["BodyValue"]


class BodyValue:
    """A JSON value accepted by a schema, as a Python value."""

    def __init__(self, path: tuple[str, ...], kind: Any, schemas: Schemas) -> None:
        self.validator: Validator = schemas.validator(*path)
        self._accepts = self.validator.is_valid
        self._explain = explainer(schemas, *path)
        self._convert = None if kind is Any else converter(kind)

    def read(self, value: Any, where: str = "") -> Any:
        """The value, or the ``Faults``: raising them for every refused body would cost more than finding them."""
        if self._accepts(value):
            return self.convert(value, where)
        return Faults(*(details(self.validator, value, where=where) if where else self._explain(value)))

    def accepted(self, node: Node, shape: Shape) -> Any:
        """The JSON value of what texts stand for.

        Raises:
            Faults: the schema accepts none of the values that they may stand for.
        """
        try:
            return accepted(node, shape, self._accepts)
        except NotAccepted as error:
            told = [Detail("body", "", TOO_AMBIGUOUS)] if error.gave_up else details(self.validator, error.closest)
            raise Faults(*told) from None

    def convert(self, value: Any, where: str = "") -> Any:
        """The Python value of an accepted one.

        Raises:
            Faults: Python cannot hold it.
        """
        if self._convert is None:
            return value
        try:
            return self._convert(value)
        except ValidationError:
            pass
        try:
            return self._convert(with_whole_numbers(value))
        except ValidationError as error:
            raise Faults(*_unheld(error, value, where)) from None


def _unheld(error: ValidationError, value: Any, where: str) -> list[Detail]:
    """Values that the schema accepts and Python cannot hold, such as the 31st of June in year 0."""
    return [
        Detail("body", where + pointer(place_within(value, each["loc"])), f"cannot be held: {each['msg']}")
        for each in error.errors()
    ]
