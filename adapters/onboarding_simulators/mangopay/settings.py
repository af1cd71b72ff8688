"""The settings and the state of the simulator."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import date

from attrs import Attribute, define, field

from onboarding_simulators.shared import Tables, VirtualClock

from .state import Entropy, Store


def _date(_: object, attribute: Attribute[str | None], value: str | None) -> None:
    if value is not None:
        try:
            date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{attribute.name} must be a date as YYYY-MM-DD") from None


@define(kw_only=True, eq=False)
class Settings:
    """The settings of a simulator, which may be changed between calls."""

    client_id: str = field(
        default="simulated-client",
        metadata={"help": "The one platform there is; part of nearly every path"},
    )
    api_key: str = field(
        default="simulated-key",
        repr=False,
        metadata={"help": "What a token is asked for with, next to client_id"},
    )
    strict: bool = field(
        default=False,
        metadata={"help": "Whether the documents win where the official SDKs rely on more"},
    )
    legacy: bool = field(
        default=True,
        metadata={"help": "Whether the deprecated endpoints still write; they always read"},
    )
    legacy_until: str | None = field(
        default=None,
        validator=_date,
        metadata={"help": "The last day (UTC, YYYY-MM-DD) on which they write"},
    )
    token_life: int = field(
        default=1200,
        metadata={"help": "Seconds that a token lives; the sandbox's default"},
    )
    locked: bool = field(
        default=False,
        metadata={"help": "Whether the account is locked for a while: it gets no token"},
    )
    rate_limits: bool = field(
        default=False,
        metadata={
            "help": "Whether the documented limits are enforced; they are counted either way"
        },
    )
    enrolment_waived: bool = field(
        default=False,
        metadata={"help": "Whether this platform may make OWNERs without SCA by USER_NOT_PRESENT"},
    )
    proxy: bool = field(
        default=False,
        metadata={"help": "Whether this platform may act by proxy for users who consent"},
    )
    hosted_verification: bool = field(
        default=True,
        metadata={"help": "Whether this platform may use hosted identity verification"},
    )
    send_hooks: bool = field(
        default=False,
        metadata={"help": "Whether a thread sends notifications by itself"},
    )
    sca_origin: str | None = field(
        default=None,
        metadata={"help": "Where a RedirectUrl or a HostedUrl leads; here unless given"},
    )
    state: str | None = field(
        default=None,
        metadata={"help": "A file that keeps the state; without one it is gone at the end"},
    )
    company_numbers: Mapping[str, str] = field(
        factory=lambda: {"IT": "[0-9]{11}|[A-Z]{2}[0-9]{6,7}"},
        repr=False,
        metadata={"help": "The pattern of registration numbers by country; others are free text"},
    )
    clock: Callable[[], float] = field(
        factory=VirtualClock,
        repr=False,
        metadata={"help": "Gives Unix time in seconds"},
    )
    entropy: Entropy = field(
        default=os.urandom,
        repr=False,
        metadata={"help": "Gives random bytes for ids or tokens"},
    )

    store: Store = field(init=False, repr=False)
    own_origin: str = field(default="http://127.0.0.1", init=False, repr=False)
    """The origin of the last request, where hosted pages are served too."""

    def __attrs_post_init__(self) -> None:
        self.store = Store(self.state)

    @property
    def hosted_origin(self) -> str:
        """The origin of hosted pages."""
        return self.sca_origin or self.own_origin

    @property
    def tables(self) -> Tables:
        """The rows of all resources except users, tokens and stored answers."""
        return self.store.tables
