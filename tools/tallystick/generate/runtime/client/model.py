"""What every model has: unknown properties are kept, and the way back to JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from .values import NOT_GIVEN, to_json

if TYPE_CHECKING:
    from .reply import ReplyInfo


class Model:
    """An object of the contract.

    Attributes are the properties of the object; a property that is not there is ``NOT_GIVEN``, a JSON ``null`` is
    ``None``. ``additional_properties`` keeps what the contract does not name, so that reading and writing back loses
    nothing.
    """

    __slots__ = ("_reply",)
    _reply: ReplyInfo
    _names: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Attribute and property name, in the order of the contract."""
    additional_properties: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: times as text, properties that are not given left out, additional ones included."""
        result: dict[str, Any] = {}
        for attribute, name in self._names:
            value = getattr(self, attribute)
            if value is not NOT_GIVEN:
                result[name] = to_json(value)
        if self.additional_properties:
            result.update((name, to_json(value)) for name, value in self.additional_properties.items())
        return result


def reply_info(value: object) -> ReplyInfo | None:
    """Status, headers, request id and ETag of the reply that a model came in; None for a model made by hand."""
    return getattr(value, "_reply", None)


def etag_text(value: object) -> str:
    """The entity tag for ``If-Match`` and ``If-None-Match``: text as it is, or the ETag a model was read with.

    Raises:
        ValueError: the model did not come from a reply with an ``ETag`` header.
    """
    if isinstance(value, str):
        return value
    info = reply_info(value)
    tag = info.etag if info else None
    if tag is None:
        raise ValueError("this object has no ETag: pass the text of the tag, or an object read from the server")
    return tag


def etag_of(value: object) -> str | None:
    """The ETag that an object was read with; None when there was none."""
    info = reply_info(value)
    return info.etag if info else None
