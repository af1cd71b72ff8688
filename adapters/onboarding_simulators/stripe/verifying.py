"""Checks of people and companies, with the magic values of test mode (docs: connect/testing)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from onboarding_simulators.shared import Row

from .calls import FILES, World, dig
from .rules import keyed_paths

IDENTITY, DOCUMENT, ADDRESS_DOCUMENT, TAX_ID = (
    "identity",
    "document",
    "additional_document",
    "tax_id",
)
PASSED, FAILED = "passed", "failed"
PASSING_FILE = "file_identity_document_success"
"""The one file of test mode whose effect is certain."""
ADULT = 18
"""The least age in years."""

_MATCHES, _AT_ONCE, _LISTED = (1901, 1, 1), (1902, 1, 1), (1900, 1, 1)
_MISMATCH = "111111111"
_INSTANT = "222222222"


def start_checks(world: World, subject: Row, country: str) -> None:
    """Starts a check of each thing that is complete and was not checked before.

    `subject` is a person, or an account for its company.
    """
    checks: Row = subject.setdefault("checks", {})
    for topic, facts in _complete(subject, country):
        told = json.dumps(facts, sort_keys=True)
        if topic in checks and checks[topic]["told"] == told:
            continue
        code, at_once = _OUTCOMES[topic](world, facts)
        now = world.clock()
        due = now if at_once else now + (world.review_seconds or 0) if world.reviews else None
        checks[topic] = {"told": told, "due": due, "code": code, "result": None}
    settle(world, subject)


def settle(world: World, subject: Row) -> bool:
    """Ends the checks that are due; returns whether there was one."""
    due = [
        check
        for check in subject.get("checks", {}).values()
        if check["result"] is None and check["due"] is not None and check["due"] <= world.clock()
    ]
    for check in due:
        check["result"] = FAILED if check["code"] else PASSED
    return bool(due)


def end_check(subject: Row, topic: str, code: str | None) -> None:
    """Ends a check: a code of `requirements.errors` makes it fail."""
    check = subject.get("checks", {}).get(topic)
    if check is None:
        raise LookupError("there is no such check")
    check |= {"code": code, "result": FAILED if code else PASSED, "due": None}


def result_of(subject: Row, topic: str) -> str | None:
    """Returns `passed`, `failed`, `pending` or, without such a check, None."""
    check = subject.get("checks", {}).get(topic)
    return None if check is None else check["result"] or "pending"


def failure_of(subject: Row, topic: str) -> str | None:
    """Returns the code of a check that failed, else None."""
    failed = result_of(subject, topic) == FAILED
    return str(subject["checks"][topic]["code"]) if failed else None


def next_due(subject: Row) -> float | None:
    """Returns when the next check ends, or None."""
    times = [
        check["due"]
        for check in subject.get("checks", {}).values()
        if check["result"] is None and check["due"] is not None
    ]
    return min(times, default=None)


def status_of(person: Row) -> str:
    """Returns `verified`, `pending` or `unverified`: a document makes up for keyed data."""
    found = [result_of(person, topic) for topic in (DOCUMENT, IDENTITY)]
    if PASSED in found:
        return "verified"
    return "pending" if "pending" in found else "unverified"


def is_listed(person: Row) -> bool:
    """Whether a person's birth date raises the alert of a list of sanctions."""
    return _birthdate(person["given"]) == _LISTED


def _complete(subject: Row, country: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    given = subject["given"]
    company = given.get("company", {})
    if company.get("tax_id"):
        yield TAX_ID, {"tax_id": company["tax_id"], "name": company.get("name")}
    if dig(company, "verification.document.front"):
        yield DOCUMENT, company["verification"]["document"]
    paths = [path for path in keyed_paths(country) if path != "ssn_last_4"]
    numbers = {name: given.get(name) for name in ("id_number", "ssn_last_4")}
    if all(dig(given, path) for path in paths) and (country != "US" or any(numbers.values())):
        yield IDENTITY, {path: dig(given, path) for path in paths} | numbers
    for topic in (DOCUMENT, ADDRESS_DOCUMENT):
        if dig(given, f"verification.{topic}.front"):
            yield topic, given["verification"][topic]


def _birthdate(given: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(dig(given, f"dob.{part}") for part in ("year", "month", "day"))


def _identity(world: World, facts: Mapping[str, Any]) -> tuple[str | None, bool]:
    """Returns the code of the failure, and whether the result is there at once."""
    born = tuple(facts[f"dob.{part}"] for part in ("year", "month", "day"))
    number, last = str(facts["id_number"] or ""), str(facts["ssn_last_4"] or "")
    at_once = born == _AT_ONCE or number == _INSTANT or last == _INSTANT[:4]
    # numbers and addresses that the documents do not name are taken to match
    if number == _MISMATCH or (not number and last == _MISMATCH[:4]):
        return "verification_failed_id_number_match", at_once
    today = datetime.fromtimestamp(world.clock(), UTC)
    if (born[0] + ADULT, *born[1:]) > (today.year, today.month, today.day):
        return "invalid_dob_age_under_18", at_once
    if facts["address.line1"] == "address_no_match":
        return "verification_failed_address_match", at_once
    if world.strict_birthdates and born not in (_MATCHES, _AT_ONCE):
        return "verification_failed_keyed_identity", at_once
    return None, at_once


def _document(world: World, facts: Mapping[str, Any]) -> tuple[str | None, bool]:
    file = world.tables.get(FILES, facts["front"])
    if facts["front"] == PASSING_FILE or (file is not None and world.accept_uploads):
        return None, False
    return "verification_document_failed_test_mode", False


def _tax_id(world: World, facts: Mapping[str, Any]) -> tuple[str | None, bool]:
    number = str(facts["tax_id"]).replace("-", "")
    code = "verification_failed_tax_id_match" if number == _MISMATCH else None
    return code, number == _INSTANT


_OUTCOMES = {
    IDENTITY: _identity,
    DOCUMENT: _document,
    ADDRESS_DOCUMENT: _document,
    TAX_ID: _tax_id,
}
