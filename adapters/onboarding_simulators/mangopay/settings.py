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
            raise ValueError(f"{attribute.name} must be a date such as 2030-12-31") from None


@define(kw_only=True, eq=False)
class Settings:
    """The settings of a simulator, which may be changed between calls."""

    client_id: str = field(
        default="simulated-client",
        metadata={"help": "The platform's client id; part of nearly every path"},
    )
    api_key: str = field(
        default="simulated-key",
        repr=False,
        metadata={"help": "The API key; with client_id, it gets a token"},
    )
    strict: bool = field(
        default=False,
        metadata={"help": "Whether to follow the documents even where the official SDKs differ"},
    )
    legacy: bool = field(
        default=True,
        metadata={"help": "Whether the deprecated endpoints accept writes; reads always work"},
    )
    legacy_until: str | None = field(
        default=None,
        validator=_date,
        metadata={"help": "The last day (UTC, YYYY-MM-DD) on which they accept writes"},
    )
    token_life: int = field(
        default=1200,
        metadata={"help": "Lifetime of a token in seconds; the default is the sandbox's"},
    )
    locked: bool = field(
        default=False,
        metadata={"help": "Whether the account is temporarily locked and gets no token"},
    )
    rate_limits: bool = field(
        default=False,
        metadata={
            "help": "Whether the documented rate limits are enforced; calls are always counted"
        },
    )
    enrolment_waived: bool = field(
        default=False,
        metadata={
            "help": "Whether the platform may create OWNERs without SCA, with USER_NOT_PRESENT"
        },
    )
    proxy: bool = field(
        default=False,
        metadata={"help": "Whether the platform may act by proxy for users who consent"},
    )
    hosted_verification: bool = field(
        default=True,
        metadata={"help": "Whether the platform may use hosted identity verification"},
    )
    send_hooks: bool = field(
        default=False,
        metadata={"help": "Whether a thread sends notifications automatically"},
    )
    sca_origin: str | None = field(
        default=None,
        metadata={"help": "Origin of RedirectUrl and HostedUrl; by default the simulator's own"},
    )
    state: str | None = field(
        default=None,
        metadata={"help": "A file for the state; without one, the state is lost at exit"},
    )
    company_numbers: Mapping[str, str] = field(
        factory=lambda: {"IT": "[0-9]{11}|[A-Z]{2}[0-9]{6,7}"},
        repr=False,
        metadata={
            "help": "Pattern of registration numbers by country; without one, any text is valid"
        },
    )
    clock: Callable[[], float] = field(
        factory=VirtualClock,
        repr=False,
        metadata={"help": "Returns Unix time in seconds"},
    )
    entropy: Entropy = field(
        default=os.urandom,
        repr=False,
        metadata={"help": "Returns random bytes for ids and tokens"},
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
