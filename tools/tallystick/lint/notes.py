"""Codes that are no rules: what is wrong with a call, a file or what was generated, in a sentence or two each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["FAMILIES", "NOTES"]

NOTES: Final[Mapping[str, str]] = {
    "bad-merge": "A YAML merge key (`<<`) takes a map or a list of maps. | Write the members out.",
    "base-unreadable": "The base of `--base` cannot be had: no such file, revision or repository. | Name a file, or a"
    " revision that `git log` knows.",
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
    "complex-key": "A key of a YAML map is text, never a map, a list or an alias. | Write the key out.",
    "config-missing-key": "A section of tally.toml lacks a key that it needs. | Add it; the message names it.",
    "config-syntax": "tally.toml is not TOML. | Correct the line that the message names.",
    "config-unknown-key": "tally.toml has a key that nothing reads. | The message names the nearest known one.",
    "config-unreadable": "tally.toml cannot be read. | Make it readable, or name another by --config.",
    "config-value": "A value in tally.toml has the wrong type or names something that does not exist. | The message"
    " says what fits.",
    "empty": "The file is empty. | A description begins with `openapi: 3.1.0`.",
    "encoding": "The file is not UTF-8 (or UTF-16 with a byte order mark). | Save it as UTF-8.",
    "file-unreadable": "A file cannot be read. | Correct the path, or make the file readable.",
    "foreign-rule": "A setting of another linter has no equivalent here. | Leave it out, or look for the concern in"
    " docs/rules.",
    "generate-edited": "A generated file was edited by hand. | Change the contract or the code beside it, and run"
    " `tally generate`, which writes the file anew.",
    "generate-missing": "A generated file is missing. | Run `tally generate`, and commit what it writes.",
    "generate-stale": "A generated file is not what the contract generates today. | Run `tally generate`, and commit"
    " what it writes.",
    "generate-superfluous": "A file that was generated once is no longer part of the result. | Run `tally generate`,"
    " which removes it.",
    "ignore-expired": "An exception in the ignore file has passed its end date, so its finding is back. | Correct the"
    " place, or set a later date.",
    "ignore-invalid": "The ignore file is wrong. | An entry has rule, file, pointer, reason and, if it ends, expires.",
    "ignore-stale": "An exception in the ignore file matches nothing now. | `tally lint --update-ignore` removes it.",
    "internal-error": "A fault of tally itself. | TALLY_TRACEBACK=1 shows where it happened; please report it.",
    "key-too-long": "A key is longer than any name needs to be. | Shorten it; the limit stops hostile files.",
    "models-default": "The default of a member is an object, or a list of other things than plain text and numbers; the"
    " class has None instead. | A handler that gets None has to use the default by itself.",
    "models-weakened": "The classes alone do not check all bounds of a schema. | A generated server checks them"
    " nevertheless. Elsewhere, validate by the schema where it matters.",
    "not-openapi": "The file is no OpenAPI 3.0, 3.1 or 3.2 description. | It begins with `openapi: 3.1.0`; convert"
    " older ones.",
    "output-in-the-way": "A file that tally has not written stands where a generated one should. | Move it, or name"
    " another folder.",
    "output-unwritable": "The output cannot be written where it should go. | Name a folder that can be written.",
    "recursive-alias": "A YAML alias stands inside its own anchor. | Write `$ref` for a schema that holds itself.",
    "scaffold-missing": "The handlers lack a method for an operation of the contract. | Add it; `tally scaffold` never"
    " changes what you wrote.",
    "scaffold-superfluous": "A handler stands for something that the contract does not have. | Remove it; the server"
    " refuses to start with it.",
    "scaffold-syntax": "A file of handlers is not Python, so nobody knows which methods exist. | Correct it, then run"
    " `tally scaffold` again.",
    "scaffold-unwired": "Handlers were written for a tag that the application does not wire yet. | Hand the class to"
    " `Contract`, as the message says.",
    "server-encoding": "A parameter is a form, and an encoding says how its members are written; the server does not"
    " follow it. | Leave it out: members are written as `name=value`, arrays repeat the name.",
    "server-files": "Files of a multipart body stand where the server takes only texts: in a union, or under names that"
    " nothing declares. | Declare each as a property of one object that is nothing but a file or a list of files.",
    "server-header": "A response header has a name that HTTP cannot send. | Rename it: letters, digits and hyphens.",
    "server-path": "An operation does not get every request that its path promises: others have the same path, or a"
    " placeholder stands where no request has one. | The message says who answers, and what to change.",
    "server-query": "A property of an exploded object goes by the name of another parameter, which gets it. | Rename"
    " one, or give the object the style `deepObject`, whose members are `name[member]`.",
    "server-reply": "A reply has content that its status forbids, or a status that is no answer. | Remove what the"
    " message names: 204, 205 and 304 end with their headers, and 1xx come before an answer.",
    "server-schema": "A part of a schema cannot be compiled, so the server does not check it. | The message has the"
    " validator's reason: correct the keyword there. Until then the handler has to check it.",
    "server-security": "An operation asks for security schemes that are not declared; its authenticator gets the whole"
    " request. | Declare them under `components.securitySchemes`, or correct the name.",
    "server-unchecked": "A body or reply passes as it is: only JSON, forms and texts are held against schemas. | The"
    " handler has to check it, or to answer what fits.",
    "several-documents": "A description is one YAML document. | Keep one file for each, without `---` in between.",
    "syntax": "The file is neither YAML nor JSON. | Correct the place that the message names.",
    "too-deep": "The file nests deeper than any description needs to. | The limit stops hostile files.",
    "too-large": "The file, or what its aliases expand to, is too large. | Split the description by `$ref`.",
    "too-many-files": "The description refers to more files than any needs to. | Join some; the limit stops hostile"
    " descriptions.",
    "unknown-alias": "A YAML alias has no anchor before it. | Add the anchor above it, or correct the name.",
    "unknown-tag": "A YAML tag other than the standard ones is refused. | Leave it out: a description is JSON data.",
    "usage": "The call is wrong. | `tally COMMAND --help` lists what can be said.",
    "validator": "openapi-spec-validator, the second opinion, refuses something that our own rules did not. | The"
    " message has its reason: correct the place, or report it if it is right.",
    "values-unchecked": "Examples and defaults could not be checked, because a schema cannot be compiled. | Correct"
    " the schema; the message has the validator's reason.",
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
