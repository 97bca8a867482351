"""The wire proof: a client as generated passes, and each of several seeded faults is found and named."""

from __future__ import annotations

import dataclasses
import importlib
import sys
from pathlib import Path

import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.findings import InputError
from tallystick.generate.client import generate_client
from tallystick.generate.client.wire import prove

SAMPLE = Path(__file__).parents[2] / "golden" / "client" / "parcels.yaml"


@pytest.fixture(scope="module")
def canonical():
    return canonicalise(read(bundle(load(str(SAMPLE)))))


@pytest.fixture(scope="module")
def folder(canonical, tmp_path_factory):
    folder = tmp_path_factory.mktemp("proven")
    plan = generate_client(canonical, package="proven_client", name="Parcels")
    for path, content in plan.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    yield folder
    sys.path.remove(str(folder))


def faults(canonical, folder):
    proven = prove(canonical, "proven_client", folder, examples=8)
    return {(one.operation, one.message.partition(":")[0]): one.message for one in proven.findings}


def module(name, folder):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return importlib.import_module(f"proven_client.{name}")


def test_the_generated_client_holds(canonical, folder):
    """Every request and reply of the client is what the contract says."""
    assert faults(canonical, folder) == {}


@pytest.mark.parametrize(
    ("name", "index", "change", "said"),
    [
        ("list_parcels", 2, {"explode": True}, "query parameter status"),
        ("list_parcels", 3, {"style": "form"}, "query parameter filter"),
        ("get_parcel", 0, {"place": "query"}, "path parameter parcel_id"),
        ("update_parcel", 1, {"name": "If-Matches"}, "header parameter If-Match"),
    ],
)
def test_a_wrong_place_style_or_name_is_found(canonical, folder, monkeypatch, name, index, change, said):
    """A parameter that is sent another way than the contract says is named, with what was sent."""
    target = module(f"api.parcels.{name}", folder)
    parameters = list(target.operation.parameters)
    parameters[index] = dataclasses.replace(parameters[index], **change)
    monkeypatch.setattr(target, "operation", dataclasses.replace(target.operation, parameters=tuple(parameters)))
    assert said in "".join(faults(canonical, folder).values())


def test_a_wrong_method_and_media_type_are_found(canonical, folder, monkeypatch):
    """A PATCH that is sent as PUT, and a body of another media type, are found."""
    target = module("api.parcels.update_parcel", folder)
    bodies = (dataclasses.replace(target.operation.bodies[0], media_type="application/json"),)
    monkeypatch.setattr(target, "operation", dataclasses.replace(target.operation, bodies=bodies))
    assert "the contract says application/merge-patch+json" in "".join(faults(canonical, folder).values())
    monkeypatch.setattr(target, "operation", dataclasses.replace(target.operation, method="PUT"))
    assert "sent PUT, the contract says PATCH" in "".join(faults(canonical, folder).values())


def test_a_model_that_forgets_is_found(canonical, folder, monkeypatch):
    """A model that drops what it does not know does not write back what it read."""
    parcel = module("models", folder).Parcel
    own = parcel.from_dict.__func__

    def forgetful(cls, data):
        made = own(cls, data)
        made.additional_properties = {}
        return made

    monkeypatch.setattr(parcel, "from_dict", classmethod(forgetful))
    assert "was written back as" in "".join(faults(canonical, folder).values())


def test_an_error_of_another_class_is_found(canonical, folder, monkeypatch):
    """An error status that raises nothing breaks the promise."""
    target = module("api.parcels.create_parcel", folder)
    monkeypatch.setattr(target, "parse", lambda info, body: None)
    assert ("createParcel", "error 409") in faults(canonical, folder)


def test_a_client_of_another_contract_is_stale(canonical, folder, monkeypatch):
    """A call that the client does not have is told as what it is: an old client."""
    monkeypatch.delattr(module("resources.parcels", folder).Parcels, "update")
    assert any("update" in message for message in faults(canonical, folder).values())


def test_a_folder_without_the_package_is_an_input_error(canonical, tmp_path):
    """Nothing to prove is a wrong call, not a clean result."""
    with pytest.raises(InputError, match="holds no importable package no_such_client"):
        prove(canonical, "no_such_client", tmp_path, examples=1)


OVERLAPPING = """
openapi: 3.1.0
info: {title: Acts, version: 1.0.0}
servers: [{url: "https://acts.example"}]
paths:
  /acts:
    post:
      operationId: act
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Act"}}}
      responses:
        "200":
          description: Done.
          content: {application/json: {schema: {$ref: "#/components/schemas/Act"}}}
components:
  schemas:
    Act:
      oneOf: [{$ref: "#/components/schemas/Stop"}, {$ref: "#/components/schemas/Save"}]
      discriminator:
        propertyName: kind
        mapping: {stop: "#/components/schemas/Stop", save: "#/components/schemas/Save"}
    Stop: {type: object, required: [kind], properties: {kind: {type: string, enum: [stop, save]}}}
    Save: {type: object, required: [kind], properties: {kind: {type: string, enum: [stop, save]}, to: {type: string}}}
"""


def test_values_that_fit_several_members_of_a_oneof_prove_the_client_too(tmp_path):
    """The contract accepts none of them, which is told; the client sends and reads them nevertheless."""
    spec = tmp_path / "acts.yaml"
    spec.write_text(OVERLAPPING, encoding="utf-8")
    canonical = canonicalise(read(bundle(load(str(spec)))))
    for path, content in generate_client(canonical, package="acts_client", name="Acts").files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    proven = prove(canonical, "acts_client", tmp_path, examples=5)
    sys.path.remove(str(tmp_path))
    told = [(one.code, one.operation, one.message.partition(":")[0]) for one in proven.findings]
    assert told == [("wire-overlap", "act", "request"), ("wire-overlap", "act", "reply 200 application/json")]
    assert all(one.place.line for one in proven.findings)


FREE_BODY = """
openapi: 3.1.0
info: {title: Notes, version: 1.0.0}
servers: [{url: "https://notes.example"}]
paths:
  /notes:
    post:
      operationId: note
      requestBody:
        content: {application/json: {schema: {type: object, additionalProperties: true}}}
      responses: {"204": {description: Kept.}}
"""


def test_an_empty_object_is_a_body_and_nothing_is_none(tmp_path, monkeypatch):
    """Of an optional body, `{}` is sent when it is passed; when the argument is left out, nothing is."""
    spec = tmp_path / "notes.yaml"
    spec.write_text(FREE_BODY, encoding="utf-8")
    for path, content in generate_client(
        canonicalise(read(bundle(load(str(spec))))), package="notes_client", name="Notes"
    ).files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path)
    endpoint = importlib.import_module("notes_client.api.default.note")
    assert endpoint.build(body={}).content == b"{}"
    assert not endpoint.build().content


INSTANTS = """
openapi: 3.1.0
info: {title: News, version: 1.0.0}
servers: [{url: "https://news.example"}]
paths:
  /news:
    get:
      operationId: news
      parameters:
        - name: since
          in: query
          required: true
          example: "2012-02-22T02:06:58.158Z"
          schema: {type: string, format: date-time}
        - name: seen
          in: query
          example: ["2012-02-22T02:06:58.5+01:00"]
          schema: {type: array, items: {type: string, format: date-time}}
        - name: order
          in: query
          schema: {type: object, properties: {since: &order {type: string, enum: [asc, desc]}, title: *order}}
      responses: {"204": {description: None.}}
"""


def _news(tmp_path):
    spec = tmp_path / "news.yaml"
    spec.write_text(INSTANTS, encoding="utf-8")
    canonical = canonicalise(read(bundle(load(str(spec)))))
    for path, content in generate_client(canonical, package="news_client", name="News").files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return canonical


def test_an_instant_may_be_spelled_otherwise_and_names_may_meet_in_the_query(tmp_path, monkeypatch):
    """`.158Z` and `.158000Z` are one instant; a member of an exploded object may have the name of a parameter."""
    canonical = _news(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert prove(canonical, "news_client", tmp_path, examples=40).findings == ()
    proof = importlib.import_module("tallystick.generate.runtime.proof.judging")
    held = proof.dt.datetime.fromisoformat("2012-02-22T02:06:58.158Z")
    assert proof._agree("2012-02-22T02:06:58.158000Z", "2012-02-22T02:06:58.158Z", held)
    assert not proof._agree("2012-02-22T02:06:59.158Z", "2012-02-22T02:06:58.158Z", held)
    assert not proof._agree("2012-02-22T02:06:58.158000Z", "2012-02-22T02:06:58.158Z", "2012-02-22T02:06:58.158Z")
