"""Reads MangoPay's answers: records, levels, rate limits."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast

from onboarding import (
    Address,
    InvalidInput,
    Loss,
    Money,
    NextAction,
    NextActionKind,
    Problem,
    UserRecord,
)
from onboarding.spi import (
    Adapter,
    LinkRule,
    Provenance,
    RateLimit,
    Response,
    Translation,
    as_object,
    known_word,
    moment,
    reference,
    translation,
    trust,
)

from onboarding_mangopay.extras import ScaContext
from onboarding_mangopay.wire.legal import LegacyLegalUser, LegalUser
from onboarding_mangopay.wire.natural import LegacyNaturalUser, NaturalUser
from onboarding_mangopay.wire.vocabulary import LANGUAGES, STATUS

__all__ = [
    "ADDRESS",
    "PROVIDER",
    "address",
    "address_body",
    "enrolment",
    "filters",
    "flag",
    "money",
    "rate_limits",
    "record",
    "sca_filter",
    "seconds",
    "seconds_to_wait",
    "shape_of",
    "text",
    "texts",
]

_HEADERS = ("x-ratelimit", "x-ratelimit-remaining", "x-ratelimit-reset")
_WINDOWS = (15 * 60, 30 * 60, 60 * 60, 24 * 60 * 60)


def rate_limits(response: Response) -> tuple[RateLimit, ...]:
    """The windows that the headers of an answer speak of; none where they are not readable.

    `x-ratelimit` counts the calls made, and is no limit. Four values are of the four windows, in
    their order. The number of values has varied: of any other, which window one is of is told by
    when it resets, as the official SDKs do.
    """
    if _HEADERS[0] not in response.headers:
        return ()
    columns = [response.headers.get(name, "").split(",") for name in _HEADERS]
    with suppress(ValueError):
        values = list(zip(*(map(int, column) for column in columns), strict=True))
        resets = [at for _, _, reset in values if (at := moment(reset)) is not None]
        documented = len(values) == len(_WINDOWS)
        windows = _WINDOWS if documented else [_window(x, response.received_at) for x in resets]
        return tuple(
            RateLimit(seconds=seconds, made=made, left=left, resets_at=resets_at)
            for seconds, resets_at, (made, left, _) in zip(windows, resets, values, strict=True)
        )
    return ()


def _window(resets_at: datetime, now: datetime) -> int:
    away = (resets_at - now).total_seconds()
    return next((seconds for seconds in _WINDOWS if away <= seconds), _WINDOWS[-1])


def seconds_to_wait(response: Response) -> float | None:
    """The seconds until no window is spent any more; None where none says that it is."""
    spent = [limit.resets_at for limit in rate_limits(response) if limit.left <= 0]
    return max(0.0, (max(spent) - response.received_at).total_seconds()) if spent else None


# docs: create-iban-bank-account, OwnerAddress: the address of every object has these fields
ADDRESS = {
    "AddressLine1": "line1",
    "AddressLine2": "line2",
    "City": "city",
    "Region": "region",
    "PostalCode": "postal_code",
    "Country": "country",
}


def text(value: object) -> str | None:
    """A text with something in it."""
    return value if isinstance(value, str) and value else None


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list; none for anything else."""
    found = cast("list[object]", value) if isinstance(value, list) else []
    return tuple(one for one in found if isinstance(one, str))


def flag(value: object) -> bool | None:
    """True or false; the Python SDK writes them as 1 and 0."""
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


def money(value: object) -> Money | None:
    """An amount in minor units; None for one that is not whole, or has no currency."""
    found = as_object(value)
    amount, currency = found.get("Amount"), text(found.get("Currency"))
    if isinstance(amount, bool) or not isinstance(amount, int) or currency is None:
        return None
    return trust(Money, {"amount": amount, "currency": currency})


def address(value: object) -> Address | None:
    """An address; None for the object of six nulls that stands for none."""
    found = as_object(value)
    parts = {name: text(found.get(wire)) for wire, name in ADDRESS.items()}
    return trust(Address, parts) if any(parts.values()) else None


def address_body(held: Address | None) -> dict[str, str] | None:
    """The object of an address; None in place of an empty one, which MangoPay refuses."""
    if held is None:
        return None
    parts = {wire: getattr(held, name) for wire, name in ADDRESS.items()}
    return {wire: part for wire, part in parts.items() if part is not None} or None


def filters(**given: str | bool | None) -> list[tuple[str, str]]:
    """The filters of a list that are given; true and false in lower case."""
    return [
        (name, str(value).lower() if isinstance(value, bool) else value)
        for name, value in given.items()
        if value is not None and value != ""
    ]


def sca_filter(context: ScaContext | None) -> list[tuple[str, str]]:
    """Whether the user is there, where a caller says so. Raises `InvalidInput` for another word."""
    return (
        [] if context is None else [("ScaContext", known_word("sca_context", context, ScaContext))]
    )


def seconds(name: str, value: datetime | None) -> str | None:
    """A moment as MangoPay filters by it; `name` is the caller's. Raises `InvalidInput`."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise InvalidInput([Problem(name, "shape", "expected a date and time with its zone")])
    return str(int(value.timestamp()))


PROVIDER = "mangopay"

# docs: guides/sca/session: a link lives ten minutes, and has fewer than 2000 characters
LINK_LIFE = timedelta(minutes=10)
LINK_RULE = LinkRule(
    return_parameter="returnUrl",
    language_parameter="lang",
    languages=LANGUAGES,
    max_length=2000,
)


def shape_of(payload: Mapping[str, Any]) -> Translation:
    """The translation of a user object, told by its keys.

    Objects of the SCA endpoints have the key PendingUserAction, null or not; those of the
    legacy ones lack it, and spell a representative flat.
    """
    sca = "PendingUserAction" in payload
    if payload.get("PersonType") == "LEGAL" or "LegalPersonType" in payload:
        flat = "LegalRepresentativeFirstName" in payload  # whichever endpoint it came from
        nested = "LegalRepresentative" in payload or (sca and not flat)
        return translation(LegalUser if nested else LegacyLegalUser, PROVIDER)
    return translation(NaturalUser if sca else LegacyNaturalUser, PROVIDER)


def enrolment(
    user_id: str, url: str, provenance: Provenance, retrieved_at: datetime, *, concerns: str = ""
) -> NextAction:
    """The step that a RedirectUrl stands for; `concerns` what it is about beside enrolment."""
    return NextAction(
        kind=NextActionKind.REDIRECT,
        **provenance,
        user_id=user_id,
        concerns=concerns,
        url=url,
        link_rule=LINK_RULE,
        issued_at=retrieved_at,
        expires_at=retrieved_at + LINK_LIFE,
    )


def record(
    adapter: Adapter,
    payload: Mapping[str, Any],
    response: Response,
    *,
    losses: tuple[Loss, ...] = (),
) -> UserRecord:
    """What MangoPay has on file, from its own object."""
    url = as_object(payload.get("PendingUserAction")).get("RedirectUrl")
    user_id = reference(payload.get("Id")) or ""
    return adapter.record(
        shape_of(payload),
        payload,
        response,
        id="Id",
        levels=("KYCLevel",),
        created_at=moment(payload.get("CreationDate")),
        status=STATUS.get(str(payload.get("UserStatus"))),
        next_actions=(enrolment(user_id, url, adapter.provenance, response.received_at),)
        if isinstance(url, str)
        else (),
        losses=losses,
    )
