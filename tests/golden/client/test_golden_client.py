"""The generated client of a small contract, file by file: every change of the generator is a change to review here.

``TALLY_UPDATE_GOLDEN=1 pytest tests/golden/client`` writes the files anew.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest

from tallystick.contract import canonicalise, read
from tallystick.document import bundle, load
from tallystick.generate.client import generate_client

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"
VERBATIM = ("parcels_client/runtime/", "tests/wire_proof/", "tests/contract.json", "tests/calls.json")


@pytest.fixture(scope="module")
def plan():
    contract = read(bundle(load(str(HERE / "parcels.yaml"))))
    return generate_client(canonicalise(contract), package="parcels_client", name="Parcels")


def own(plan):
    return {path: content for path, content in plan.files.items() if not path.startswith(VERBATIM)}


def test_the_client_is_as_it_was_reviewed(plan):
    """Paths and bytes of all generated files are those of the folder ``expected``."""
    files = own(plan)
    if os.environ.get("TALLY_UPDATE_GOLDEN"):
        for path, content in files.items():
            (EXPECTED / path).parent.mkdir(parents=True, exist_ok=True)
            (EXPECTED / path).write_bytes(content)
    present = {path.relative_to(EXPECTED).as_posix() for path in EXPECTED.rglob("*") if path.is_file()}
    assert present - {path for path in present if "__pycache__" in path} == files.keys()
    for path, content in files.items():
        assert content.decode() == (EXPECTED / path).read_text(encoding="utf-8"), path


def test_nothing_is_lost(plan):
    """Every operation is generated, and nothing had to be reported."""
    assert (plan.described, plan.generated) == (7, 7)
    assert [str(finding) for finding in plan.findings] == []


def test_generating_again_changes_nothing(plan):
    """The same contract gives the same bytes."""
    contract = read(bundle(load(str(HERE / "parcels.yaml"))))
    again = generate_client(canonicalise(contract), package="parcels_client", name="Parcels")
    assert again.files == plan.files


@pytest.fixture(scope="module")
def client(plan, tmp_path_factory):
    folder = tmp_path_factory.mktemp("golden")
    for path, content in plan.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("parcels_client")
    sys.path.remove(str(folder))


PARCEL = {
    "id": "7b0e1f6a-3c52-4f0e-9d58-0e4f2a6c1d3b",
    "to": "Paris",
    "content": {"kind": "goods", "weight": 1.5},
    "status": "lost-in-space",
    "sent_at": "2026-01-01T00:00:00.123456789Z",
    "due": None,
    "parts": [],
    "value": "10",
    "colour": "red",
}


def test_a_reply_of_tomorrow_is_kept(client):
    """Unknown properties, members and tags survive reading and writing, letter by letter."""
    parcel = client.models.Parcel.from_dict(PARCEL)
    assert parcel.content == client.models.Goods(weight=1.5)
    assert parcel.status == "lost-in-space"
    assert parcel.additional_properties == {"colour": "red"}
    assert not parcel.labels
    assert parcel.to_dict() == PARCEL
    strange = PARCEL | {"content": {"kind": "animal", "legs": 4}}
    assert client.models.Parcel.from_dict(strange).content == client.Unknown({"kind": "animal", "legs": 4})
    assert client.models.Parcel.from_dict(strange).to_dict() == strange


def test_a_request_is_built_without_input_and_output(client):
    """The low-level module makes the request, in the styles of the contract."""
    module = importlib.import_module("parcels_client.api.parcels.list_parcels")
    filters = (
        client.models.ListParcelsFilter(to="Oslo") if hasattr(client.models, "ListParcelsFilter") else {"to": "Oslo"}
    )
    request = module.build(status=["packed", "sent"], filter=filters)
    assert request.path == "/parcels?status=packed,sent&filter%5Bto%5D=Oslo"


def test_clients_need_a_base_url_only_when_the_contract_names_none(client, monkeypatch):
    """Argument over environment over contract; a wrong address is refused at once."""
    assert client.Client().base_url == "https://parcels.example.com/v2"
    monkeypatch.setenv("PARCELS_BASE_URL", "http://env.test/")
    assert client.Client().base_url == "http://env.test"
    assert client.AsyncParcels(base_url="http://arg.test").base_url == "http://arg.test"
    with pytest.raises(ValueError, match="absolute http or https address"):
        client.Client(base_url="arg.test")


def test_credentials_come_from_the_environment(client, monkeypatch):
    """A key in the environment is sent where the contract wants it."""
    import httpx2

    seen = []

    def answer(request):
        seen.append(request)
        return httpx2.Response(200, json=PARCEL)

    monkeypatch.setenv("PARCELS_KEY", "from-env")
    http = httpx2.Client(transport=httpx2.MockTransport(answer))
    client.Client(base_url="http://x.test", http_client=http).parcels.get("a/b")
    assert seen[0].headers["x-key"] == "from-env"
    assert seen[0].url.raw_path == b"/parcels/a%2Fb"


def test_deprecated_calls_warn(client):
    """A deprecated call warns, names its end and what to use instead."""
    with pytest.warns(DeprecationWarning, match="ends on 2027-06-30; use createParcel"), pytest.raises(client.ApiError):
        client.Client(base_url="http://127.0.0.1:9", retries=0).parcels.update("a", if_match="x")


def test_the_package_exports_what_it_promises(client):
    """Names of the package are pinned: clients, errors, problems, values."""
    wanted = {"Client", "AsyncClient", "Parcels", "AsyncParcels", "DepotFull", "WebhookReceiver", "ApiError", "models"}
    assert wanted <= set(dir(client))
    assert all(getattr(client, name) is not None for name in client.__all__)
    with pytest.raises(AttributeError):
        _ = client.nothing_of_this_name
