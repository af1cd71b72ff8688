"""What must be done next: a link followed, a code typed, a receipt printed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from attrs import field, frozen

from onboarding.model.shapes import is_web_url
from onboarding.model.stored import Stored
from onboarding.values.base import Model

__all__ = ["LinkRule", "NextAction", "NextActionKind"]


class NextActionKind(StrEnum):
    """The ways in which a user, or the platform beside them, takes part.

    The user follows a link or types a code; the platform prints the provider's receipt.
    """

    REDIRECT = "redirect"
    CONFIRM_CODE = "confirm_code"
    PRINT_RECEIPT = "print_receipt"


@frozen(kw_only=True, slots=False, repr=False)
class LinkRule(Model):
    """How a link is completed before a browser is sent to it.

    `languages` maps BCP 47 tags to the provider's words; `max_length` counts characters.
    """

    return_parameter: str
    language_parameter: str | None = None
    languages: Mapping[str, str] = field(factory=dict[str, str])
    max_length: int | None = None


@frozen(kw_only=True, slots=False, repr=False)
class NextAction(Stored, form="next_action/1"):
    """One open step of a user, or about one. It can be stored, and taken up in another process.

    `concerns` is the core path it is about (`phone`), empty when it is about the whole user.
    `value` is the contact that waits for its code. `url` may hold a token; it
    is in no repr, and `value` is in none. Times are aware datetimes in UTC.
    """

    kind: NextActionKind
    provider: str
    gateway: str
    environment: str | None = None
    user_id: str
    concerns: str = ""
    value: str | None = None
    url: str | None = None
    link_rule: LinkRule | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None

    def __repr__(self) -> str:
        return self._shown("kind", "user_id", "concerns", "expires_at")

    def link(self, return_url: str, *, language: str | None = None) -> str:
        """The whole link for the user's browser, which will come back to `return_url`.

        A language that the provider's page does not speak is left out.
        Raises `ValueError` when this action has no link, when `return_url` or the action's own
        `url` is not an absolute URL of http or https, or when the whole is longer than the
        provider takes.
        """
        if self.url is None:
            raise ValueError(f"an action of kind {self.kind} has no link")
        if self.link_rule is None:
            raise ValueError("the link is whole already: the browser goes to `url`")
        for name, address in (("return_url", return_url), ("url", self.url)):
            if not is_web_url(address):
                raise ValueError(f"{name} is not an absolute URL of http or https")
        rule = self.link_rule
        added = [f"{rule.return_parameter}={quote(return_url, safe='')}"]
        if language and rule.language_parameter:
            base = language.split("-")[0].lower()
            if word := rule.languages.get(base):
                added.append(f"{rule.language_parameter}={quote(word, safe='')}")
        place, hash, fragment = self.url.partition("#")
        joint = "?" if "?" not in place else "" if place[-1] in "?&" else "&"
        link = f"{place}{joint}{'&'.join(added)}{hash}{fragment}"
        if rule.max_length is not None and len(link) >= rule.max_length:
            raise ValueError(f"the link would have {rule.max_length} characters or more")
        return link
