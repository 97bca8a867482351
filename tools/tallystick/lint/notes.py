"""Codes that are no rules: what is wrong with a call, a file or what was generated, in a sentence or two each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["FAMILIES", "NOTES"]

NOTES: Final[Mapping[str, str]] = {
    "bad-merge": "A YAML merge key (`<<`) takes a map or a list of maps.",
    "base-unreadable": "The base of `--base` cannot be had: no such file, revision or repository.",
    "callback-nesting": "A callback of a callback is not read. | Describe the inner call as a webhook.",
    "canonical-closed-allof": "A member of allOf is closed (`additionalProperties: false`), so that it forbids what its"
    " sisters add. | The merged object is generated. Close the whole with `unevaluatedProperties: false`.",
    "canonical-depth": "Schemas include each other deeper than can be merged. | What lies below is left out: flatten"
    " the `allOf` at the place named.",
    "canonical-difference": "A value that the description accepts, its canonical form refuses, or the reverse. | As"
    " information, another finding at the place says why; as an error, it is a fault of tally: please report it.",
    "canonical-inheritance": "A schema with a discriminator stands for all that inherit from it. | It is generated as"
    " the union of its heirs, and as itself for kinds that nobody knows yet. Nothing needs to be done.",
    "canonical-link": "A link names its target by `operationRef`, or not at all, and is left out. | Name an"
    " `operationId`.",
    "canonical-never": "The schema `false` fits no value; code has no such type. | It is generated as any value. Leave"
    " the member out, or say what it holds.",
    "canonical-type-inferred": "A schema has no `type`, but keywords that speak of one only. | It is generated as that"
    " type. Write the `type`, for without it every value of another type fits.",
    "canonical-union": "A union of many members stands beside other keywords. | Only those keywords are generated. Move"
    " them into the members, or the union into a schema of its own.",
    "client-callback": "A callback is a request that the server sends, so there is no call to generate. | The client"
    " has its models.",
    "client-media-type": "A body may be sent as several media types with one schema; the client sends one. | It prefers"
    " JSON. Given a schema of its own, the other is offered as well.",
    "client-operation-lost": "The engine that renders the client refuses an operation, so the client lacks it. | The"
    " message has its reason. Mend the place; if it is sound, please report it.",
    "client-schema-lost": "The engine that renders the client refuses a schema, so the client has `Any` in its place. |"
    " The message has its reason. Mend the place; if it is sound, please report it.",
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
    "generate-edited": "A generated file was edited by hand. | Change the contract or the code beside it, and run"
    " `tally generate`, which writes the file anew.",
    "generate-missing": "A generated file is missing. | Run `tally generate`, and commit what it writes.",
    "generate-stale": "A generated file is not what the contract generates today. | Run `tally generate`, and commit"
    " what it writes.",
    "generate-superfluous": "A file that was generated once is no longer part of the result. | Run `tally generate`,"
    " which removes it.",
    "ignore-expired": "An exception in the ignore file has passed its end date, so its finding is back.",
    "ignore-invalid": "The ignore file is wrong. | An entry has rule, file, pointer, reason and, if it ends, expires.",
    "ignore-stale": "An exception in the ignore file matches nothing now. | `tally lint --update-ignore` removes it.",
    "internal-error": "A fault of tally itself. | TALLY_TRACEBACK=1 shows where it happened; please report it.",
    "key-too-long": "A key is longer than any name needs to be.",
    "models-weakened": "The classes alone do not check all bounds of a schema. | A generated server checks them"
    " nevertheless. Elsewhere, validate by the schema where it matters.",
    "not-openapi": "The file is no OpenAPI 3.0, 3.1 or 3.2 description.",
    "output-in-the-way": "A file that tally has not written stands where a generated one should. | Move it, or name"
    " another folder.",
    "output-unwritable": "The output cannot be written where it should go.",
    "recursive-alias": "A YAML alias stands inside its own anchor.",
    "scaffold-missing": "The handlers lack a method for an operation of the contract. | Add it; `tally scaffold` never"
    " changes what you wrote.",
    "server-path": "An operation cannot be routed: its path is malformed, or the same as another's. | The message names"
    " what to change.",
    "server-schema": "A schema cannot be compiled, so its operation cannot be served. | The message has the validator's"
    " reason.",
    "server-security": "An operation asks for security schemes that are not declared. | Declare them under"
    " `components.securitySchemes`, or correct the name.",
    "server-unchecked": "A body is handed to its handler as it came, because it cannot be checked by its schema. | The"
    " handler has to check it.",
    "several-documents": "A description is one YAML document.",
    "syntax": "The file is neither YAML nor JSON.",
    "too-deep": "The file nests deeper than any description needs to. | The limit stops hostile files.",
    "too-large": "The file, or what its aliases expand to, is too large. | Split the description by `$ref`.",
    "too-many-files": "The description refers to more files than any needs to.",
    "unknown-alias": "A YAML alias has no anchor before it.",
    "unknown-tag": "A YAML tag other than the standard ones is refused.",
    "usage": "The call is wrong. | `tally COMMAND --help` lists what can be said.",
    "validator": "openapi-spec-validator, the second opinion, refuses something that our own rules did not.",
    "values-unchecked": "Examples and defaults could not be checked, because a schema cannot be compiled.",
    "wire": "The generated client does not send or read what the contract says. | The message names the step and the"
    " value. It is a fault of the generator, or the client is not the one of this contract: run `tally generate`, and"
    " if it stays, please report it.",
    "wire-import": "The client to be proven cannot be imported. | Name its folder and package as `tally generate` was"
    " told, and install what it needs.",
    "wire-overlap": "The members of a `oneOf` overlap, so that hardly a value fits exactly one. | The"
    " client was proven with values that fit several. Write `anyOf`, or what tells the members apart.",
    "wire-stale": "The client was generated from another contract than the one that judges it. | Run `tally generate`.",
    "wire-unproven": "No value of a schema could be drawn, so a step of the call was not proven. | Mostly a pattern or"
    " bounds that hardly a value fits: loosen them, or test that call by hand.",
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
