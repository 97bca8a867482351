"""Writing tables as PDF and CSV."""

import re
import zlib
from datetime import UTC, datetime

import pytest

from warehouse.reports import pdf
from warehouse.reports.content import Column, ReportTable, write_csv

MADE = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def table(rows, **more):
    columns = [Column("sku", 2), Column("name", 4), Column("quantity", 1, is_number=True)]
    return ReportTable(title="Low stock", subtitle="All locations", columns=columns, rows=rows, **more)


def page_texts(document):
    """The text of each page, by unpacking its stream."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", document, re.DOTALL)
    return [zlib.decompress(stream).decode("cp1252") for stream in streams]


def test_the_cross_reference_table_points_at_every_object():
    """A reader finds each object at the offset that the table names, and the table at `startxref`."""
    document = pdf.write(table([["A", "Bolt", "1"]]), created_at=MADE)
    assert document.startswith(b"%PDF-1.7\n")
    assert document.endswith(b"%%EOF\n")
    start = int(re.search(rb"startxref\n(\d+)\n", document)[1])
    assert document[start:].startswith(b"xref\n")
    offsets = [int(offset) for offset in re.findall(rb"(\d{10}) 00000 n ", document)]
    assert offsets
    for number, offset in enumerate(offsets, start=1):
        assert document[offset:].startswith(f"{number} 0 obj\n".encode())


def test_stream_lengths_are_right():
    """Each stream is as long as its dictionary says."""
    document = pdf.write(table([["A", "Bolt", "1"]] * 200), created_at=MADE)
    found = re.findall(rb"/Length (\d+) /Filter /FlateDecode >>\nstream\n(.*?)\nendstream", document, re.DOTALL)
    assert found
    for length, stream in found:
        assert int(length) == len(stream)


def test_every_row_is_printed_once():
    """Rows go on over the pages, each page tells its number."""
    document = pdf.write(table([[f"SKU-{n}", "Bolt", str(n)] for n in range(130)]), created_at=MADE)
    pages = page_texts(document)
    printed = [sku for page in pages for sku in re.findall(r"\((SKU-\d+)\)", page)]
    assert printed == [f"SKU-{n}" for n in range(130)]
    assert [f"(page {n} of {len(pages)})" in page for n, page in enumerate(pages, start=1)] == [True] * len(pages)


def test_an_empty_report_has_a_page():
    """No rows still make a document with a header."""
    (page,) = page_texts(pdf.write(table([]), created_at=MADE))
    assert "(Low stock)" in page
    assert "(page 1 of 1)" in page


def test_brackets_and_backslashes_cannot_break_out_of_a_text():
    """What a name holds stays text."""
    (page,) = page_texts(pdf.write(table([["A", ") Tj ET q (\\", "1"]]), created_at=MADE))
    assert r"(\) Tj ET q \(\\)" in page


def test_letters_beyond_the_font_are_shown_as_code_points_and_noted():
    """Nothing vanishes: a note tells where the real characters are."""
    (page,) = page_texts(pdf.write(table([["A", "Größe € 中", "1"]]), created_at=MADE))
    assert "(Größe € U+4E2D)" in page
    assert "Characters that the font lacks" in page
    (plain,) = page_texts(pdf.write(table([["A", "Größe €", "1"]]), created_at=MADE))
    assert "Characters that the font lacks" not in plain


def test_the_same_table_gives_the_same_bytes():
    """A report can be made twice and its hash compared."""
    assert pdf.write(table([["A", "B", "1"]]), created_at=MADE) == pdf.write(table([["A", "B", "1"]]), created_at=MADE)


@pytest.mark.parametrize("text", ["x" * 500, "中" * 200, "W" * 80, ""])
def test_a_cut_text_fits(text):
    """No cell runs into its neighbour."""
    cut = pdf.fitted(text, 60, 8.5)
    assert pdf.text_width(cut, 8.5) <= 60
    assert cut == text or cut.endswith("…")


def test_csv_has_a_header_and_quotes():
    """CSV follows RFC 4180 and keeps every character."""
    assert write_csv(table([["A", 'say "hi", 中', "1"]])) == 'sku,name,quantity\r\nA,"say ""hi"", 中",1\r\n'.encode()
