"""Links to Stripe's hosted pages for a user (docs: api/account_links)."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen
from onboarding import NextAction, UserRecord
from onboarding.spi import Flow, Link, known_word, moment, unexpected, web_url

from onboarding_stripe.protocol import StripeProtocol

__all__ = ["Collect", "LinkKind", "Links"]


class LinkKind(StrEnum):
    """What the page is for (docs: api/account_links/create, type)."""

    ONBOARDING = "account_onboarding"
    """The user gives what is due."""
    UPDATE = "account_update"
    """The user changes what was given; only for accounts that the platform collects for."""


class Collect(StrEnum):
    """What the page asks for (docs: api/account_links/create, collection_options[fields])."""

    CURRENTLY_DUE = "currently_due"
    """What is due now."""
    EVENTUALLY_DUE = "eventually_due"
    """Also what will be due later, so that the user comes once."""


# the parameter of a complaint -> the argument of `create_link`
_ARGUMENTS = {
    "type": "kind",
    "return_url": "return_url",
    "refresh_url": "refresh_url",
    "account": "subject",
}


@frozen(kw_only=True)
class Links(StripeProtocol):
    """The operations on links."""

    def create_link(
        self,
        subject: UserRecord | NextAction,
        *,
        return_url: str,
        refresh_url: str | None = None,
        language: str | None = None,
        kind: LinkKind = LinkKind.ONBOARDING,
        collect: Collect | None = None,
        future_requirements: bool | None = None,
    ) -> Flow[Link]:
        """Creates a link that opens once, within minutes.

        A used or expired link leads to `refresh_url`, where the platform creates the next one; by
        default that is `return_url`, since the platform reads the user there anyway: what the user
        did is not in the return. The page chooses its language itself. Afterwards the user may have
        changed what the platform wrote, also whether it is a company.

        `collect` is what the page asks for, by default what is due now; `future_requirements` is
        whether it asks for those too. Raises `Rejected` with the path `kind` for an update of an
        account whose data Stripe collects.
        """
        self.require_own(subject)
        web_url("return_url", return_url)
        web_url("refresh_url", refresh_url or return_url)
        user_id = subject.user_id if isinstance(subject, NextAction) else subject.id
        options: dict[str, str] = {}
        if collect is not None:
            options["fields"] = known_word("collect", collect, Collect)
        if future_requirements is not None:
            options["future_requirements"] = "include" if future_requirements else "omit"
        body = {
            "account": user_id,
            "type": known_word("kind", kind, LinkKind),
            "return_url": return_url,
            "refresh_url": refresh_url or return_url,
            **({"collection_options": options} if options else {}),
        }
        response = yield self.post("create_link", "account_links", body=body)
        answer = self.answer(response, _ARGUMENTS.get)
        if not isinstance(place := answer.get("url"), str) or not place:
            raise unexpected(response, "missing", "the answer has no link", "url")
        return Link(
            **self.provenance,
            user_id=user_id,
            url=place,
            issued_at=moment(answer.get("created")),
            expires_at=moment(answer.get("expires_at")),
            single_use=True,
        )
