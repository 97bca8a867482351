"""Writes tables as PDF (ISO 32000-1): A4, standard fonts, compressed pages, the same bytes for the same table.

The standard fonts hold the characters of Windows-1252. Any other is written as its code point (`U+4E2D`), and a note on
the last page says so: a reader is never shown a silent gap.
"""

import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice

from warehouse.reports.content import Column, ReportTable

_WIDTH, _HEIGHT, _MARGIN = 595, 842, 42
"""A4 and its margin in points."""
_SIZE, _LEADING = 8.5, 13.0
_TOP = _HEIGHT - _MARGIN - 52
_ROWS_PER_PAGE = int((_TOP - _MARGIN - 26) // _LEADING)
_GAP = 8.0
_NOTE = "Characters that the font lacks are shown as U+ and their code point; the CSV form holds them as they are."

# Helvetica, in thousandths of the size, from the space to the tilde (Adobe font metrics).
_ASCII_WIDTHS = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
_WIDTHS = {chr(32 + place): int(width) for place, width in enumerate(_ASCII_WIDTHS.split())}
_OTHER_WIDTH = 1000
"""For characters whose width is not in the table: too wide rather than too narrow, so that columns never overlap."""


def write(table: ReportTable, *, created_at: datetime) -> bytes:
    """Return the PDF document of a table."""
    pages = [*_batches(table.rows, _ROWS_PER_PAGE)] or [[]]
    widths = _column_widths(table)
    lossy = any(not _expressible(cell) for row in table.rows for cell in row)
    notes = [*table.notes, *([_NOTE] if lossy else [])]
    contents = [
        _page(table, rows, widths, number=number, of=len(pages), notes=notes if number == len(pages) else ())
        for number, rows in enumerate(pages, start=1)
    ]
    return _document(contents, title=table.title, created_at=created_at)


def text_width(text: str, size: float) -> float:
    """Return how wide a text in Helvetica is, in points; an upper bound for characters beyond Latin letters."""
    return sum(_char_width(char) for char in text) * size / 1000


def fitted(text: str, width: float, size: float) -> str:
    """Return a text cut to a width in points, with an ellipsis where it was cut."""
    if text_width(text, size) <= width:
        return text
    end = len(text)
    while end and text_width(text[:end] + "…", size) > width:
        end -= 1
    return text[:end] + "…"


def encoded(text: str) -> bytes:
    """Return a text as a PDF string in Windows-1252, with code points for what that lacks."""
    shown = "".join(char if _expressible(char) else f"U+{ord(char):04X}" for char in text)
    raw = shown.encode("cp1252")
    return b"(" + raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


def _expressible(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return text.isprintable()


def _char_width(char: str) -> int:
    known = _WIDTHS.get(char) or _WIDTHS.get(unicodedata.normalize("NFD", char)[0])
    if known is not None:
        return known
    return _OTHER_WIDTH if _expressible(char) else sum(_WIDTHS[part] for part in f"U+{ord(char):04X}")


def _column_widths(table: ReportTable) -> Sequence[float]:
    """Share the width of the page: each column gets its weight's part."""
    whole = _WIDTH - 2 * _MARGIN - _GAP * (len(table.columns) - 1)
    weight = sum(column.weight for column in table.columns)
    return [whole * column.weight / weight for column in table.columns]


def _page(
    table: ReportTable,
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    number: int,
    of: int,
    notes: Sequence[str],
) -> bytes:
    parts = [
        _text(_MARGIN, _HEIGHT - _MARGIN - 14, table.title, font="F2", size=14),
        _text(_MARGIN, _HEIGHT - _MARGIN - 29, fitted(table.subtitle, _WIDTH - 2 * _MARGIN, _SIZE)),
        *_row(table.columns, [column.name for column in table.columns], widths, _TOP, font="F2"),
        f"0.5 w {_MARGIN} {_TOP - 4:.1f} m {_WIDTH - _MARGIN} {_TOP - 4:.1f} l S".encode(),
    ]
    height = _TOP - 2.0
    for row in rows:
        height -= _LEADING
        parts += _row(table.columns, row, widths, height)
    footer = " ".join(notes)
    parts.append(_text(_MARGIN, _MARGIN, fitted(footer, _WIDTH - 2 * _MARGIN - 80, 7), size=7))
    page = f"page {number} of {of}"
    parts.append(_text(_WIDTH - _MARGIN - text_width(page, 7), _MARGIN, page, size=7))
    return b"\n".join(parts)


def _row(
    columns: Sequence[Column], cells: Sequence[str], widths: Sequence[float], height: float, *, font: str = "F1"
) -> list[bytes]:
    left, parts = float(_MARGIN), []
    size = _SIZE * 0.9 if font == "F2" else _SIZE  # bold is wider than the table of widths says
    for column, cell, width in zip(columns, cells, widths, strict=True):
        text = fitted(cell, width, _SIZE)
        start = left + width - text_width(text, _SIZE) if column.is_number else left
        parts.append(_text(start, height, text, font=font, size=size))
        left += width + _GAP
    return parts


def _text(left: float, height: float, text: str, *, font: str = "F1", size: float = _SIZE) -> bytes:
    return f"BT /{font} {size:g} Tf {left:.1f} {height:.1f} Td ".encode() + encoded(text) + b" Tj ET"


def _document(contents: Sequence[bytes], *, title: str, created_at: datetime) -> bytes:
    """Put the pages together: catalogue, page tree, two fonts and the information, then two objects for each page."""
    page_ids = [6 + 2 * place for place in range(len(contents))]
    kids = " ".join(f"{page_id} 0 R" for page_id in page_ids)
    moment = created_at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ").encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(contents)} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        b"<< /Title " + encoded(title) + b" /Producer (warehouse) /CreationDate (" + moment + b") >>",
    ]
    for page_id, content in zip(page_ids, contents, strict=True):
        objects += _page_objects(page_id, content)
    return _file(objects)


def _page_objects(page_id: int, content: bytes) -> list[bytes]:
    packed = zlib.compress(content)
    page = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Contents {page_id + 1} 0 R "
        "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
    )
    head = f"<< /Length {len(packed)} /Filter /FlateDecode >>".encode()
    return [page.encode(), head + b"\nstream\n" + packed + b"\nendstream"]


def _file(objects: Sequence[bytes]) -> bytes:
    """Number the objects from 1 and write them with their cross-reference table."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def _batches(rows: Iterable[Sequence[str]], size: int) -> Iterable[list[Sequence[str]]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch
