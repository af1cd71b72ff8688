"""Writes the returned and confirmed fields of a record as `verified_claims`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from onboarding.errors import InvalidInput, Problem
from onboarding.levels import IdentificationLevel, KYCLevel
from onboarding.mapping.paths import EMPTY, class_at, lookup
from onboarding.mapping.people import leaves_of
from onboarding.model.answers import Loss, LossKind
from onboarding.model.record import UserRecord
from onboarding.model.user import PersonType, User
from onboarding.serialization import nearest
from onboarding.values.base import checks_of
from onboarding.verified_claims.verification import (
    FRAMEWORKS,
    PROVENANCE,
    Provenance,
    evidence_problems,
)
from onboarding.verified_claims.vocabulary import CLAIMS, DATA

__all__ = ["to_verified_claims"]

_KNOWN = tuple(dict.fromkeys(claim.top for claim in CLAIMS if claim.write is not None))

# Claims that an identity document proves or a code confirms; neither proves an address.
_PROVED = tuple(name for name in _KNOWN if name != "address")

_CONTACTS = ("email", "phone")


def to_verified_claims(
    record: UserRecord,
    *,
    trust_framework: str,
    claims: Iterable[str] = _PROVED,
    verified_at: datetime | None = None,
    evidence: Iterable[Mapping[str, Any]] = (),
) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """Returns `{"verified_claims": ...}` for a record, and the losses for fields not in it.

    The object is defined by the OpenID Identity Assurance Schema Definition 1.0. It contains the
    fields that the provider returns, for the claims named in `claims` (by default all but
    `address`, which no identity document proves), and only confirmed contacts.

    `trust_framework` is stated by the caller. For `eidas` and `nist_800_63A` the level is that of
    the record, which has one only if the gateway's level policy names it; for other frameworks no
    level is written. `verified_at` is when the provider verified the user, if the caller knows it;
    it is not the time of retrieval. `evidence` is plain data as the standard defines it.

    Raises `InvalidInput`, which lists every problem by path: a record of a company or of an
    unverified user, a framework without a named level, an unknown claim.
    """
    if not isinstance(record, UserRecord):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidInput([Problem("", "type", "expected a UserRecord; fetch_user gives one")])
    names = [claims] if isinstance(claims, str) else list(claims)
    proofs = [deepcopy(item) for item in evidence]
    problems = [
        *_of_record(record, trust_framework),
        *_of_claims(names),
        *_of_time(record, verified_at),
        *(problem.under("evidence") for problem in evidence_problems(proofs)),
    ]
    if problems:
        raise InvalidInput(problems)
    verification: dict[str, Any] = {"trust_framework": trust_framework}
    if trust_framework in FRAMEWORKS:
        level = getattr(record, FRAMEWORKS[trust_framework][0])
        verification["assurance_level"] = level.value
    if verified_at is not None:
        verification["time"] = verified_at.isoformat(timespec="seconds")
    if proofs:
        verification["evidence"] = proofs
    verification[PROVENANCE] = Provenance.of(record).told()
    found, losses = _claims(record, names)
    return {"verified_claims": {"verification": verification, "claims": found}}, losses


def _of_record(record: UserRecord, framework: object) -> Iterator[Problem]:
    if record.user.person_type is PersonType.LEGAL:
        yield Problem("user.company", "unsupported", "verified claims describe a natural person")
    if not isinstance(framework, str) or not framework.strip():
        yield Problem("trust_framework", "shape", "expected a text that is not blank")
    elif framework in FRAMEWORKS:
        name = FRAMEWORKS[framework][0]
        if getattr(record, name) is None:
            text = "the gateway's level policy names no level for the provider's level"
            yield Problem(name, "missing", text)
    elif near := [known for known in FRAMEWORKS if _sounds_like(framework, known)]:
        text = f"includes a level that no policy names; did you mean {near[0]}?"
        yield Problem("trust_framework", "unknown", text)
    elif record.kyc_level is not KYCLevel.REGULAR and record.identification_level in (
        None,
        IdentificationLevel.UNIDENTIFIED,
    ):
        yield Problem("identification_level", "missing", "nothing about the user was verified")


def _sounds_like(framework: str, known: str) -> bool:
    """Whether a name is of an earlier draft, which included the level: eidas_ial_high."""
    return framework.casefold().startswith(known.partition("_")[0])


def _of_claims(names: list[str]) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if name not in _KNOWN:
            hint = nearest(name, _KNOWN)
            yield Problem(f"claims.{index}", "unknown", f"no such claim can be written{hint}")


def _of_time(record: UserRecord, verified_at: datetime | None) -> Iterator[Problem]:
    if verified_at is None:
        return
    if not isinstance(verified_at, datetime) or verified_at.tzinfo is None:  # pyright: ignore[reportUnnecessaryIsInstance]
        yield Problem("verified_at", "shape", "expected a date and time with its zone")
    elif record.retrieved_at is not None and verified_at > record.retrieved_at:
        yield Problem("verified_at", "conflict", "is after the record was retrieved")


def _claims(record: UserRecord, names: list[str]) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """Returns the claims, and a loss for each field of the user that is in no claim."""
    shown = {path: lookup(record.user, path) for path in leaves_of(record.user)}
    given = {path: value for path, value in shown.items() if value not in EMPTY}
    why = {path: _kept_back(record, path, value) for path, value in given.items()}
    free = {path: value for path, value in given.items() if not why[path]}
    out: dict[str, Any] = {}
    written: set[str] = set()
    for claim in CLAIMS:
        if claim.write is None or claim.top not in names:
            continue
        values = tuple(free.get(path) for path in claim.core)
        value = claim.write(values) if any(item not in EMPTY for item in values) else None
        if value is not None:
            written.update(claim.core)
            _put(out, claim.name, value)
    return out, tuple(_losses(record, given, why, names, written))


def _kept_back(record: UserRecord, path: str, value: object) -> str:
    """Returns why a field that the provider returns is in no claim; empty if it may be."""
    if path not in DATA:
        return "no claim is registered for it"
    if path in _CONTACTS and record.confirmed.get(path) is not True:
        return "not known to be confirmed"
    above, _, name = path.rpartition(".")
    if checks_of(class_at(above))[name].problems(value):
        return "not in the form that the standard requires"
    return ""


def _losses(
    record: UserRecord,
    given: Mapping[str, Any],
    why: Mapping[str, str],
    names: list[str],
    written: set[str],
) -> Iterator[Loss]:
    asked = {path for claim in CLAIMS if claim.top in names for path in claim.core}
    for path in given:
        if why[path]:
            yield Loss(core_path=path, kind=LossKind.DROPPED, reason=why[path])
        elif path not in asked:
            reason = "not in a requested claim"
            yield Loss(core_path=path, kind=LossKind.NOT_APPLICABLE, reason=reason)
        elif path not in written:
            reason = "not an assigned ISO 3166-1 code"
            yield Loss(core_path=path, kind=LossKind.DROPPED, reason=reason)
    extras = [f"extras.{provider}" for provider in record.user.extras]
    for person in record.user.people:
        extras += [f"people[{person.ref}].extras.{provider}" for provider in person.extras]
    for path in extras:
        reason = "no claim is registered for it"
        yield Loss(core_path=path, kind=LossKind.DROPPED, reason=reason)
    yield from _merged(record.user, written)


def _merged(user: User, written: set[str]) -> Iterator[Loss]:
    """Yields a loss if the list of nationalities loses the first one or a duplicate."""
    first = lookup(user, "identity.nationality")
    others = lookup(user, "identity.other_nationalities")
    if "identity.nationality" in written and others:
        every = [*([first] if first else []), *others]
        if first is None or len(set(every)) < len(every):
            reason = "written as one list without duplicates"
            path = "identity.other_nationalities"
            yield Loss(core_path=path, kind=LossKind.COARSENED, reason=reason)


def _put(out: dict[str, Any], name: str, value: Any) -> None:
    top, _, member = name.partition(".")
    if member:
        out.setdefault(top, {})[member] = value
    else:
        out[top] = value
