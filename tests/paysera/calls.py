"""What Paysera's documents offer, and which call and which test a run met it by."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen
from onboarding import Gateway, IdentificationLevel
from onboarding.operations import Operations

from onboarding_paysera import ServiceName
from onboarding_paysera.errors import CODES
from onboarding_paysera.wire.documents import KINDS
from onboarding_paysera.wire.identification import KINDS as PAPER_KINDS

from .tapped import ENDPOINTS, Said

__all__ = ["QUICK", "WANTED", "Row", "read_run", "refreshed", "rows_of"]

# docs: user-resource, Quick Reference: each feature, and the endpoints that its row names
QUICK = {
    "Get User Info": ("GET /user/:id",),
    "Register User": ("POST /user",),
    "Phone/Email": ("POST /user/:userId/phone", "PUT /user/:userId/phone/confirm"),
    "Password": ("POST /user/password/reset", "PUT /user/:userId/password"),
    "Services": ("GET /user/:userId/services", "PUT /user/:userId/service/:service"),
    "Position": ("PUT /user/:userId/position", "GET /user/:userId/position"),
    "Avatar": ("PUT /user/:userId/avatar", "DELETE /user/:userId/avatar"),
    "Documents": ("POST /user/:userId/document",),
    "Contact Book": ("POST /user/:userId/contact-book",),
}
# kind -> all that the documents name; a run that leaves one out has a gap
WANTED: dict[str, tuple[str, ...]] = {
    "endpoint": (*ENDPOINTS, "any other"),
    "search criterion": ("person_code[:nationality]", "email", "phone"),
    "credential type": ("main-password", "pre-salt-sha1-base64"),
    "grant type": (
        "authorization_code", "password", "refresh_token", "refresh_token_with_activation",
    ),
    "document type": tuple(KINDS),
    "identity document type": tuple(PAPER_KINDS),
    "service": tuple(ServiceName),
    "level": tuple(level.name.lower() for level in IdentificationLevel),
    "error": tuple(CODES),
}  # fmt: skip

# a flow -> the call of a gateway that it is, or is a part of
_GATEWAY = {
    "list_wallets": "wallets",
    "upload_document": "submit_document",
    "describe_document": "submit_document",
}

# tests that are about what they meet, the narrower first; others meet the same in passing
_MEANT = (
    "credentials_arrive_as_they_were_given",
    "an_assigned_contact_waits_for_its_code_and_is_shown_after_it",
    "another_address_leaves_the_confirmed_one_until_its_code_came",
    "a_wrong_code_is_refused_and_too_many_of_them_end_the_code",
    "a_password_is_changed_by_the_code_that_was_sent_or_by_the_old_one",
    "each_no_about_a_password_is_typed",
    "each_service_that_has_a_name_can_be_enabled",
    "a_document_arrives_as_it_is_with_the_documented_metadata",
    "a_contact_book_takes_contacts_in_and_out",
    "a_receipt_is_due_once_an_identity_was_provided_and_fetching_it_is_how_it_is_printed",
    "an_identification_request_takes_documents_by_words_of_its_own",
    "raw_signs_any_request_and_maps_its_no",
    "consent_gives_a_token_and_the_token_the_users_own_data",
    "a_person_rises_by_each_level_and_is_in_the_end_who_they_said",
    "a_request_is_filled_submitted_and_polled_until_it_is_reviewed",
)


@frozen
class Row:
    """One line of the table: what Paysera offers, the calls for it, the tests that made them."""

    kind: str
    what: str
    calls: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        calls = ", ".join(dict.fromkeys(map(_spelled, self.calls)))
        tests = "; ".join(dict.fromkeys(map(_read, self.tests)))
        return self.kind, f"`{self.what}`" if self.what else "", calls, tests


def _spelled(flow: str) -> str:
    """A call of the gateway, or a flow of the adapter's own."""
    call = _GATEWAY.get(flow, flow)
    return f"`{call}`" if hasattr(Gateway, call) else f"`run(adapter.{call}(…))`"


def _read(test: str) -> str:
    return test.rpartition("::")[2].removeprefix("test_").replace("_", " ")


def read_run(file: Path) -> dict[str, set[Said]]:
    """What each test said, from the file that the recorder wrote."""
    told: dict[str, list[list[str]]] = json.loads(file.read_text("utf-8"))
    return {test: {Said(*entry) for entry in said} for test, said in told.items()}


def rows_of(run: Mapping[str, set[Said]]) -> list[Row]:
    """Every row that a run gives: what it met, in the order of the documents, then the rest."""
    met: dict[tuple[str, str], dict[str, list[str]]] = {}
    for test, said in run.items():
        for one in said:
            met.setdefault((one.kind, one.what), {}).setdefault(one.call, []).append(test)
    kinds = [*WANTED]

    def place(key: tuple[str, str]) -> tuple[int, int, str]:
        kind, what = key
        wanted = WANTED[kind]
        return kinds.index(kind), wanted.index(what) if what in wanted else len(wanted), what

    plain = [
        Row(kind, what, *_chosen(met[kind, what], run)) for kind, what in sorted(met, key=place)
    ]
    by_endpoint = {row.what: row for row in plain if row.kind == "endpoint"}
    quick = [
        Row("quick reference", feature, *_joined([by_endpoint[line] for line in lines]))
        for feature, lines in QUICK.items()
        if all(line in by_endpoint for line in lines)
    ]
    return quick + plain


def _chosen(
    met: Mapping[str, list[str]], run: Mapping[str, set[Said]]
) -> tuple[tuple[str], tuple[str]]:
    """The call that is meant for it, and the test that is most about it.

    A read of the user first, where a word is in many an answer; a call of the core before one of
    the adapter's own, and `raw` last; what most tests made before what few did. Of its tests one
    that is meant for it, else the one that said least else.
    """

    def rank(call: str) -> tuple[bool, bool, bool, int, str]:
        core = hasattr(Operations, _GATEWAY.get(call, call))
        return call == "raw", call != "fetch_user", not core, -len(met[call]), call

    def closeness(test: str) -> tuple[int, int, str]:
        name = test.rpartition("::test_")[2]
        meant = _MEANT.index(name) if name in _MEANT else len(_MEANT)
        return meant, len(run[test]), test

    call = min(met, key=rank)
    return (call,), (min(met[call], key=closeness),)


def _joined(rows: Sequence[Row]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    calls = tuple(call for row in rows for call in row.calls)
    return calls, tuple(test for row in rows for test in row.tests)


_MARKED = re.compile(r"(<!-- calls -->\n).*?(\n<!-- end -->)", re.DOTALL)


def refreshed(page: str, rows: Sequence[Row]) -> str:
    """The text of a page with its table of the rows written anew."""
    lines: list[Any] = [("Kind", "At Paysera", "Call", "Test"), ["---"] * 4]
    lines += [row.cells for row in rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    fresh, count = _MARKED.subn(lambda found: f"{found[1]}\n{table}\n{found[2]}", page)
    assert count == 1
    return fresh
