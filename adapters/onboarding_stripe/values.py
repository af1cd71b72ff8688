"""Codecs of single values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from onboarding import Gender, LegalPersonType, LossKind, UserCategory
from onboarding.spi import Codec, as_object, moment, words

__all__ = [
    "ACCEPTED",
    "CATEGORY",
    "DAY",
    "EXPOSED",
    "FORM",
    "GENDER",
    "PERCENT",
    "PROVIDER",
]

PROVIDER = "stripe"


def _read_day(value: Any) -> Any:
    shown = as_object(value)
    if isinstance(value, dict) and all(part is None for part in shown.values()):
        return None  # a day that was not given
    parts = [shown.get(name) for name in ("year", "month", "day")]
    if any(part.__class__ is not int for part in parts):
        raise TypeError("expected three integers")
    return date(*parts)  # type: ignore[arg-type]


def _write_day(value: date) -> dict[str, int]:
    return {"day": value.day, "month": value.month, "year": value.year}


DAY: Codec[date, Any] = Codec("an object of day, month and year", _read_day, _write_day, "any")
"""A day as three integers (docs: api/accounts/create, individual.dob)."""


def _read_percent(value: Any) -> float:
    if value.__class__ not in (int, float):
        raise TypeError("expected a number")
    return float(value)


def _same(value: float) -> float:
    return value


PERCENT: Codec[float, Any] = Codec("number", _read_percent, _same, "any")
"""A share in percent (docs: api/persons/create, relationship.percent_ownership)."""

EXPOSED = words(bool, {True: "existing", False: "none"})
"""Whether a person is politically exposed (docs: individual.political_exposure)."""

# docs: api/persons/create, gender
GENDER = words(Gender, {Gender.MALE: "male", Gender.FEMALE: "female"})

# docs: api/accounts/create, business_type. A partnership is a company with a `structure`, whose
# word depends on the country.
_FORMS = {LegalPersonType.BUSINESS: "company", LegalPersonType.ORGANIZATION: "non_profit"}


def _read_form(value: Any) -> LegalPersonType:
    found = {word: form for form, word in _FORMS.items()}.get(value)
    if found is None:
        raise ValueError("not in the vocabulary")
    return found


def _write_form(value: LegalPersonType) -> str:
    if value is LegalPersonType.SOLETRADER:
        raise ValueError("Stripe registers a sole trader as an individual: give a natural person")
    return _FORMS.get(value, "company")


FORM: Codec[LegalPersonType, str] = Codec(
    "one of company, non_profit",
    _read_form,
    _write_form,
    "string",
    exact_write=False,
    blur=LossKind.NOT_APPLICABLE,
    members=(*_FORMS, LegalPersonType.PARTNERSHIP),
)
"""The legal form; a partnership is a company."""


def _read_category(value: Any) -> UserCategory:
    if not as_object(value):
        raise ValueError("no capability is requested")
    return UserCategory.OWNER


def _write_category(value: UserCategory) -> dict[str, Any]:
    if value is not UserCategory.OWNER:
        raise ValueError("an account at Stripe is for a user who is paid, an OWNER")
    return {"transfers": {"requested": True}}


CATEGORY: Codec[UserCategory, Any] = Codec(
    "capabilities for an OWNER",
    _read_category,
    _write_category,
    "object",
    members=(UserCategory.OWNER,),
)
"""The category, by the capabilities of an account; the settings say which are requested."""


def _read_acceptance(value: Any) -> tuple[bool | None, datetime | None]:
    at = moment(value)
    if value is not None and at is None:
        raise ValueError("not Unix time")
    return (None, None) if at is None else (True, at)


def _write_acceptance(value: tuple[bool | None, datetime | None]) -> Any:
    accepted, at = value
    if accepted is False:
        return None  # there is nothing to send
    if accepted is None or at is None:
        raise ValueError("Stripe demands when the user accepted: give accepted and accepted_at")
    return int(at.astimezone(UTC).timestamp())


ACCEPTED: Codec[tuple[bool | None, datetime | None], Any] = Codec(
    "Unix time of the acceptance",
    _read_acceptance,
    _write_acceptance,
    "integer",
    exact_write=False,
    blur=LossKind.NOT_APPLICABLE,
)
"""The acceptance of Stripe's terms, and its time in whole seconds."""
