"""Reads `verified_claims` into a user and the facts of the verification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any, cast

from attrs import define, field, frozen

from onboarding.errors import InvalidInput, Problem
from onboarding.levels import EidasLevel, NistIal
from onboarding.mapping.paths import EMPTY, class_at
from onboarding.model.answers import Loss, LossKind
from onboarding.model.user import User
from onboarding.values.base import Model, checks_of
from onboarding.verified_claims.verification import (
    FRAMEWORKS,
    PROVENANCE,
    Provenance,
    evidence_problems,
    moment,
    text_problems,
)
from onboarding.verified_claims.vocabulary import CLAIMS, Claim

__all__ = ["VerifiedClaims", "from_verified_claims"]


@frozen(kw_only=True, slots=False, repr=False)
class VerifiedClaims(Model):
    """What a sender says to have verified.

    It is not a record: its levels are the sender's word, and become no level of any provider. A
    user who is registered from it starts as every new user does.
    """

    user: User
    """The user in the claims."""
    trust_framework: str
    """The framework that the sender names. Example: `eidas`."""
    assurance_level: str | None = None
    """The sender's word for the level, in any framework. Example: `substantial`."""
    verified_at: datetime | None = None
    """When the sender verified, in UTC. Example: `2026-10-01T08:30:00Z`."""
    process: str | None = None
    """The sender's reference for audits. Example: `7c2f1e`."""
    assurance_process: Mapping[str, Any] = field(factory=dict[str, Any])
    """How the level was reached, in the words of the standard. Example: `{"policy": "gpg45"}`."""
    evidence: tuple[Mapping[str, Any], ...] = ()
    """What was examined, in the words of the standard. Example: `[{"type": "document"}]`."""
    provenance: Provenance | None = None
    """The record that this library wrote the claims from; None for claims of others."""
    unmapped: Mapping[str, Any] = field(factory=dict[str, Any])
    """What the core has no field for, by path. Example: `{"claims.title": "Dr"}`."""
    losses: tuple[Loss, ...] = ()
    """Why something is unmapped."""

    @property
    def eidas_level(self) -> EidasLevel | None:
        """The eIDAS level, if the framework is eIDAS and the text is one of its levels."""
        found = self._level()
        return found if isinstance(found, EidasLevel) else None

    @property
    def nist_ial(self) -> NistIal | None:
        """The NIST level, if the framework is SP 800-63A and the text is one of its levels."""
        found = self._level()
        return found if isinstance(found, NistIal) else None

    def _level(self) -> EidasLevel | NistIal | None:
        if self.trust_framework not in FRAMEWORKS:
            return None
        _, scale = FRAMEWORKS[self.trust_framework]
        return next((level for level in scale if level.value == self.assurance_level), None)


def from_verified_claims(data: Mapping[str, Any]) -> tuple[VerifiedClaims, ...]:
    """Reads the `verified_claims` of an ID token or a UserInfo response.

    `data` is the object with the key `verified_claims`, which has one verification or a list; each
    is read separately. Keys that the standard or the core does not know are kept in `unmapped` and
    named in `losses`. Only the form is checked: verify the signature of the sender first.

    Raises `InvalidInput`, which lists all that the standard forbids, by path, without values.
    """
    return tuple(_every(data))


def _every(data: Any) -> Iterator[VerifiedClaims]:
    if not isinstance(data, Mapping):
        raise InvalidInput([Problem("", "type", "expected an object with named fields")])
    found: Any = cast("Mapping[str, Any]", data).get("verified_claims")
    if found is None:
        raise InvalidInput([Problem("verified_claims", "missing", "is required")])
    many = isinstance(found, list | tuple)
    each = list(cast("Iterable[Any]", found)) if many else [found]
    readings = [_Reading() for _ in each]
    for reading, one in zip(readings, each, strict=True):
        reading.all(one)
    problems = [
        problem.under(f"verified_claims.{index}" if many else "verified_claims")
        for index, reading in enumerate(readings)
        for problem in reading.problems
    ]
    if problems:
        raise InvalidInput(problems)
    for reading in readings:
        yield VerifiedClaims(
            user=User().replace(reading.values),
            unmapped=reading.unmapped,
            losses=tuple(reading.losses),
            **reading.facts,
        )


@define
class _Reading:
    """The state of reading one verification."""

    values: dict[str, object] = field(factory=dict[str, object])
    facts: dict[str, Any] = field(factory=dict[str, Any])
    unmapped: dict[str, Any] = field(factory=dict[str, Any])
    losses: list[Loss] = field(factory=list[Loss])
    problems: list[Problem] = field(factory=list[Problem])

    def all(self, data: Any) -> None:
        if (found := self._object(data, "")) is None:
            return
        self._rest(found, {"verification", "claims"}, "")
        for name, read in (("verification", self._verification), ("claims", self._claims)):
            if name not in found:
                self.problems.append(Problem(name, "missing", "is required"))
            elif (inner := self._object(found[name], name)) is not None:
                read(inner)

    def _object(self, data: Any, path: str) -> dict[str, Any] | None:
        if isinstance(data, Mapping):
            return {str(name): value for name, value in cast("Mapping[object, Any]", data).items()}
        self.problems.append(Problem(path, "type", "expected an object with named fields"))
        return None

    def _rest(self, found: Mapping[str, Any], known: set[str], path: str) -> None:
        for name, value in found.items():
            if name not in known and value is not None:
                self._left(f"{path}{name}", value, "", "the core has no field for it")

    def _left(
        self, path: str, value: Any, core: str, reason: str, kind: LossKind = LossKind.DROPPED
    ) -> None:
        self.unmapped[path] = deepcopy(value)
        self.losses.append(Loss(core_path=core, kind=kind, reason=reason, wire_path=path))

    # -- how it was verified

    def _verification(self, found: dict[str, Any]) -> None:
        texts = ("trust_framework", "assurance_level", "verification_process")
        names = ("trust_framework", "assurance_level", "process")
        for text, name in zip(texts, names, strict=True):
            self._note("verification", text_problems(found, text, required=name == texts[0]))
            self.facts[name] = found.get(text)
        self.facts["verified_at"] = moment(found.get("time"))
        if found.get("time") is not None and self.facts["verified_at"] is None:
            text = "expected YYYY-MM-DDThh:mm[:ss] with its zone"
            self.problems.append(Problem("verification.time", "shape", text))
        if (process := found.get("assurance_process")) is not None:
            whole = self._object(process, "verification.assurance_process")
            self.facts["assurance_process"] = deepcopy(whole or {})
        if (evidence := found.get("evidence")) is not None:
            wrong = list(evidence_problems(evidence))
            self._note("verification.evidence", wrong)
            self.facts["evidence"] = () if wrong else tuple(deepcopy(evidence))
        self.facts["provenance"] = Provenance.read(found.get(PROVENANCE))
        known = {*texts, "time", "assurance_process", "evidence"}
        known |= {PROVENANCE} if self.facts["provenance"] is not None else set()
        self._rest(found, known, "verification.")

    def _note(self, path: str, problems: list[Problem]) -> None:
        self.problems += [problem.under(path) for problem in problems]

    # -- what was verified

    def _claims(self, found: dict[str, Any]) -> None:
        objects = {claim.top for claim in CLAIMS if "." in claim.name}
        flat = {name: value for name, value in found.items() if name not in objects}
        for top in sorted(objects):
            if found.get(top) is not None:
                inner = self._object(found[top], f"claims.{top}") or {}
                flat |= {f"{top}.{name}": value for name, value in inner.items()}
        for claim in CLAIMS:
            if flat.get(claim.name) is not None:
                self._claim(claim, flat[claim.name])
        self._rest(flat, {claim.name for claim in CLAIMS}, "claims.")

    def _claim(self, claim: Claim, value: Any) -> None:
        path = f"claims.{claim.name}"
        if not isinstance(value, claim.kind):
            expected = "a list" if claim.kind is list else "a text"
            self.problems.append(Problem(path, "type", f"expected {expected}"))
            return
        try:
            read = claim.read(value)
        except InvalidInput as error:
            self._note(path, list(error.problems))
            return
        fresh = {
            core: item
            for core, item in zip(claim.core, read.values, strict=True)
            if item not in EMPTY and not _problems(core, item)
        }
        lost = len(fresh) < sum(item not in EMPTY for item in read.values) or (not fresh and value)
        reason = read.left_out or ("the core cannot represent it" if lost else "")
        other = any(self.values.get(core, item) != item for core, item in fresh.items())
        kind = LossKind.COARSENED if fresh else LossKind.DROPPED
        if other:
            self._left(path, value, claim.core[0], "contradicts another claim", kind)
        elif reason:
            self._left(path, value, claim.core[0], reason, kind)
        if not other:
            self.values.update(fresh)


def _problems(path: str, value: object) -> list[Problem]:
    above, _, name = path.rpartition(".")
    return checks_of(class_at(above))[name].problems(value)
