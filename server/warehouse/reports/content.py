"""What a report says, as a table of text that can be written in any format."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in the header line, its share of a printed page, and whether it is aligned as a number."""

    name: str
    weight: float
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """A report. `notes` stand at its end in print; CSV, meant for programs, goes without them."""

    title: str
    subtitle: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


def write_csv(table: ReportTable) -> bytes:
    """Return the table as CSV (RFC 4180) in UTF-8 with a header line."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows(table.rows)
    return out.getvalue().encode()
