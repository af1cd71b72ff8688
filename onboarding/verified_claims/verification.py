"""The verification of claims: trust frameworks, evidence, and the provenance of a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from attrs import field, frozen

from onboarding.errors import InvalidInput, Problem
from onboarding.levels import EidasLevel, NistIal
from onboarding.model.record import UserRecord
from onboarding.serialization import plain, reader
from onboarding.values.base import Model

__all__ = [
    "FRAMEWORKS",
    "PROVENANCE",
    "Provenance",
    "evidence_problems",
    "moment",
    "text_problems",
]

FRAMEWORKS: Mapping[str, tuple[str, type[EidasLevel] | type[NistIal]]] = {
    "eidas": ("eidas_level", EidasLevel),
    "nist_800_63A": ("nist_ial", NistIal),
}
"""The trust frameworks with levels in the core: the attribute of a record, and its class.

The names are the predefined values of the working group: openid.net/wg/ekyc-ida/identifiers.
"""

PROVENANCE = "onboarding_provenance"
"""The library's own member of `verification`; Schema Definition 1.0, 5.4: readers may ignore it."""


@frozen(kw_only=True, slots=False, repr=False)
class Provenance(Model):
    """The provider, gateway, id, time of retrieval and provider's own levels of a record."""

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str = ""
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None = None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    id: str = ""
    """The user's id at the provider. Example: `user_m_01`."""
    retrieved_at: datetime | None = None
    """When the answer arrived, in UTC. Example: `2026-10-01T08:30:00Z`."""
    provider_levels: Mapping[str, str] = field(factory=dict[str, str])
    """The provider's own levels, by its names. Example: `{"KYCLevel": "LIGHT"}`."""

    @classmethod
    def of(cls, record: UserRecord) -> Provenance:
        """Returns the provenance of a record."""
        return cls(
            provider=record.provider,
            gateway=record.gateway,
            environment=record.environment,
            id=record.id,
            retrieved_at=record.retrieved_at,
            provider_levels=dict(record.provider_levels),
        )

    def told(self) -> dict[str, Any]:
        """Returns the provenance as plain data."""
        return cast("dict[str, Any]", plain(self))

    @classmethod
    def read(cls, value: Any) -> Provenance | None:
        """Reads plain data; returns None for data of another form."""
        try:
            return reader().structure(value, cls)
        except InvalidInput:
            return None


def moment(value: Any) -> datetime | None:
    """Reads YYYY-MM-DDThh:mm[:ss] with its zone (Schema Definition 1.0, 5.4.2), else None."""
    try:
        found = datetime.fromisoformat(value) if "T" in value else None
    except (TypeError, ValueError):
        return None
    return found if found is not None and found.tzinfo is not None else None


# Schema Definition 1.0, 5.4.4: required members by type of evidence, and the key of its details.
_REQUIRED = {"electronic_signature": ("signature_type", "issuer", "serial_number")}
_DETAILS = {"document": "document_details", "electronic_record": "record", "vouch": "attestation"}


def evidence_problems(evidence: Any) -> Iterator[Problem]:
    """Yields the problems of a list of evidence; unknown members are allowed."""
    return _each(evidence, _of_evidence)


def _of_evidence(one: Mapping[str, Any]) -> Iterator[Problem]:
    kind = str(one.get("type"))
    details = _DETAILS.get(kind, "")
    for name in ("type", *_REQUIRED.get(kind, ())):
        yield from text_problems(one, name, required=True)
    if one.get(details) is not None:
        yield from (x.under(details) for x in _object(one[details], _must_have("type")))
    if one.get("check_details") is not None:
        found = _each(one["check_details"], _must_have("check_method"))
        yield from (x.under("check_details") for x in found)


_Rule = Callable[[Mapping[str, Any]], Iterable[Problem]]


def _must_have(name: str) -> _Rule:
    return lambda found: text_problems(found, name, required=True)


def _each(items: Any, rule: _Rule) -> Iterator[Problem]:
    if not isinstance(items, list | tuple):
        yield Problem("", "type", "expected a list")
        return
    for index, item in enumerate(cast("list[object]", items)):
        yield from (problem.under(index) for problem in _object(item, rule))


def _object(item: object, rule: _Rule) -> Iterator[Problem]:
    if isinstance(item, Mapping):
        yield from rule(cast("Mapping[str, Any]", item))
    else:
        yield Problem("", "type", "expected an object with named fields")


def text_problems(fields: Mapping[str, Any], name: str, *, required: bool = False) -> list[Problem]:
    """Returns the problems of a member that must be a text."""
    value = fields.get(name)
    if value is None:
        return [Problem(name, "missing", "is required")] if required else []
    if not isinstance(value, str):
        return [Problem(name, "type", "expected a text")]
    return [] if value.strip() else [Problem(name, "shape", "expected a text that is not blank")]
