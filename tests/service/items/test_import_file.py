"""Reading a CSV file of items."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from warehouse.items import import_file
from warehouse.items.import_file import FaultyLine, ItemLine, UnreadableFileError, read

HEADER = "sku,name,category,price,currency,tags\n"
SPEC = Path(__file__).parents[3] / "spec" / "schemas"


def lines(text):
    return list(read((HEADER + text).encode()))


def faults(text):
    return [(line.line, line.detail) for line in lines(text) if isinstance(line, FaultyLine)]


def test_a_line_becomes_an_item():
    """Every column is read, tags separated by spaces."""
    (line,) = lines("SKU-1,Hex bolt M8,component,0.35,EUR,metal  small\n")
    assert isinstance(line, ItemLine)
    assert line.line == 2
    assert (line.draft.sku, line.draft.name, line.draft.price) == ("SKU-1", "Hex bolt M8", Decimal("0.35"))
    assert (line.draft.currency, list(line.draft.tags)) == ("EUR", ["metal", "small"])


def test_quotes_line_ends_and_a_byte_order_mark_are_understood():
    """Files of spreadsheet programs are read as they are."""
    content = b"\xef\xbb\xbf" + HEADER.replace("\n", "\r\n").encode() + b'"A","say ""hi"", ok",component,1.00,EUR,\r\n'
    (line,) = read(content)
    assert line.draft.name == 'say "hi", ok'
    assert line.draft.tags == []


def test_empty_lines_are_passed_over():
    """They are neither items nor faults, but they count as lines."""
    assert faults("\n\nX,,component,1.00,EUR,\n") == [(4, 'The name "" is not 1 to 120 printable characters.')]


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ("a,N,component,1.00,EUR,", 'The SKU "a" is not 1 to 32 capitals, digits or hyphens.'),
        (
            "A,N,toy,1.00,EUR,",
            'The category "toy" is none of raw_material, component, finished_good, packaging, spare_part.',
        ),
        ('A,N,component,"0,35",EUR,', 'The price "0,35" is not an amount with two places such as 12.50.'),
        ("A,N,component,1e3,EUR,", 'The price "1e3" is not an amount with two places such as 12.50.'),
        ("A,N,component,-1.00,EUR,", 'The price "-1.00" is not an amount with two places such as 12.50.'),
        ("A,N,component,1.00,eur,", 'The currency "eur" is not a code of three capitals such as EUR.'),
        ("A,N,component,1.00,EUR,Metal", 'The tag "Metal" is not 1 to 32 small letters, digits or hyphens.'),
        ("A,N,component,1.00,EUR,a b a", "A tag is named twice."),
        ("A,N,component,1.00,EUR," + " ".join(map(str, range(21))), "There are 21 tags, more than 20."),
        ("A,N,component", "There are 3 fields instead of 6."),
        ("A,N\x07,component,1.00,EUR,", 'The name "N\\x07" is not 1 to 120 printable characters.'),
        ("A," + "x" * 121 + ",component,1.00,EUR,", f'The name "{"x" * 40}…" is not 1 to 120 printable characters.'),
    ],
)
def test_a_faulty_line_is_told_what_is_wrong(line, detail):
    """Each fault has its line and words that say what to mend."""
    assert faults(line + "\n") == [(2, detail)]


def test_lines_behind_a_faulty_one_are_still_read():
    """One fault costs one line."""
    read_lines = lines("bad\nA,N,component,1.00,EUR,\n")
    assert [type(line) for line in read_lines] == [FaultyLine, ItemLine]


def test_broken_quotes_are_a_fault_and_not_the_end():
    """What is no CSV at all is told with its line."""
    found = faults('A,"N"x,component,1.00,EUR,\nB,N,component,1.00,EUR,\n')
    assert [line for line, _ in found] == [2]
    assert found[0][1].startswith("This is not CSV: ")
    assert faults('A,"never closed') == [(2, "This is not CSV: unexpected end of data.")]


def test_every_message_fits_the_contract():
    """A message has at most 500 printable characters, whatever the file holds."""
    monster = "\x1b[31m" + "💥" * 5000
    for line in [f"{monster},N,component,1.00,EUR,", f"A,N,component,1.00,EUR,{monster}", "," * 70000]:
        for _, detail in faults(line + "\n"):
            assert 1 <= len(detail) <= 500
            assert detail.isprintable()


@pytest.mark.parametrize("content", [b"", b"\n", b"name,sku\n", b"SKU,NAME,CATEGORY,PRICE,CURRENCY,TAGS\n", b'"'])
def test_a_file_without_its_header_is_unreadable(content):
    """The header line is required as documented."""
    with pytest.raises(UnreadableFileError) as caught:
        list(read(content))
    assert caught.value.fault == FaultyLine(1, "The first line must be sku,name,category,price,currency,tags.")


def test_a_file_that_is_not_utf_8_is_unreadable():
    """The line of the first wrong byte is told."""
    with pytest.raises(UnreadableFileError) as caught:
        list(read(HEADER.encode() + b"A,N,component,1.00,EUR,\nB,\xff,component,1.00,EUR,\n"))
    assert caught.value.fault == FaultyLine(3, "The file is not UTF-8.")


def test_a_file_accepts_what_the_contract_accepts():
    """The rules of the file are those of the contract's schemas."""
    common = yaml.safe_load((SPEC / "common.yaml").read_text())
    item = yaml.safe_load((SPEC / "items.yaml").read_text())["ItemCreate"]["properties"]
    for rule, pattern in [
        (import_file.SKU, common["Sku"]["pattern"]),
        (import_file.TAG, common["Tag"]["pattern"]),
        (import_file.PRICE, common["DecimalAmount"]["pattern"]),
        (import_file.CURRENCY, common["CurrencyCode"]["pattern"]),
    ]:
        assert f"^{rule.pattern}$" == pattern
    assert import_file.NAME.pattern == item["name"]["pattern"].strip("^$").replace("*", "{1,120}")
    assert (item["name"]["minLength"], item["name"]["maxLength"]) == (1, 120)
    assert list(import_file.CATEGORIES) == item["category"]["enum"]
    assert item["tags"]["maxItems"] == import_file.MOST_TAGS
