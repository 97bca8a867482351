"""The document around the schemas: operations in place, complete, and in the terms of 3.1."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tallystick.lint.meta_schema import faults

WHOLE = """
    servers: [{url: 'https://{region}.example.com', variables: {region: {default: 1, enum: [1, 2]}}}]
    security: [{key: []}]
    paths:
      /pets/{id}:
        parameters: [{$ref: '#/components/parameters/Id'}]
        get:
          tags: [pets]
          parameters:
            - {name: filter, in: query, content: {application/json: {schema: {$ref: '#/components/schemas/Filter'}}}}
            - {name: Since, in: header, schema: {type: string, format: date-time}}
          responses:
            "200": {$ref: '#/components/responses/Pet'}
            default: {description: Wrong}
        delete: {operationId: drop}
        put:
          operationId: put
          requestBody: {$ref: '#/components/requestBodies/Pet'}
          responses: {"200": {$ref: '#/components/responses/Pet'}}
          callbacks: {done: {'{$request.body#/url}': {post: {responses: {"204": {description: Y}}}}}}
    webhooks:
      petBorn:
        post: {requestBody: {content: {application/json: {schema: {type: object, required: [n]}}}}, responses: {}}
    components:
      parameters: {Id: {name: id, in: path, required: true, schema: {type: integer}}}
      requestBodies: {Pet: {content: {application/json: {schema: {type: object, properties: {n: {type: string}}}}}}}
      responses:
        Pet:
          description: A pet
          headers: {X-Rate: {schema: {type: integer}}}
          content: {application/json: {schema: {type: object, properties: {id: {type: integer}}}}}
      schemas: {Filter: {type: object, properties: {a: {type: string}}}}
      securitySchemes:
        key: {type: apiKey, in: header, name: X-Key}
        flow: {type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {read: 1}}}}
"""


def test_every_part_is_written_in_place(canonical):
    """Parameters, bodies and replies are no references, operations have ids, shared replies are one class."""
    made = canonical(WHOLE)
    item = made.document["paths"]["/pets/{id}"]
    assert [p["name"] for p in item["get"]["parameters"]] == ["id", "filter", "Since"]
    assert item["get"]["operationId"] == "get_pets_by_id"
    assert item["delete"]["responses"] == {"default": {"description": "No description."}}
    assert item["get"]["responses"]["200"] == item["put"]["responses"]["200"]
    schema = item["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/PetResponse"}
    assert made.document["webhooks"]["petBorn"]["post"]["operationId"]


def test_the_document_is_valid_openapi(canonical):
    """The schema of OpenAPI 3.1, dialect included, finds nothing, even where the description is not quite right."""
    assert faults(canonical(WHOLE).document) == []


def test_info_holds_what_the_specification_has_for_it(canonical):
    """Fields that nobody knows, or of the wrong shape, are left out; extensions stay."""
    made = canonical("""
        info: {title: T, version: '1', contact: {name: N, email: 3}, license: {url: u}, own: 1, x-own: 1}
        paths: {}
    """)
    assert made.document["info"] == {"title": "T", "version": "1", "contact": {"name": "N"}, "x-own": 1}


def test_links_name_operations(canonical):
    """A link by operationId is kept, its constants as text; one by operationRef is left out with a finding."""
    made = canonical("""
        paths:
          /a:
            get:
              operationId: a
              responses:
                "200":
                  description: Y
                  links:
                    next: {operationId: a, parameters: {page: 2, id: $response.body#/id}}
                    other: {operationRef: '#/paths/~1a/get'}
    """)
    links = made.document["paths"]["/a"]["get"]["responses"]["200"]["links"]
    assert links == {"next": {"operationId": "a", "parameters": {"page": "2", "id": "$response.body#/id"}}}
    assert [finding.code for finding in made.findings] == ["canonical-link"]


def test_methods_and_streams_of_3_2_are_kept(canonical):
    """``query``, ``additionalOperations`` and ``itemSchema`` have no place in 3.1 and stay as they are."""
    made = canonical(
        """
        paths:
          /a:
            query:
              operationId: find
              responses:
                "200":
                  description: Y
                  content: {text/event-stream: {itemSchema: {type: object, properties: {data: {type: string}}}}}
            additionalOperations: {COPY: {operationId: copy, responses: {"204": {description: Y}}}}
    """,
        "3.2.0",
    )
    item = made.document["paths"]["/a"]
    media = item["query"]["responses"]["200"]["content"]["text/event-stream"]
    assert media["itemSchema"] == {"$ref": "#/components/schemas/FindResponseItem"}
    assert item["additionalOperations"]["COPY"]["operationId"] == "copy"


def test_operations_correspond_to_those_of_the_description(canonical):
    """Ids, calls and argument names are those of the contract before."""
    made = canonical(WHOLE)
    before, after = made.origin, made.contract
    assert [o.call for o in before.every_operation()] == [o.call for o in after.every_operation()]
    assert [p.python_name for o in before.operations for p in o.parameters] == [
        p.python_name for o in after.operations for p in o.parameters
    ]


def test_places_lead_to_the_description(canonical):
    """A node of the canonical contract knows the line of the description it was made from."""
    made = canonical("""
        paths: {}
        components:
          schemas:
            A: {type: object, properties: {inner: {type: object, properties: {b: {type: string}}}}}
    """)
    place = made.contract.schemas["AInner"].properties["b"].location.place
    assert place.pointer == "/components/schemas/A/properties/inner/properties/b"
    assert place.line > 0


_SCRIPT = """
import json, sys
from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
made = canonicalise(read(bundle(load(sys.argv[1]))))
print(json.dumps([made.document, [str(finding) for finding in made.findings]]))
"""


def test_the_form_does_not_depend_on_the_hash_seed(canonical, tmp_path):
    """The same bytes in every process."""
    canonical(WHOLE)
    outputs = set()
    for seed in ("0", "1", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[4] / "tools")}
        command = [sys.executable, "-c", _SCRIPT, str(tmp_path / "openapi.yaml")]
        outputs.add(subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout)
    assert len(outputs) == 1
    assert json.loads(outputs.pop())[0] == canonical(WHOLE).document
