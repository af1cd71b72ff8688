"""A stranger's adapter inherits the laws: one class, and a fake of its provider."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onboarding import Rejected, Secret, Unauthorized
from onboarding.bodies import json_body
from onboarding.spi import Response
from onboarding.testing import AdapterLaws, QuotedError, Sample

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Json = dict[str, Any]


def acme() -> Any:
    """The adapter's class, from what its distribution is made of."""
    path = Path(__file__).parent / "acme_adapter" / "acme_adapter.py"
    spec = importlib.util.spec_from_file_location("acme_under_law", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Acme


class FakeAcme:
    """Acme Pay, as far as customers go: it keeps what it is told."""

    def __init__(self) -> None:
        self.customers: dict[str, Json] = {}

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        told = json.loads(environ["wsgi.input"].read(size) or b"{}")
        ref = environ["PATH_INFO"].rpartition("/")[2]
        if environ["REQUEST_METHOD"] == "POST":
            ref = f"c{len(self.customers) + 1}"
        customer = self.customers.setdefault(ref, {"ref": ref, "mood": "sunny"})
        customer.update(told)
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(customer).encode()]


class TestAcme(AdapterLaws):
    adapter = acme()(token=Secret("token-of-acme"), base_url="https://acme.invalid")
    simulator = FakeAcme
    samples = (Sample(payload={"name": "Ana", "born": "1987-07-14"}, answer=False, name="a body"),)
    errors = (
        QuotedError(
            status=422,
            body={"error": "name_taken", "bad": {"name": "is taken"}},
            kind=Rejected,
            code="name_taken",
            paths=("identity.given_name",),
        ),
        QuotedError(status=401, body={"error": "who_are_you"}, kind=Unauthorized, code="http_401"),
    )
    codes = ("name_taken",)

    def complaint(self, wire_path: str) -> Response:
        told = {"error": "name_taken", "bad": {wire_path: "is taken"}}
        return Response(status=422, body=json_body(told))
