"""What a user object has beyond the core's fields: extras, next actions, rate limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import attrs
from attrs import frozen
from onboarding import Loss, NextAction, NextActionKind, UserRecord
from onboarding.spi import (
    Adapter,
    Country,
    LinkRule,
    Provenance,
    RateLimit,
    Response,
    Translation,
    moment,
    reference,
    translation,
    trust,
)

from onboarding_mangopay.values import PROVIDER
from onboarding_mangopay.wire.capabilities import capabilities
from onboarding_mangopay.wire.legal import LegacyLegalUser, LegalUser
from onboarding_mangopay.wire.natural import LegacyNaturalUser, NaturalUser
from onboarding_mangopay.wire.referenced import REFERENCED
from onboarding_mangopay.wire.requirements import enrolments
from onboarding_mangopay.wire.vocabulary import LANGUAGES, STATUS, ScaContext, TagHolds

__all__ = [
    "MangoPayExtras",
    "enrolment",
    "rate_limits",
    "record",
    "seconds_to_wait",
    "shape_of",
    "wire_of",
]


@frozen(kw_only=True, repr=False)  # its values are a user's
class MangoPayExtras:
    """Fields of a user that only MangoPay has: `User.extras["mangopay"]`.

    - `phone_number_country`: the country of the phone number (alpha-2); never required, because
      the number is sent as E.164;
    - `representative_phone_number_country`: the same for a company's representative;
    - `sca_context`: `USER_PRESENT` is the default;
    - `profiling_attempt_reference`: a reference from MangoPay's fraud profiler.
    """

    phone_number_country: Country | None = None
    representative_phone_number_country: Country | None = None
    sca_context: ScaContext | None = None
    profiling_attempt_reference: str | None = None

    def plain(self) -> dict[str, dict[str, Any]]:
        """Returns the value for a user: `User(extras=MangoPayExtras(...).plain())`."""
        given = attrs.asdict(self, filter=lambda _, value: value is not None)
        return {"mangopay": {name: str(value) for name, value in given.items()}}


_HEADERS = ("x-ratelimit", "x-ratelimit-remaining", "x-ratelimit-reset")
_WINDOWS = (15 * 60, 30 * 60, 60 * 60, 24 * 60 * 60)


def rate_limits(response: Response) -> tuple[RateLimit, ...]:
    """Returns the rate limit windows in the headers of a response; empty if they are unreadable.

    They are parsed once per response.
    """
    return response.once(_limits) if _HEADERS[0] in response.headers else ()


def _limits(response: Response) -> tuple[RateLimit, ...]:
    """Parses the rate limit windows.

    `x-ratelimit` counts the calls made; it is not a limit. Four values belong to the four
    documented windows, in their order. Their number has varied: for any other number the time of
    reset tells the window, as in the official SDKs.

    docs: overview/rate-limiting
    """
    columns: list[Iterable[int]] = []
    for name in _HEADERS:
        columns.append(map(int, response.headers.get(name, "").split(",")))
    found: list[RateLimit] = []
    try:
        values = list(zip(*columns, strict=True))
    except ValueError:
        return ()
    for number, (made, left, reset) in enumerate(values):
        resets_at = moment(reset)
        if resets_at is None:
            return ()
        documented = len(values) == len(_WINDOWS)
        seconds = _WINDOWS[number] if documented else _window(resets_at, response.received_at)
        facts = {"seconds": seconds, "made": made, "left": left, "resets_at": resets_at}
        found.append(trust(RateLimit, facts))
    return tuple(found)


def _window(resets_at: datetime, now: datetime) -> int:
    away = (resets_at - now).total_seconds()
    return next((seconds for seconds in _WINDOWS if away <= seconds), _WINDOWS[-1])


def seconds_to_wait(response: Response) -> float | None:
    """Returns the seconds until no rate limit is exhausted; None if none is."""
    spent = [limit.resets_at for limit in rate_limits(response) if limit.left <= 0]
    return max(0.0, (max(spent) - response.received_at).total_seconds()) if spent else None


# docs: guides/sca/session: a link is valid for ten minutes, and has fewer than 2000 characters
LINK_LIFE = timedelta(minutes=10)
LINK_RULE = LinkRule(
    return_parameter="returnUrl",
    language_parameter="lang",
    languages=LANGUAGES,
    max_length=2000,
)


def wire_of(cls: type, tag_holds: TagHolds = TagHolds.TAG) -> Translation:
    """Returns the translation of a user object of a class, under the setting `tag_holds`."""
    held = REFERENCED[cls] if tag_holds is TagHolds.REFERENCE else cls
    return translation(held, PROVIDER)


# docs: natural-user-object, legal-user-object: the id of the accepted document. An event about a
# document has the document's id (docs: webhooks).
PROOFS = (
    "ProofOfIdentity",
    "ProofOfAddress",
    "ProofOfRegistration",
    "ShareholderDeclaration",
    "Statute",
    "LegalRepresentative.ProofOfIdentity",
    "LegalRepresentativeProofOfIdentity",
)


def shape_of(payload: Mapping[str, Any], tag_holds: TagHolds = TagHolds.TAG) -> Translation:
    """Returns the translation of a user object, recognised by its keys.

    Objects of the SCA endpoints have the key PendingUserAction, null or not. Objects of the legacy
    endpoints lack it, and have a representative in flat fields.
    """
    sca = "PendingUserAction" in payload
    if payload.get("PersonType") == "LEGAL" or "LegalPersonType" in payload:
        flat = "LegalRepresentativeFirstName" in payload  # on either kind of endpoint
        nested = "LegalRepresentative" in payload or (sca and not flat)
        return wire_of(LegalUser if nested else LegacyLegalUser, tag_holds)
    return wire_of(NaturalUser if sca else LegacyNaturalUser, tag_holds)


def enrolment(
    user_id: str, url: str, provenance: Provenance, retrieved_at: datetime, *, concerns: str = ""
) -> NextAction:
    """Returns the next action of a RedirectUrl; `concerns` is empty for an enrolment."""
    facts = {
        "kind": NextActionKind.REDIRECT,
        **provenance,
        "user_id": user_id,
        "concerns": concerns,
        "url": url,
        "link_rule": LINK_RULE,
        "issued_at": retrieved_at,
        "expires_at": retrieved_at + LINK_LIFE,
    }
    return trust(NextAction, facts)


def record(
    adapter: Adapter,
    payload: Mapping[str, Any],
    response: Response,
    *,
    tag_holds: TagHolds,
    losses: tuple[Loss, ...] = (),
) -> UserRecord:
    """Returns the record of a user object."""
    pending = payload.get("PendingUserAction")
    url = cast("dict[str, Any]", pending).get("RedirectUrl") if isinstance(pending, dict) else None
    user_id = reference(payload.get("Id")) or ""
    return adapter.record(
        shape_of(payload, tag_holds),
        payload,
        response,
        id="Id",
        references=PROOFS,
        levels=("KYCLevel",),
        created_at=moment(payload.get("CreationDate")),
        status=STATUS.get(str(payload.get("UserStatus"))),
        capabilities=capabilities(payload),
        requirements=enrolments(payload),
        next_actions=(enrolment(user_id, url, adapter.provenance, response.received_at),)
        if isinstance(url, str)
        else (),
        losses=losses,
    )
