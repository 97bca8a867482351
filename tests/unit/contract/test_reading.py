"""Reading a contract: everything an operation says, merged, completed and named."""

# ruff: noqa: E501  # a case of a table reads best on one line

import textwrap

import pytest

from tallystick.contract import problem_types
from tallystick.contract import reading as reading_module
from tallystick.findings import InputError

OK = "responses: {'200': {description: d}}\n"


class TestParameters:
    def test_path_item_and_operation(self, contract, found):
        """Parameters of the path item count for each operation; those of the operation win."""
        result = contract("""
            paths:
              /a/{id}:
                parameters:
                  - {name: id, in: path, required: true, schema: {type: string}}
                  - {name: q, in: query, schema: {type: string}}
                  - {name: H, in: header, schema: {type: string}}
                get:
                  parameters:
                    - {name: q, in: query, required: true, schema: {type: integer}}
                    - {name: q, in: cookie, schema: {}}
                    - {name: h, in: header, required: true, schema: {}}
                  responses: {}
                delete: {responses: {}}
        """)
        get, delete = result.operations
        assert [(p.place, p.name, p.required) for p in get.parameters] == [
            ("path", "id", True), ("query", "q", True), ("header", "h", True), ("cookie", "q", False),
        ]  # fmt: skip
        assert [(p.place, p.name) for p in delete.parameters] == [("path", "id"), ("query", "q"), ("header", "H")]
        assert found(result) == []

    def test_references(self, contract):
        """References to parameters are followed through any number of links."""
        result = contract("""
            paths: {/a: {get: {parameters: [{$ref: '#/components/parameters/A'}], responses: {}}}}
            components:
              parameters:
                A: {$ref: '#/components/parameters/B'}
                B: {name: b, in: query, schema: {type: string}}
        """)
        (parameter,) = result.operations[0].parameters
        assert parameter.name == "b"
        assert parameter.location.pointer == "/components/parameters/B"

    def test_a_parameter_twice_in_one_list(self, operation, contract, found):
        """The first one counts, and the second is an error where it stands."""
        fields = "parameters: [{name: a, in: query, schema: {type: string}}, {name: a, in: query, schema: {}}]\n"
        result = contract(f"paths:\n  /a:\n    get:\n      {fields}      responses: {{}}\n")
        (parameter,) = result.operations[0].parameters
        assert parameter.schema.value == {"type": "string"}
        assert found(result) == [("param-unique", "/paths/~1a/get/parameters/1")]

    def test_a_placeholder_without_parameter(self, contract, found):
        """The parameter is made up as text, and its absence is an error."""
        result = contract("paths: {'/a/{x}/{y}': {get: {responses: {}}}}\n")
        assert [(p.name, p.required, p.schema.value) for p in result.operations[0].parameters] == [
            ("x", True, {"type": "string"}), ("y", True, {"type": "string"}),
        ]  # fmt: skip
        assert [code for code, _ in found(result)] == ["path-params-match"] * 2
        assert result.findings[0].message == (
            "the path /a/{x}/{y} has {x}, but no path parameter of that name: declare it"
        )

    def test_a_parameter_without_placeholder(self, contract, found):
        """It is left out, with an error at the parameter."""
        result = contract("paths: {/a: {get: {parameters: [{name: x, in: path, schema: {}}], responses: {}}}}\n")
        assert result.operations[0].parameters == ()
        assert found(result) == [("path-params-match", "/paths/~1a/get/parameters/0")]
        assert result.findings[0].message == (
            "the path parameter 'x' does not stand in /a: remove it, or put {x} into the path"
        )

    def test_path_parameters_follow_the_template(self, contract):
        """Path parameters come first, in the order of the path, and are always required."""
        result = contract("""
            paths:
              '/{b}/{a}':
                get:
                  parameters:
                    - {name: q, in: query, schema: {}}
                    - {name: a, in: path, schema: {}}
                    - {name: b, in: path, schema: {}}
                  responses: {}
        """)
        assert [(p.name, p.required) for p in result.operations[0].parameters] == [
            ("b", True), ("a", True), ("q", False),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("place", "stated", "style", "explode"),
        [
            ("path", "", "simple", False), ("path", "style: label", "label", False),
            ("path", "style: matrix, explode: true", "matrix", True), ("query", "", "form", True),
            ("query", "style: form, explode: false", "form", False),
            ("query", "style: spaceDelimited", "spaceDelimited", False),
            ("query", "style: pipeDelimited", "pipeDelimited", False),
            ("query", "style: deepObject", "deepObject", True), ("header", "", "simple", False),
            ("header", "explode: true", "simple", True), ("cookie", "", "form", True),
            ("cookie", "style: cookie", "cookie", True),
        ],
    )  # fmt: skip
    def test_styles(self, contract, found, place, stated, style, explode):
        """Style and explode have their defaults by place and style (OpenAPI 3.1.1, 4.8.12.2)."""
        fields = f"name: p, in: {place}, required: true, schema: {{}}" + (f", {stated}" if stated else "")
        path = "/{p}" if place == "path" else "/a"
        result = contract(f"paths: {{'{path}': {{get: {{parameters: [{{{fields}}}], responses: {{}}}}}}}}\n")
        (parameter,) = result.operations[0].parameters
        assert (parameter.style, parameter.explode) == (style, explode)
        assert found(result) == []

    def test_a_style_of_another_place(self, operation, found):
        """A style that does not go with the place is replaced by the default, with an error at the style."""
        text = "parameters: [{name: p, in: header, style: deepObject, schema: {}}]\n"
        (parameter,) = operation(text + OK).parameters
        assert parameter.style == "simple"

    @pytest.mark.parametrize(
        ("fields", "code", "part"),
        [
            ("name: p", "parameter", "a parameter needs `name` and `in` (one of path, query, header, cookie, querystring)"),
            ("in: query", "parameter", "needs `name`"),
            ("name: p, in: body", "parameter", "needs `name` and `in`"),
            ("name: p, in: query", "parameter", "a parameter needs a `schema` (or `content`): any value is allowed"),
            ("name: p, in: query, style: simple, schema: {}", "parameter-style",
             "the style 'simple' does not go with `in: query`: use form, spaceDelimited, pipeDelimited, deepObject"),
            ("name: Accept, in: header, schema: {}", "header-ignored", "a header parameter 'Accept' is ignored"),
            ("name: p, in: query, required: 'yes', schema: {}", "wrong-shape", "`required` must be true or false"),
            ("name: p, in: query, description: [], schema: {}", "wrong-shape", "`description` must be text: put it in quotes"),
            ("name: p, in: query, schema: {}, examples: [1]", "wrong-shape", "`examples` must be a map"),
        ],
    )  # fmt: skip
    def test_faults(self, contract, fields, code, part):
        """Each fault of a parameter has its finding, laid to the operation."""
        result = contract(f"paths: {{/a: {{get: {{operationId: op, parameters: [{{{fields}}}], responses: {{}}}}}}}}\n")
        (finding,) = result.findings
        assert (finding.code, finding.operation) == (code, "op")
        assert part in finding.message

    def test_content(self, operation):
        """A parameter may be described by a media type instead of a schema."""
        text = "parameters: [{name: p, in: query, content: {application/json: {schema: {type: object}}}}]\n"
        (parameter,) = operation(text + OK).parameters
        assert parameter.schema is None
        assert (parameter.content[0].name, parameter.content[0].schema.value) == (
            "application/json",
            {"type": "object"},
        )

    def test_querystring(self, operation):
        """3.2: a parameter may be the whole query string."""
        text = "parameters: [{name: q, in: querystring, content: {application/x-www-form-urlencoded: {schema: {}}}}]\n"
        assert operation(text + OK, version="3.2.0").parameters[0].place == "querystring"

    def test_argument_names(self, operation):
        """Names are snake_case, path parameters having the first choice; equal ones carry their place."""
        listed = [
            ("itemId", "query"), ("item-id", "header"), ("class", "query"), ("body", "query"), ("2fa", "query"),
            ("'filter[name]'", "query"), ("X-Request-ID", "header"),
        ]  # fmt: skip
        found = operation(
            "parameters: ["
            + ", ".join(f"{{name: {name}, in: {place}, schema: {{}}}}" for name, place in listed)
            + "]\n"
            + OK
        )
        assert [p.python_name for p in found.parameters] == [
            "item_id_query", "item_id_header", "class_", "body_", "query_2_fa", "filter_name", "x_request_id",
        ]  # fmt: skip

    def test_argument_names_beside_path_parameters(self, contract):
        """A path parameter keeps its plain name."""
        result = contract("""
            paths:
              '/{id}':
                get:
                  parameters: [{name: id, in: path, schema: {}}, {name: id, in: query, schema: {}}]
                  responses: {}
        """)
        assert [p.python_name for p in result.operations[0].parameters] == ["id", "id_query"]


class TestBodiesAndReplies:
    def test_body(self, operation):
        """Bodies have their media types, lower-cased, parameters kept."""
        body = operation(
            "requestBody: {required: true, description: d, content: {Application/JSON;v=1: {schema: {type: object}}}}\n"
            + OK
        ).body
        assert (body.required, body.description, body.content[0].name) == (True, "d", "application/json;v=1")

    @pytest.mark.parametrize(
        ("fields", "code", "part"),
        [
            ("requestBody: {}", "body-content", "a request body needs `content` with a media type"),
            ("requestBody: {content: {}}", "body-content", "needs `content`"),
            ("requestBody: []", "wrong-shape", "`requestBody` must be a map"),
            ("requestBody: {content: {json: {}, a/b: {}}}", "media-type",
             "'json' is no media type: write for example application/json"),
            ("responses: {ok: {description: d}}", "status-key", "'ok' is no status: write '200', '4XX' or 'default', each once"),
            ("responses: {'600': {description: d}}", "status-key", "'600' is no status"),
            ("responses: {4xx: {description: d}, 4XX: {description: d}}", "status-key", "each once"),
            ("responses: {'200': text}", "wrong-shape", "this must be a response object (a map)"),
            ("responses: {'200': {$ref: '#/components/responses/A'}}", "ref-unresolved", "leads nowhere"),
            ("responses: []", "wrong-shape", "`responses` must be a map"),
            ("tags: a", "wrong-shape", "`tags` must be a list"),
            ("tags: [5]", "wrong-shape", "a tag must be text, and not empty"),
            ("servers: [{description: d}]", "wrong-shape", "a server must be a map with `url`"),
            ("operationId: 5", "wrong-shape", "`operationId` must be text: put it in quotes"),
            ("callbacks: {c: {'{$u}': 5}}", "path-item", "'{$u}' must hold a path item: a map of methods"),
        ],
    )  # fmt: skip
    def test_faults(self, contract, fields, code, part):
        """What is wrong costs the object it stands in, and has a finding."""
        responses = "" if fields.startswith("responses") else ", responses: {'200': {description: d}}"
        result = contract(f"paths: {{/a: {{post: {{{fields}{responses}}}}}}}\n")
        assert [finding.code for finding in result.findings][:1] == [code]
        assert any(part in finding.message for finding in result.findings)
        assert len(result.operations) == 1

    def test_replies(self, operation):
        """Statuses, ranges and the default reply, in the order of the description."""
        replies = operation("""
            responses:
              '200':
                description: d
                headers: {X-A: {required: true, schema: {type: integer}}, Content-Type: {schema: {}}}
                content: {text/csv: {}, '*': {schema: {type: string}}}
                links: {next: {operationId: other, parameters: {id: $response.body#/id}, description: l}}
              4xx: {description: e}
              default: {description: f}
              x-note: {a: 1}
        """).replies
        assert [(reply.status, reply.description, reply.is_success) for reply in replies] == [
            ("200", "d", True), ("4XX", "e", False), ("default", "f", False),
        ]  # fmt: skip
        assert [(header.name, header.required) for header in replies[0].headers] == [("X-A", True)]
        assert [(media.name, media.schema is None) for media in replies[0].content] == [
            ("text/csv", True),
            ("*/*", False),
        ]
        (link,) = replies[0].links
        assert (link.name, link.operation_id, link.parameters) == ("next", "other", {"id": "$response.body#/id"})

    def test_shared_replies(self, contract):
        """One response under two statuses is two replies that differ in status alone; its faults are told once."""
        result = contract("""
            paths:
              /a: {get: {responses: {'400': {$ref: '#/components/responses/E'}, '404': {$ref: '#/components/responses/E'}}}}
              /b: {get: {responses: {'400': {$ref: '#/components/responses/E'}}}}
            components: {responses: {E: {description: d, content: {bad: {}, a/b: {}}}}}
        """)
        first, second = result.operations[0].replies
        assert (first.status, second.status, first.content) == ("400", "404", second.content)
        assert [finding.code for finding in result.findings] == ["media-type"]

    def test_examples(self, operation):
        """``example``, named examples, external ones, and the two values of 3.2."""
        (media,) = operation("""
            requestBody:
              content:
                application/json:
                  example: 1
                  examples:
                    a: {summary: s, value: null}
                    b: {externalValue: https://example.com/b.json}
                    x-c: {dataValue: 2}
                    d: {serializedValue: '3'}
        """ + "\n" + " " * 12 + OK, version="3.2.0").body.content  # fmt: skip
        assert [(e.name, e.value, e.external, e.serialized, e.has_value) for e in media.examples] == [
            ("", 1, None, None, True), ("a", None, None, None, True),
            ("b", None, "https://example.com/b.json", None, False), ("x-c", 2, None, None, True),
            ("d", None, None, "3", False),
        ]  # fmt: skip

    def test_encoding(self, operation):
        """How the parts of a form are sent, with defaults by style."""
        (media,) = operation("""
            requestBody:
              content:
                multipart/form-data:
                  schema: {type: object}
                  encoding:
                    file: {contentType: image/png, headers: {X-A: {schema: {type: string}}}}
                    tags: {style: pipeDelimited, allowReserved: true}
        """ + "\n" + " " * 12 + OK).body.content  # fmt: skip
        file, tags = media.encoding["file"], media.encoding["tags"]
        assert (file.content_type, file.style, file.explode, [h.name for h in file.headers]) == (
            "image/png", "form", True, ["X-A"],
        )  # fmt: skip
        assert (tags.content_type, tags.style, tags.explode, tags.allow_reserved) == (
            None,
            "pipeDelimited",
            False,
            True,
        )

    def test_streams(self, operation):
        """3.2: the schema of each item of a stream."""
        (media,) = (
            operation(
                "responses: {'200': {description: d, content: {text/event-stream: {itemSchema: {type: object}}}}}\n",
                version="3.2.0",
            )
            .replies[0]
            .content
        )
        assert (media.schema, media.item_schema.value) == (None, {"type": "object"})


class TestProblems:
    def test_problem_types(self, operation):
        """``x-tally-problem`` is one map or a list of them; the schema is that of the problem media type."""
        (reply,) = operation("""
            responses:
              '409':
                description: d
                content: {application/problem+json: {schema: {$ref: '#/components/schemas/P'}}}
                x-tally-problem:
                  - {type: 'https://example.com/problems/out-of-stock', title: Out of stock, retryable: true}
                  - {type: 'urn:problem:locked', name: ItemLocked}
        """, "components: {schemas: {P: {type: object}}}\n").replies  # fmt: skip
        assert [(p.type.rpartition(":")[2], p.name, p.title, p.retryable) for p in reply.problems] == [
            ("//example.com/problems/out-of-stock", "OutOfStock", "Out of stock", True), ("locked", "ItemLocked", "", False),
        ]  # fmt: skip
        assert reply.problems[0].schema.ref == "#/components/schemas/P"

    @pytest.mark.parametrize("stated", ["5", "{}", "{type: ''}", "{title: t}", "[a]"])
    def test_faults(self, contract, stated):
        """A problem without type is an error at its place."""
        result = contract(
            f"paths: {{/a: {{get: {{responses: {{'400': {{description: d, x-tally-problem: {stated}}}}}}}}}}}\n"
        )
        (finding,) = result.findings
        assert (finding.code, finding.message) == (
            "extension-shape", "x-tally-problem needs a map with `type` (a URI) and `title`",
        )  # fmt: skip
        assert "x-tally-problem" in finding.place.pointer

    def test_class_names_are_decided_for_the_whole_contract(self, contract):
        """Two types that want one class name have different ones, the same in the replies and in the list of types."""
        result = contract("""
            paths:
              /a:
                get:
                  responses:
                    '400': {description: d, x-tally-problem: {type: 'https://a/stale'}}
                    '409': {description: d, x-tally-problem: {type: 'https://b/stale'}}
        """)
        names = [reply.problems[0].name for reply in result.operations[0].replies]
        assert len({name.lower() for name in names}) == 2
        assert [problem.name for problem in problem_types(result.operations).values()] == names


class TestSecurity:
    SCHEMES = """
        components:
          securitySchemes:
            bearer: {type: http, scheme: Bearer, bearerFormat: JWT}
            key: {type: apiKey, in: header, name: X-Key}
            oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: /t, scopes: {read: r}}}}
    """

    def security(self, contract, operation, root=""):
        """Alternatives of the operation, whether they are stated, and the codes of the findings."""
        text = f"{root}\npaths: {{/a: {{get: {{{operation}responses: {{}}}}}}}}\n"
        result = contract(text + textwrap.dedent(self.SCHEMES))
        (found,) = result.operations
        return found.security, found.security_stated, [finding.code for finding in result.findings]

    def test_schemes(self, contract):
        """Schemes have their kind, place and name in code."""
        schemes = contract(textwrap.dedent(self.SCHEMES)).security_schemes
        assert {key: (s.type, s.scheme, s.place, s.parameter, s.python_name) for key, s in schemes.items()} == {
            "bearer": ("http", "bearer", None, None, "bearer"),
            "key": ("apiKey", None, "header", "X-Key", "key"),
            "oauth": ("oauth2", None, None, None, "oauth"),
        }
        assert schemes["oauth"].flows["clientCredentials"]["scopes"] == {"read": "r"}

    def test_the_default_of_the_document(self, contract):
        """An operation without requirement has the document's; ``[]`` makes it public."""
        root = "security: [{bearer: []}]"
        assert self.security(contract, "", root) == (({"bearer": ()},), True, [])
        assert self.security(contract, "security: [], ", root) == ((), True, [])
        assert self.security(contract, "security: null, ", root) == (({"bearer": ()},), True, [])
        assert self.security(contract, "") == ((), False, [])

    def test_alternatives(self, contract):
        """Alternatives of combinations, with scopes; an empty one makes the rest optional."""
        stated = "security: [{bearer: [], key: []}, {oauth: [read, write]}, {}], "
        assert self.security(contract, stated) == (
            ({"bearer": (), "key": ()}, {"oauth": ("read", "write")}, {}), True, [],
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("stated", "requirement", "code"),
        [
            ("[{unknown: []}]", {"unknown": ()}, "security-known"), ("[bearer]", {"bearer": ()}, "security-shape"),
            ("bearer", {"bearer": ()}, "security-shape"), ("5", {"unknown": ()}, "security-shape"),
            ("[5]", {"unknown": ()}, "security-shape"), ("{bearer: []}", {"unknown": ()}, "security-shape"),
        ],
    )  # fmt: skip
    def test_faults_never_open_an_operation(self, contract, stated, requirement, code):
        """A requirement that cannot be understood stays a requirement."""
        assert self.security(contract, f"security: {stated}, ") == ((requirement,), True, [code])

    @pytest.mark.parametrize(
        ("scheme", "message"),
        [
            ("{}", "`type` must be one of apiKey, http, mutualTLS, oauth2, openIdConnect"),
            ("{type: basic}", "`type` must be one of apiKey, http, mutualTLS, oauth2, openIdConnect"),
            ("{type: apiKey, name: x}", "an API key needs `in` (query, header or cookie) and `name`"),
            ("{type: apiKey, in: path, name: x}", "an API key needs `in` (query, header or cookie) and `name`"),
            ("{type: http}", "an http scheme needs `scheme`, for example `bearer`"),
        ],
    )
    def test_unusable_schemes(self, contract, scheme, message):
        """A scheme that nobody could use is left out with an error; requirements that name it stay."""
        result = contract(
            f"components: {{securitySchemes: {{s: {scheme}}}}}\npaths: {{/a: {{get: {{security: [{{s: []}}], responses: {{}}}}}}}}\n"
        )
        assert result.security_schemes == {}
        assert result.findings[0].message == message
        assert result.operations[0].security == ({"s": ()},)

    def test_names_of_schemes(self, contract):
        """Names in code differ where the keys do."""
        schemes = contract("""
            components:
              securitySchemes: {a-b: {type: mutualTLS}, a_b: {type: mutualTLS}, class: {type: mutualTLS}}
        """).security_schemes
        names = [scheme.python_name for scheme in schemes.values()]
        assert len(set(names)) == 3
        assert all(name.isidentifier() for name in names)
        assert schemes["class"].python_name == "class_"


class TestOperations:
    def test_order_and_methods(self, contract):
        """Operations come path by path; 3.2 adds ``query`` and ``additionalOperations``."""
        result = contract(
            """
            paths:
              /b: {query: {responses: {}}, additionalOperations: {COPY: {responses: {}}, LINK: 5}}
              /a: {trace: {responses: {}}, get: {responses: {}}}
              x-note: {}
            """,
            "3.2.0",
        )
        assert [(o.method, o.path) for o in result.operations] == [
            ("QUERY", "/b"), ("COPY", "/b"), ("GET", "/a"), ("TRACE", "/a"),
        ]  # fmt: skip
        assert [finding.message for finding in result.findings] == ["`LINK` must hold an operation (a map)"]

    def test_path_item_references(self, contract, found):
        """A path item may be a component; what stands beside the reference joins it."""
        result = contract("""
            paths:
              /a:
                $ref: '#/components/pathItems/I'
                parameters: [{name: p, in: query, schema: {}}]
                put: {responses: {}}
            components:
              pathItems: {I: {summary: s, get: {responses: {}}, parameters: [{name: q, in: query, schema: {}}]}}
        """)
        assert [(o.method, o.summary, [p.name for p in o.parameters]) for o in result.operations] == [
            ("GET", "s", ["q", "p"]), ("PUT", "s", ["q", "p"]),
        ]  # fmt: skip
        assert found(result) == []

    @pytest.mark.parametrize(
        ("paths", "message"),
        [
            ("{a: {}}", "the path 'a' must begin with '/'"),
            ("{/a: 5}", "'/a' must hold a path item: a map of methods"),
            ("{/a: {get: 5}}", "`get` must hold an operation (a map)"),
            ("[]", "`paths` must be a map"),
        ],
    )
    def test_faults(self, contract, paths, message):
        """What is no operation is left out with an error."""
        result = contract(f"paths: {paths}\n")
        assert result.operations == ()
        assert [finding.message for finding in result.findings] == [message]

    def test_servers(self, contract):
        """The servers of the operation win over those of the path item and of the document."""
        result = contract("""
            servers: [{url: /root, variables: {v: {default: x}}}]
            paths:
              /a: {get: {responses: {}}}
              /b: {servers: [{url: /item}], get: {responses: {}}, put: {servers: [{url: /own}], responses: {}}}
        """)
        assert [[server.url for server in o.servers] for o in result.operations] == [["/root"], ["/item"], ["/own"]]
        assert result.servers[0].variables == {"v": {"default": "x"}}

    def test_callbacks(self, contract):
        """Callbacks are operations of their own, without path parameters; their callbacks are not read."""
        result = contract("""
            paths:
              /a:
                post:
                  operationId: subscribe
                  responses: {}
                  callbacks:
                    event:
                      '{$request.body#/url}':
                        post:
                          requestBody: {content: {application/json: {}}}
                          responses: {}
                          callbacks: {inner: {'{$u}': {post: {responses: {}}}}}
        """)
        (callback,) = result.operations[0].callbacks
        assert (callback.method, callback.path, callback.parameters) == ("POST", "{$request.body#/url}", ())
        assert callback.callbacks == ()
        assert [(f.code, f.message) for f in result.findings] == [
            ("callback-nesting", "callbacks of a callback are not read: describe them as webhooks"),
        ]  # fmt: skip
        assert [o.path for o in result.every_operation()] == ["/a", "{$request.body#/url}"]

    def test_webhooks(self, contract):
        """Webhooks are named by their key, which needs no slash."""
        result = contract("webhooks: {stockLow: {post: {operationId: onStockLow, responses: {}}}}\n")
        assert [(o.path, o.id, o.python_name) for o in result.webhooks] == [("stockLow", "onStockLow", "on_stock_low")]
        assert result.operation("onStockLow") is result.webhooks[0]
        with pytest.raises(KeyError):
            result.operation("other")

    def test_amount(self, contract, monkeypatch):
        """References cannot make a small description stand for any number of operations."""
        monkeypatch.setattr(reading_module, "_MOST_PARTS", 5)
        with pytest.raises(InputError, match="more than 5 operations and parameters, references followed: split it"):
            contract("paths: {/a: {get: {}, put: {}, post: {}, delete: {}, head: {}, patch: {}}}\n")

    def test_tags(self, contract):
        """The root list comes first; tags that only operations mention follow; 3.2 tags may have a parent."""
        result = contract(
            """
            tags: [{name: Stock Items, description: d}, {name: sub, parent: Stock Items}]
            paths: {/a: {get: {tags: [other, sub, other], responses: {}}, put: {responses: {}}}}
            """,
            "3.2.0",
        )
        assert [(t.name, t.python_name, t.parent, t.declared) for t in result.tags] == [
            ("Stock Items", "stock_items", None, True), ("sub", "sub", "Stock Items", True),
            ("other", "other", None, False), ("default", "default", None, False),
        ]  # fmt: skip
        assert [(o.tags, o.group) for o in result.operations] == [(("other", "sub"), "other"), ((), "default")]


class TestNames:
    def named(self, contract, *operations):
        """Python name and call of each operation, given as (path, method, fields)."""
        listed = "".join(
            f"  {path}: {{{method}: {{{fields}, responses: {{}}}}}}\n" for path, method, fields in operations
        )
        result = contract("paths:\n" + listed)
        return {o.path: (o.id, o.python_name, o.call) for o in result.operations}, result.findings

    def test_from_the_operation_id(self, contract):
        """The id becomes a method in the group of the first tag."""
        names, _ = self.named(contract, ("/a", "get", "operationId: listItems, tags: [Stock Items, b]"))
        assert names == {"/a": ("listItems", "list_items", "stock_items.list_items")}

    def test_without_operation_id(self, contract):
        """Method and path make a name."""
        names, _ = self.named(contract, ("'/items/{itemId}/stock'", "get", "summary: s"))
        assert names["/items/{itemId}/stock"][:2] == ("get_items_by_item_id_stock", "get_items_by_item_id_stock")

    def test_equal_ids(self, contract):
        """An id that stands twice is an error; the second operation is called by method and path."""
        names, findings = self.named(contract, ("/a", "get", "operationId: x"), ("/b", "put", "operationId: x"))
        assert [names["/a"][:2], names["/b"][:2]] == [("x", "x"), ("put_b", "put_b")]
        (finding,) = findings
        assert finding.code == "op-id-unique"
        assert finding.place.pointer == "/paths/~1b/put/operationId"
        assert finding.related[0].pointer == "/paths/~1a/get/operationId"

    def test_ids_that_fall_together(self, contract):
        """Ids that differ in spelling alone get the context of their tag."""
        names, _ = self.named(
            contract,
            ("/a", "get", "operationId: getItem, tags: [a]"),
            ("/b", "get", "operationId: get_item, tags: [b]"),
        )
        assert [names["/a"][1], names["/b"][1]] == ["a_get_item", "b_get_item"]

    def test_order_does_not_matter(self, contract):
        """The same operations in another order have the same names."""
        operations = [
            ("/a", "get", "operationId: getItem"), ("/b", "get", "operationId: get_item"),
            ("/c", "get", "operationId: get-item"), ("/d", "get", "operationId: class"), ("/e", "put", "summary: s"),
        ]  # fmt: skip
        forwards, _ = self.named(contract, *operations)
        backwards, _ = self.named(contract, *operations[::-1])
        assert forwards == backwards
        assert len({name for _, name, _ in forwards.values()}) == 5

    def test_stated_calls(self, contract):
        """``x-tally-name`` is the call; parts that cannot be names there end in an underscore."""
        names, findings = self.named(
            contract,
            ("/a", "get", "operationId: a, x-tally-name: stock.restock"),
            ("/b", "get", "operationId: b, x-tally-name: close.class.with_raw_response"),
        )
        assert [names["/a"][2], names["/b"][2]] == ["stock.restock", "close_.class_.with_raw_response_"]
        assert findings == ()

    @pytest.mark.parametrize("stated", ["5", "restock", "Stock.restock", "'a.b c'", "a..b", "'a.b\\n'"])
    def test_stated_calls_of_the_wrong_shape(self, contract, stated):
        """They count for nothing and are an error."""
        names, findings = self.named(contract, ("/a", "get", f"operationId: a, tags: [t], x-tally-name: {stated}"))
        assert names["/a"][2] == "t.a"
        assert [finding.code for finding in findings] == ["extension-shape"]

    def test_calls_that_two_claim(self, contract):
        """A call goes to neither of two operations that state it."""
        names, _ = self.named(
            contract,
            ("/a", "get", "operationId: a, x-tally-name: x.y"),
            ("/b", "get", "operationId: b, x-tally-name: x.y"),
        )
        assert [names["/a"][2], names["/b"][2]] == ["default.a", "default.b"]

    def test_reserved_names(self, contract):
        """Keywords and names of the client are avoided."""
        names, _ = self.named(
            contract,
            ("/a", "get", "operationId: import, tags: [close]"),
            ("/b", "get", "operationId: withRawResponse, tags: [1st]"),
        )
        assert [names["/a"][2], names["/b"][2]] == ["close_.import_", "group_1_st.with_raw_response_"]


class TestSchemas:
    def test_references(self, contract):
        """References lead to components, known by name however they are spelled, and to any schema elsewhere."""
        result = contract("""
            components:
              schemas:
                A B: {type: string}
                C: {$ref: '#/components/schemas/A%20B'}
                D: {properties: {x: {$ref: '#/components/schemas/C'}}}
        """)
        assert result.resolve(result.schemas["D"].properties["x"]).name == "A B"
        assert result.at("#/components/schemas/D/properties/x").ref == "#/components/schemas/C"
        for wrong in ("#/components/schemas/No", "#/info/title", "other.yaml", "#anchor", "#/tags/0"):
            with pytest.raises(KeyError):
                result.at(wrong)

    def test_a_circle(self, contract):
        """A chain that leads back to itself has no end."""
        result = contract("components: {schemas: {A: {$ref: '#/components/schemas/A'}}}\n")
        with pytest.raises(KeyError):
            result.resolve(result.schemas["A"])
        assert [finding.code for finding in result.findings] == ["ref-cycle"]

    def test_accessors(self, contract):
        """Types, required names and subschemas of a schema."""
        schema = contract(
            "components: {schemas: {A: {type: [object, 'null'], required: [a], properties: {a: true}}}}\n"
        )
        a = schema.schemas["A"]
        assert (a.types, a.required, a.get("x", 5)) == (frozenset({"object", "null"}), ("a",), 5)
        assert a.properties["a"].get("type") is None
        assert a.child("properties", "a").location.pointer == "/components/schemas/A/properties/a"
