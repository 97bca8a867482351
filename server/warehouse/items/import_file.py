"""Reads a CSV file of items, line by line; says of each faulty line what is wrong with it."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from warehouse.items.draft import ItemDraft

HEADER = ("sku", "name", "category", "price", "currency", "tags")
CATEGORIES = ("raw_material", "component", "finished_good", "packaging", "spare_part")
MOST_TAGS = 20
SKU = re.compile(r"[A-Z0-9][A-Z0-9-]{0,31}")
NAME = re.compile(r"[^\x00-\x1f\x7f]{1,120}")
PRICE = re.compile(r"(0|[1-9][0-9]{0,12})[.][0-9]{2}")
CURRENCY = re.compile(r"[A-Z]{3}")
TAG = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_SHOWN = 40
"""How many characters of a faulty value a message quotes."""


@dataclass(frozen=True, slots=True)
class FaultyLine:
    """A line that cannot be imported. `line` counts from 1, the header being line 1."""

    line: int
    detail: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A line that can be imported."""

    line: int
    draft: ItemDraft


class UnreadableFileError(Exception):
    """The file as a whole cannot be imported; holds the line at which reading ended and why."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(detail)
        self.fault = FaultyLine(line, detail)


def read(content: bytes) -> Iterator[ItemLine | FaultyLine]:
    """Yield every line behind the header; empty lines are passed over.

    Raises UnreadableFileError if the file is not UTF-8 or lacks the header.
    """
    records = _records(_text(content))
    first = next(records, None)
    if first is None or isinstance(first, FaultyLine) or tuple(first[1]) != HEADER:
        raise UnreadableFileError(1, f"The first line must be {','.join(HEADER)}.")
    for record in records:
        if isinstance(record, FaultyLine):
            yield record
        elif record[1]:
            yield _judged(*record)


def _text(content: bytes) -> str:
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFileError(line, "The file is not UTF-8.") from None


def _records(text: str) -> Iterator[tuple[int, Sequence[str]] | FaultyLine]:
    """Yield the fields of each record and the line at which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield FaultyLine(line, f"This is not CSV: {error}.")
        else:
            yield line, fields


def _judged(line: int, fields: Sequence[str]) -> ItemLine | FaultyLine:
    if len(fields) != len(HEADER):
        return FaultyLine(line, f"There are {len(fields)} fields instead of {len(HEADER)}.")
    values = dict(zip(HEADER, fields, strict=True))
    tags = values["tags"].split()
    fault = _fault(values) or _fault_of_tags(tags)
    if fault is not None:
        return FaultyLine(line, fault)
    draft = ItemDraft(
        sku=values["sku"],
        name=values["name"],
        category=values["category"],
        price=Decimal(values["price"]),
        currency=values["currency"],
        tags=tags,
    )
    return ItemLine(line, draft)


def _fault(values: Mapping[str, str]) -> str | None:
    if not SKU.fullmatch(values["sku"]):
        return f"The SKU {shown(values['sku'])} is not 1 to 32 capitals, digits or hyphens."
    if not NAME.fullmatch(values["name"]):
        return f"The name {shown(values['name'])} is not 1 to 120 printable characters."
    if values["category"] not in CATEGORIES:
        return f"The category {shown(values['category'])} is none of {', '.join(CATEGORIES)}."
    if not PRICE.fullmatch(values["price"]):
        return f"The price {shown(values['price'])} is not an amount with two places such as 12.50."
    if not CURRENCY.fullmatch(values["currency"]):
        return f"The currency {shown(values['currency'])} is not a code of three capitals such as EUR."
    return None


def _fault_of_tags(tags: Sequence[str]) -> str | None:
    if len(tags) > MOST_TAGS:
        return f"There are {len(tags)} tags, more than {MOST_TAGS}."
    for tag in tags:
        if not TAG.fullmatch(tag):
            return f"The tag {shown(tag)} is not 1 to 32 small letters, digits or hyphens."
    if len(set(tags)) < len(tags):
        return "A tag is named twice."
    return None


def shown(value: str) -> str:
    """Return the beginning of a value in quotes, with control characters written as escapes."""
    beginning = value if len(value) <= _SHOWN else value[:_SHOWN] + "…"
    return '"' + "".join(char if char.isprintable() else ascii(char)[1:-1] for char in beginning) + '"'
