"""The next action of a user: open a link, type a code, or receive a printed receipt."""

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
    """The kinds of actions.

    The user opens a link or types a code; the platform prints the provider's receipt.
    """

    REDIRECT = "redirect"
    """The user opens a link."""
    CONFIRM_CODE = "confirm_code"
    """The user types the code that was sent."""
    PRINT_RECEIPT = "print_receipt"
    """The platform prints the provider's receipt."""


@frozen(kw_only=True, slots=False, repr=False)
class LinkRule(Model):
    """How a link is completed before the user's browser opens it."""

    return_parameter: str
    """The query parameter for the return address. Example: `returnUrl`."""
    language_parameter: str | None = None
    """The query parameter for the language, None if the page takes none. Example: `lang`."""
    languages: Mapping[str, str] = field(factory=dict[str, str])
    """The provider's word for each language. Example: `{"fr": "fr"}`."""
    max_length: int | None = None
    """The link must have fewer characters than this. Example: `2000`."""


@frozen(kw_only=True, slots=False, repr=False)
class NextAction(Stored, form="next_action/1"):
    """One open action of a user, or about a user. It can be stored and used in another process.

    Its repr shows neither `value` nor `url`.
    """

    kind: NextActionKind
    """What is to be done. Example: `redirect`."""
    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None = None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    user_id: str
    """The user's id at the provider. Example: `user_m_01`."""
    concerns: str = ""
    """The core path that the action is about, empty for the whole user. Example: `phone`."""
    value: str | None = None
    """The contact that a code is sent to. Example: `+37061234567`."""
    url: str | None = None
    """The page that the user opens. It may hold a token.

    Example: `https://sca.example/?token=...`.
    """
    link_rule: LinkRule | None = None
    """How `url` is completed; None if it is complete."""
    issued_at: datetime | None = None
    """When the action was created, in UTC. Example: `2026-10-01T08:29:58Z`."""
    expires_at: datetime | None = None
    """When the link or the code expires, in UTC. Example: `2026-10-01T08:39:58Z`."""

    def __repr__(self) -> str:
        return self._shown("kind", "user_id", "concerns", "expires_at")

    def link(self, return_url: str, *, language: str | None = None) -> str:
        """Returns the complete link for the user's browser, which returns to `return_url`.

        A language that the provider's page does not support is left out.
        Raises `ValueError` if the action has no link, if `return_url` or the action's own `url` is
        not an absolute URL of http or https, or if the link is longer than the provider accepts.
        """
        if self.url is None:
            raise ValueError(f"an action of kind {self.kind} has no link")
        if self.link_rule is None:
            raise ValueError("the link is already complete: use `url`")
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
