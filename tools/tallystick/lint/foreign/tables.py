"""Which of our rules says what a rule of Spectral or Redocly says.

Sources: the rule lists of @stoplight/spectral-cli 6.16 (ruleset ``spectral:oas``) and @redocly/cli 2.77.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

__all__ = ["REDOCLY", "SPECTRAL", "elsewhere"]

SPECTRAL: Final[Mapping[str, str]] = {
    "array-items": "array-items",
    "duplicated-entry-in-enum": "enum-type",
    "invalid-ref": "ref-resolves",
    "no-$ref-siblings": "ref-siblings",
    "no-eval-in-markdown": "text-safe",
    "no-script-tags-in-markdown": "text-safe",
    "oas3-api-servers": "server-https",
    "oas3-callbacks-in-callbacks": "schema-valid",
    "oas3-examples-value-or-externalValue": "schema-valid",
    "oas3-operation-security-defined": "security-known",
    "oas3-parameter-description": "text-present",
    "oas3-schema": "schema-valid",
    "oas3-server-not-example.com": "server-https",
    "oas3-server-trailing-slash": "server-https",
    "oas3-server-variables": "server-https",
    "oas3-unused-component": "unused-component",
    "oas3-valid-media-example": "example-valid",
    "oas3-valid-schema-example": "example-valid",
    "operation-description": "text-present",
    "operation-operationId": "op-id-present",
    "operation-operationId-unique": "op-id-unique",
    "operation-operationId-valid-in-url": "op-id-case",
    "operation-parameters": "param-unique",
    "operation-singular-tag": "tag-one",
    "operation-success-response": "success-response",
    "operation-tag-defined": "tag-defined",
    "operation-tags": "tag-one",
    "path-declarations-must-exist": "path-params-match",
    "path-keys-no-trailing-slash": "path-style",
    "path-not-include-query": "path-style",
    "path-params": "path-params-match",
    "tag-description": "tag-defined",
    "typed-enum": "enum-type",
}

REDOCLY: Final[Mapping[str, str]] = {
    "array-parameter-serialization": "param-serialization",
    "component-name-unique": "model-name-collision",
    "no-ambiguous-paths": "path-ambiguous",
    "no-duplicated-enum-values": "enum-type",
    "no-empty-servers": "server-https",
    "no-enum-type-mismatch": "enum-type",
    "no-example-value-and-externalValue": "schema-valid",
    "no-http-verbs-in-paths": "path-style",
    "no-identical-paths": "duplicate-key",
    "no-illogical-composition-keywords": "union-single",
    "no-invalid-media-type-examples": "example-valid",
    "no-invalid-parameter-examples": "example-valid",
    "no-invalid-schema-examples": "example-valid",
    "no-path-trailing-slash": "path-style",
    "no-required-schema-properties-undefined": "required-defined",
    "no-schema-type-mismatch": "schema-satisfiable",
    "no-server-example.com": "server-https",
    "no-server-trailing-slash": "server-https",
    "no-server-variables-empty-enum": "server-https",
    "no-undefined-server-variable": "server-https",
    "no-unresolved-refs": "ref-resolves",
    "no-unsafe-markdown": "text-safe",
    "no-unused-components": "unused-component",
    "nullable-type-sibling": "nullable-once",
    "operation-2xx-response": "success-response",
    "operation-4xx-problem-details-rfc7807": "error-problem",
    "operation-4xx-response": "error-present",
    "operation-description": "text-present",
    "operation-operationId": "op-id-present",
    "operation-operationId-unique": "op-id-unique",
    "operation-operationId-url-safe": "op-id-case",
    "operation-parameters-unique": "param-unique",
    "operation-singular-tag": "tag-one",
    "operation-summary": "text-present",
    "operation-tag-defined": "tag-defined",
    "parameter-description": "text-present",
    "path-declaration-must-exist": "path-params-match",
    "path-not-include-query": "path-style",
    "path-parameters-defined": "path-params-match",
    "paths-kebab-case": "path-style",
    "request-mime-type": "media-json-first",
    "response-mime-type": "media-json-first",
    "scalar-property-missing-example": "example-present",
    "security-defined": "security-stated",
    "security-scopes-defined": "security-known",
    "spec-components-invalid-map-name": "schema-valid",
    "spec-ref-siblings": "ref-siblings",
    "spec-strict-refs": "ref-placement",
    "struct": "schema-valid",
    "tag-description": "tag-defined",
}


def elsewhere(rule: str) -> Iterator[str]:
    """Names that the rule has in other linters."""
    for linter, table in (("Spectral", SPECTRAL), ("Redocly", REDOCLY)):
        yield from (f"{linter} `{name}`" for name, ours in table.items() if ours == rule)
