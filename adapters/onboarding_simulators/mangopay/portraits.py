"""Users and resources as values of the desk, named as in the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from onboarding_simulators.shared import Row
from onboarding_simulators.shared.desk import Badge, Fact, Group, Link, Moment, Person, Tone

from .state import User

TONES: Mapping[str, Tone] = {
    **dict.fromkeys(("ACTIVE", "REGULAR", "VALIDATED", "ENABLED", "VALID"), "good"),
    **dict.fromkeys(
        ("PENDING_USER_ACTION", "VALIDATION_ASKED", "PENDING", "INCOMPLETE", "REVIEW"), "wait"
    ),
    **dict.fromkeys(
        ("CLOSED", "REFUSED", "OUT_OF_DATE", "INVALID", "TIMEOUT", "EXPIRED", "BLOCKED"), "bad"
    ),
}


def row_of(user: User) -> Person:
    return Person(
        id=user.id,
        name=name_of(user),
        kind=user.person_type.capitalize(),
        badges=badges(user),
        created=user.created,
    )


def name_of(user: User) -> str:
    names = ("Name",) if user.person_type == "LEGAL" else ("FirstName", "LastName")
    return " ".join(str(user.facts[name]) for name in names if user.facts.get(name))


def badges(user: User) -> list[Badge]:
    badges = [badge(user.status), Badge(user.category), badge(user.kyc_level)]
    if user.inflows_blocked or user.outflows_blocked:
        badges.append(badge("BLOCKED"))
    return badges


def badge(word: str) -> Badge:
    return Badge(word, TONES.get(word, "plain"))


def standing(user: User) -> Group:
    """Returns the facts that the provider decides about a user."""
    blocked = [
        word
        for word, is_so in (("inflows", user.inflows_blocked), ("outflows", user.outflows_blocked))
        if is_so
    ]
    return Group(
        "Status",
        [
            Fact("UserStatus", badge(user.status)),
            Fact("UserCategory", Badge(user.category)),
            Fact("KYCLevel", badge(user.kyc_level)),
            Fact("TermsAndConditionsAccepted", "yes" if user.terms else "no"),
            Fact("CreationDate", Moment(user.created)),
            Fact("IsEnrolled", "yes" if user.enrolled else "no"),
            Fact("LastEnrollmentDate", _moment(user.last_enrolment)),
            Fact("Consents", ", ".join(user.consents)),
            Fact("Blocked", f"{' and '.join(blocked)} ({user.action_code})" if blocked else None),
            Fact("Verified on", user.last_kyc),
            Fact("Renewal required until", user.renewal_deadline),
        ],
    )


def facts(user: User) -> list[Group]:
    """Returns the facts that the platform sent, with nested objects as groups."""
    groups: dict[str, list[Fact]] = {}
    for path, value in user.facts.items():
        title, _, name = path.rpartition(".")
        groups.setdefault(title, []).append(Fact(name, _said(name, value)))
    return [
        Group(title or f"{user.person_type.capitalize()} person", facts)
        for title, facts in sorted(groups.items(), key=lambda each: each[0])
        if any(fact.value for fact in facts)
    ]


def flat(row: Row, prefix: str = "") -> list[Fact]:
    """Returns the facts of a resource; a list of objects is shown by its length."""
    facts: list[Fact] = []
    for name, value in row.items():
        if name.startswith("_") or name in ("UserId", "Declaration"):
            continue
        if isinstance(value, dict):
            facts += flat(cast("Row", value), f"{prefix}{name}.")
        else:
            facts.append(Fact(f"{prefix}{name}", _said(name, value)))
    return facts


def _said(name: str, value: Any) -> Any:
    if value is None or value == []:
        return None
    if name == "Birthday" and isinstance(value, int):
        return _day(value)
    if name.endswith("Date") and isinstance(value, int):
        return Moment(value)
    if name == "Status":
        return badge(str(value))
    if name.endswith("Url"):
        return Link(str(value), str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _listed(value) if isinstance(value, list) else str(value)


def _listed(value: Any) -> str:
    return ", ".join(str(each) if isinstance(each, str) else "…" for each in value)


def _day(seconds: int) -> str:
    """Returns a date of birth from Unix time, which may be negative."""
    try:
        day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return str(seconds)
    return f"{day.date().isoformat()} ({seconds})"


def _moment(seconds: float | None) -> Moment | None:
    return None if seconds is None else Moment(seconds)
