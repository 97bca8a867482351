"""A run in shares, its record, and what Schemathesis is given."""

import base64
import json

import pytest

from tallystick.contract import read
from tallystick.document import bundle, load
from tallystick.fuzz.preparation import prepared
from tallystick.fuzz.record import Record, merged, read_record
from tallystick.fuzz.reporting import curl, record_findings
from tallystick.fuzz.settings import Effort
from tallystick.fuzz.shards import shares


@pytest.fixture
def contract(tmp_path):
    """Five operations on three collections."""
    reply = {"responses": {"200": {"description": "Yes."}}}
    paths = {path: {"get": {"operationId": name, **reply}} for path, name in (("/a", "listA"), ("/a/{id}", "getA"))}
    paths |= {
        path: {"get": {"operationId": name, **reply}} for path, name in (("/b", "listB"), ("/b/x", "getB"), ("/c", "c"))
    }
    paths["/a/{id}"]["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    return read(bundle(load(path)))


def tried(contract, share):
    """The operations of a share."""
    return {operation.id for operation in contract.operations} - set(share.exclude)


def test_every_operation_is_in_one_share_and_collections_stay_together(contract):
    """What one operation creates, the next can use."""
    found = shares(contract, Effort(5, 2, None), exclude=["c"])
    assert [share.effort.phases for share in found[:-1]] == [("examples", "coverage", "fuzzing")] * 2
    unit = [tried(contract, share) for share in found[:-1]]
    assert sorted(map(sorted, unit)) == [["getA", "listA"], ["getB", "listB"]]
    assert found[-1].effort.phases == ("stateful",)
    assert [share.alone for share in found] == [False, False, True]
    assert tried(contract, found[-1]) == {"listA", "getA", "listB", "getB"}


def test_one_worker_has_one_share(contract):
    """With every phase."""
    (share,) = shares(contract, Effort(5, 1, None), exclude=["c"])
    assert share.effort.phases == ("examples", "coverage", "fuzzing", "stateful")
    assert share.exclude == ("c",)


def test_more_workers_than_collections_leave_no_empty_share(contract):
    """Three collections make three shares."""
    assert len(shares(contract, Effort(5, 8, None, phases=("fuzzing",)), exclude=[])) == 3


def check(name, status="failure", **failure):
    """One entry of the record."""
    told = {"type": "UndefinedStatusCode", "code": "ST103", "operation": "GET /a", "title": "T", "message": "M"}
    info = {"failure": {**told, "case_id": None, **failure}} if status == "failure" else None
    return {"name": name, "status": status, "failure_info": info}


def events(folder, *checks):
    """A file of events with one scenario."""
    exchange = {
        "request": {
            "method": "GET",
            "uri": "http://h/a?x='1'",
            "headers": {"X-Key": ["[Filtered]"], "Accept": ["*/*"]},
        },
        "response": {"status_code": 418, "headers": {}, "content": {"$base64": base64.b64encode(b"tea").decode()}},
    }
    recorder = {
        "label": "GET /a",
        "cases": {"1": {"value": {"method": "GET", "path": "/a"}}},
        "checks": {"1": list(checks)},
        "interactions": {"1": exchange},
    }
    lines = [
        {"Initialize": {"seed": 7}},
        {"ScenarioFinished": {"phase": "fuzzing", "recorder": recorder}},
        {"NonFatalError": {"label": "GET /b", "value": {"message": "no route"}}},
        {"EngineFinished": {}},
    ]
    path = folder / "events.ndjson"
    path.write_text("\n".join(map(json.dumps, lines)) + '\n{"half a li')
    return path


def test_a_record_is_read_back(tmp_path):
    """Failures with their exchange, errors, what was seen; half a line at the end is left."""
    (tmp_path / "dropped").write_text('{"operation": "GET /a", "reason": "the request is valid"}\n')
    path = events(tmp_path, check("status_code_conformance"), check("not_a_server_error", "success"))
    record = read_record(path, tmp_path / "dropped")
    assert (record.seed, record.cases, record.complete, record.seen) == (7, 1, True, {("GET /a", 418)})
    assert [failure.check for failure in record.failures] == ["status_code_conformance"]
    assert record.failures[0].exchange.reply_body == "tea"
    assert record.errors == ["GET /b: no route"]
    assert len(record.dropped) == 1


def test_findings_are_grouped_by_cause(tmp_path, contract):
    """The same status twice is one finding; another status is another; errors and dropped ones are told."""
    path = events(tmp_path, check("status_code_conformance"), check("status_code_conformance"))
    record = read_record(path, tmp_path / "none")
    record.dropped = [{"operation": "GET /a", "reason": "the request is valid"}]
    found = list(record_findings(contract, record))
    assert [each.code for each in found] == ["fuzz-status-code-conformance", "fuzz-error", "fuzz-second-opinion"]
    assert (found[0].operation, found[0].details["count"], found[0].details["seed"]) == ("listA", 2, 7)
    assert "declare the status in the contract" in found[0].message
    assert found[0].place.line > 0


def test_a_run_that_was_cut_says_what_was_not_tried(contract):
    """Operations that were never asked make it an error."""
    cut = Record(was_cut=True, seen={("GET /a", 200)})
    (finding,) = record_findings(contract, cut)
    assert (finding.code, finding.level.value) == ("fuzz-cut", "error")
    assert "not tried at all: getA, listB, getB, c" in finding.message
    whole = Record(was_cut=True, seen={(f"{each.method} {each.path}", 200) for each in contract.operations})
    assert [each.level.value for each in record_findings(contract, whole)] == ["warning"]


def test_records_of_shares_are_one(tmp_path):
    """Counts add up; one that was cut makes the whole cut."""
    one = read_record(events(tmp_path, check("status_code_conformance")), tmp_path / "none")
    whole = merged([one, Record(was_cut=True, cases=3, seen={("GET /b", 200)})])
    assert (whole.cases, whole.was_cut, whole.complete, len(whole.failures)) == (4, True, False, 1)
    assert whole.seen == {("GET /a", 418), ("GET /b", 200)}


def test_a_request_can_be_repeated_from_the_shell(tmp_path):
    """Quoted, with variables for what was filtered."""
    record = read_record(events(tmp_path, check("status_code_conformance")), tmp_path / "none")
    text = curl(record.failures[0].exchange)
    assert '-H "X-Key: $X_KEY"' in text
    assert text.endswith("""'http://h/a?x='"'"'1'"'"''""")


def test_bearer_tokens_are_credentials_whatever_gives_them():
    """OAuth 2 and OpenID Connect become a bearer token, others stay."""
    key = {"type": "apiKey", "in": "header", "name": "X"}
    document = {"components": {"securitySchemes": {"a": {"type": "oauth2", "flows": {}}, "k": key}}}
    found = prepared(document)["components"]["securitySchemes"]
    assert found == {"a": {"type": "http", "scheme": "bearer"}, "k": key}
    assert document["components"]["securitySchemes"]["a"]["type"] == "oauth2"


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [("^https://[a-z]{1,20}[.]org(/[a-z]+)*$", False), ("^.{3,9}$", True), ("^[a-z]+$", True), ("(", True)],
)
def test_a_format_that_its_pattern_implies_is_left_out(pattern, kept):
    """Nothing could ever break the one and keep the other."""
    schema = {"type": "string", "format": "uri", "pattern": pattern}
    assert ("format" in prepared({"a": [schema]})["a"][0]) is kept
