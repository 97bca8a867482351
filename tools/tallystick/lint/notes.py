"""Codes that are no rules: what is wrong with a call, a file or the configuration, in a sentence or two each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["FAMILIES", "NOTES"]

NOTES: Final[Mapping[str, str]] = {
    "bad-merge": "A YAML merge key (`<<`) takes a map or a list of maps.",
    "base-unreadable": "The base of `--base` cannot be had: no such file, revision or repository.",
    "callback-nesting": "A callback of a callback is not read. | Describe the inner call as a webhook.",
    "complex-key": "A key of a YAML map is text, never a map, a list or an alias.",
    "config-missing-key": "A section of tally.toml lacks a key that it needs.",
    "config-syntax": "tally.toml is not TOML.",
    "config-unknown-key": "tally.toml has a key that nothing reads. | The message names the nearest known one.",
    "config-unreadable": "tally.toml cannot be read.",
    "config-value": "A value in tally.toml has the wrong type or names something that does not exist.",
    "empty": "The file is empty.",
    "encoding": "The file is not UTF-8 (or UTF-16 with a byte order mark).",
    "file-unreadable": "A file cannot be read.",
    "foreign-rule": "A setting of another linter has no equivalent here.",
    "ignore-expired": "An exception in the ignore file has passed its end date, so its finding is back.",
    "ignore-invalid": "The ignore file is wrong. | An entry has rule, file, pointer, reason and, if it ends, expires.",
    "ignore-stale": "An exception in the ignore file matches nothing now. | `tally lint --update-ignore` removes it.",
    "internal-error": "A fault of tally itself. | TALLY_TRACEBACK=1 shows where it happened; please report it.",
    "key-too-long": "A key is longer than any name needs to be.",
    "not-openapi": "The file is no OpenAPI 3.0, 3.1 or 3.2 description.",
    "output-unwritable": "The output cannot be written where it should go.",
    "recursive-alias": "A YAML alias stands inside its own anchor.",
    "several-documents": "A description is one YAML document.",
    "syntax": "The file is neither YAML nor JSON.",
    "too-deep": "The file nests deeper than any description needs to. | The limit stops hostile files.",
    "too-large": "The file, or what its aliases expand to, is too large. | Split the description by `$ref`.",
    "too-many-files": "The description refers to more files than any needs to.",
    "unknown-alias": "A YAML alias has no anchor before it.",
    "unknown-tag": "A YAML tag other than the standard ones is refused.",
    "usage": "The call is wrong. | `tally COMMAND --help` lists what can be said.",
    "values-unchecked": "Examples and defaults could not be checked, because a schema cannot be compiled.",
    "validator": "openapi-spec-validator, the second opinion, refuses something that our own rules did not.",
}
"""A sentence, and behind `` | `` what to do or why."""

FAMILIES: Final[Mapping[str, str]] = {
    "canonical-": "A construct that generators cannot express as it stands. | It arrives in the nearest shape that they"
    " can; the message says what is lost. Rewrite it, or accept the place in the ignore file.",
    "client-": "A part of the description that the generated client lacks, or has in another form. | The message names"
    " it and says why.",
    "config-": "A fault of tally.toml. | The message names the key and what is known there.",
    "drift-": "The application serves something else than the contract says. | Mend whichever is wrong; the message"
    " names both sides.",
    "fuzz-": "The running server broke the contract, or could not be tried. | The finding carries request, reply and"
    " seed.",
    "generated-": "A generated file is not what the contract generates today. | Run the command in the message.",
    "ref-": "A reference that leads nowhere, or where it may not lead. | See the rule ref-resolves.",
    "server-": "A part of the description that the generated server lacks, or has in another form. | The message names"
    " it and says why.",
}
"""What codes have in common that begin alike, for those without a sentence of their own."""
