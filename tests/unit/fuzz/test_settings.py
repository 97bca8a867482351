"""What Schemathesis is told."""

import json
import tomllib

import pytest

from tallystick.config import FuzzAuth
from tallystick.contract import read
from tallystick.document import bundle, load
from tallystick.findings import InputError
from tallystick.fuzz.credentials import credentials
from tallystick.fuzz.expectations import check_expectations, missing_header_statuses, valid_request_statuses
from tallystick.fuzz.settings import Effort, schemathesis_settings


def replies(*statuses):
    """Empty replies."""
    return {str(status): {"description": "x"} for status in statuses}


@pytest.fixture
def contract(tmp_path):
    """Operations whose state decides: preconditions, cursors, tokens."""
    pages = {"style": "cursor", "cursor": "cursor", "limit": "limit", "items": "/items", "next": "/next"}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {
            "/token": {"post": {"operationId": "token", "responses": replies(200, 400)}},
            "/things": {
                "get": {"operationId": "list", "x-tally-pagination": pages, "responses": replies(200, 400)},
                "post": {"operationId": "create", "responses": replies(201, 400, 409)},
            },
            "/things/{a b}": {"patch": {"operationId": "update", "responses": replies(200, 400, 412, 428)}},
        },
        "components": {
            "securitySchemes": {
                "user": {"type": "oauth2", "flows": {"password": {"tokenUrl": "/token", "scopes": {"a": "A"}}}},
                "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
                "basic": {"type": "http", "scheme": "basic"},
            }
        },
    }
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    return read(bundle(load(path)))


@pytest.mark.parametrize(
    ("operation", "extra"),
    [("token", {"400"}), ("list", {"400"}), ("create", set()), ("update", {"412"})],
)
def test_statuses_of_valid_requests_follow_from_the_contract(contract, operation, extra):
    """RFC 6749 for tokens, opaque cursors, preconditions; nothing else makes 400 right."""
    always = set(valid_request_statuses(contract, contract.operation("create"), {}))
    assert set(valid_request_statuses(contract, contract.operation(operation), {})) - always == extra
    assert "400" not in always


def test_the_project_may_expect_more(contract):
    """For one operation, or for all."""
    found = valid_request_statuses(contract, contract.operation("create"), {"create": [422], "*": [503]})
    assert {"422", "503"} <= set(found)


def test_a_missing_header_may_be_a_missing_precondition(contract):
    """RFC 6585: 428, where the operation declares it."""
    assert "428" in missing_header_statuses(contract.operation("update"))
    assert "428" not in missing_header_statuses(contract.operation("create"))


def test_an_expectation_of_no_operation_is_refused(contract):
    """A renamed operation must not lose its exception silently."""
    with pytest.raises(InputError, match="names 'gone', which is no operation"):
        check_expectations(contract, {"gone": [400]})


def settings(contract, auth, **effort):
    """The parsed configuration file and the secrets beside it."""
    made = {"max_examples": 5, "workers": 2, "seed": None} | effort
    text, secrets = schemathesis_settings(
        contract,
        "http://127.0.0.1:1",
        Effort(**made),
        credentials(contract, auth, {"SECRET": "hush"}),
        headers={"X-Trace": 'a "quoted" value'},
        expected={},
        exclude=["create"],
    )
    return tomllib.loads(text), secrets, text


def test_secrets_stand_in_the_environment_alone(contract):
    """The file names variables."""
    auth = {
        "user": FuzzAuth(**{"token-path": "/token", "username": "ann", "password-env": "SECRET", "scopes": ["a"]}),
        "key": FuzzAuth(**{"value-env": "SECRET"}),
        "basic": FuzzAuth(username="ann", password="pass"),
    }
    value, secrets, text = settings(contract, auth)
    assert "hush" not in text
    assert "hush" in secrets.values()
    variable = value["auth"]["openapi"]["key"]["api_key"].strip("${}")
    assert secrets[variable] == "hush"
    token = value["auth"]["dynamic"]["openapi"]["user"]
    assert token["path"] == "/token"
    assert {secrets[each.strip("${}")] for each in token["payload"].values()} == {"password", "ann", "hush", "a"}
    assert set(value["auth"]["openapi"]["basic"]) == {"username", "password"}
    assert secrets[value["headers"]["X-Trace"].strip("${}")] == 'a "quoted" value'


def test_without_a_seed_a_run_is_deterministic(contract):
    """With one it follows the seed."""
    assert settings(contract, {})[0]["generation"]["deterministic"] is True
    seeded = settings(contract, {}, seed=7)[0]
    assert (seeded["seed"], seeded["generation"]["deterministic"]) == (7, False)


def test_each_operation_is_told_apart(contract):
    """By method and path, excluded ones switched off."""
    operations = {each["include-name"]: each for each in settings(contract, {})[0]["operations"]}
    assert set(operations) == {"POST /token", "GET /things", "POST /things", "PATCH /things/{a b}"}
    assert [name for name, each in operations.items() if not each["enabled"]] == ["POST /things"]


def test_schemathesis_accepts_the_file(contract, tmp_path, monkeypatch):
    """Its own reader finds nothing wrong."""
    from schemathesis.config import SchemathesisConfig

    auth = {"key": FuzzAuth(value="k"), "user": FuzzAuth(value="t")}
    value, secrets, _ = settings(contract, auth)
    del value["hooks"]
    for name, secret in secrets.items():
        monkeypatch.setenv(name, secret)
    assert SchemathesisConfig.from_dict(value).projects is not None


@pytest.mark.parametrize(
    ("auth", "said"),
    [
        ({"other": FuzzAuth(value="x")}, "no security scheme 'other' (it has: user, key, basic)"),
        ({"key": FuzzAuth(**{"value-env": "UNSET"})}, "the environment variable UNSET, which is not set"),
        ({"key": FuzzAuth()}, "needs value or value-env, or username and password"),
    ],
)
def test_a_credential_that_cannot_be_had_is_an_error(contract, auth, said):
    """With the section it stands in."""
    with pytest.raises(InputError) as error:
        credentials(contract, auth, {})
    assert said in str(error.value)
    assert "[fuzz.auth." in str(error.value)
