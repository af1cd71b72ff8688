"""The settings and the state of the simulator."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from attrs import Attribute, define, field

from onboarding_simulators.shared import Tables, VirtualClock

from .words import CURRENCIES

Entropy = Callable[[int], bytes]
"""Returns the given number of random bytes."""

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
VERSION = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(\.[a-z0-9_]{1,40})?")


def _country(_: object, attribute: Attribute[str], value: str) -> None:
    if value not in CURRENCIES:
        raise ValueError(f"{attribute.name} must be one of {', '.join(CURRENCIES)}")


def _key(_: object, attribute: Attribute[str], value: str) -> None:
    if not value.startswith(("sk_test_", "rk_test_")):
        raise ValueError(f"{attribute.name} must start with sk_test_ or rk_test_")


def _secret(_: object, attribute: Attribute[str], value: str) -> None:
    if not value.startswith("whsec_"):
        raise ValueError(f"{attribute.name} must start with whsec_")


def _version(_: object, attribute: Attribute[str], value: str) -> None:
    if not VERSION.fullmatch(value):
        raise ValueError(f"{attribute.name} must be a version such as 2026-05-27.dahlia")


@define(kw_only=True, eq=False)
class Settings:
    """The settings of a simulator, which may be changed between calls."""

    api_key: str = field(
        default="sk_test_simulated",
        repr=False,
        validator=_key,
        metadata={"help": "The platform's secret key"},
    )
    webhook_secret: str = field(
        default="whsec_simulated",
        repr=False,
        validator=_secret,
        metadata={"help": "The secret of the webhook endpoints for connected accounts"},
    )
    webhook_url: str | None = field(
        default=None,
        metadata={"help": "An address that is notified of the events of all connected accounts"},
    )
    country: str = field(
        default="US",
        validator=_country,
        metadata={"help": "The platform's country, and that of accounts made without one"},
    )
    api_version: str = field(
        default="2026-05-27.dahlia",
        validator=_version,
        metadata={"help": "The version of calls without the header Stripe-Version"},
    )
    account_tokens: bool = field(
        default=False,
        metadata={"help": "Whether personal data must come in tokens, as for French platforms"},
    )
    strict_birthdates: bool = field(
        default=True,
        metadata={"help": "Whether only the birth dates for tests match, as in test mode"},
    )
    # only the passing file of test mode is certain, what an upload does there is not
    accept_uploads: bool = field(
        default=True,
        metadata={"help": "Whether an uploaded identity document passes its check"},
    )
    locks_verified: bool = field(
        default=True,
        metadata={"help": "Whether name, birth date and id number of verified people are fixed"},
    )
    # an account without data is past due at once or not, by API version
    past_due_at_once: bool = field(
        default=True,
        metadata={"help": "Whether what a new account lacks is past due at once"},
    )
    review_seconds: float | None = field(
        default=1.0,
        metadata={"help": "Seconds that a check takes; magic values may pass at once"},
    )
    reviews: bool = field(
        default=True,
        metadata={"help": "Whether checks end by the clock; otherwise the desk ends them"},
    )
    future_requirements: tuple[str, ...] = field(
        default=(),
        converter=tuple,
        metadata={"help": "A path that every account will owe; can be repeated"},
    )
    future_deadline: int | None = field(
        default=None,
        metadata={"help": "When future requirements become current, in Unix time"},
    )
    link_seconds: int = field(
        default=300,
        metadata={"help": "Lifetime of an account link in seconds"},
    )
    store_failures: bool = field(
        default=True,
        metadata={"help": "Whether a 500 is stored under its idempotency key, as documented"},
    )
    should_retry: bool | None = field(
        default=None,
        metadata={"help": "The value of Stripe-Should-Retry in every error"},
    )
    rate_limits: bool = field(
        default=False,
        metadata={"help": "Whether the documented rate limits of test mode are enforced"},
    )
    send_events: bool = field(
        default=False,
        metadata={"help": "Whether a thread sends notifications automatically"},
    )
    thin_events: bool = field(
        default=False,
        metadata={"help": "Whether each account.updated is also sent as a thin event"},
    )
    doubled: bool = field(
        default=False, metadata={"help": "Whether every notification is sent twice"}
    )
    reordered: bool = field(
        default=False, metadata={"help": "Whether notifications are sent newest first"}
    )
    hosted_origin: str | None = field(
        default=None,
        metadata={"help": "Origin of account links; by default the simulator's own"},
    )
    state: str | None = field(
        default=None,
        metadata={"help": "A file for the state; without one, the state is lost at exit"},
    )
    clock: Callable[[], float] = field(
        factory=VirtualClock,
        repr=False,
        metadata={"help": "Returns Unix time in seconds"},
    )
    entropy: Entropy = field(
        default=os.urandom,
        repr=False,
        metadata={"help": "Returns random bytes for ids and secrets"},
    )

    tables: Tables = field(init=False, repr=False)
    own_origin: str = field(default="http://127.0.0.1", init=False, repr=False)
    """The origin of the last request, where hosted pages are served too."""

    def __attrs_post_init__(self) -> None:
        self.tables = Tables(self.state)

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The secrets that notifications are signed with."""
        return (self.webhook_secret,)

    @property
    def pages_origin(self) -> str:
        """The origin of hosted pages."""
        return self.hosted_origin or self.own_origin

    def now(self) -> int:
        """Returns the time in whole seconds."""
        return int(self.clock())

    def new_id(self, prefix: str, length: int = 24) -> str:
        """Returns a prefix with random letters and digits."""
        return prefix + "".join(DIGITS[byte % len(DIGITS)] for byte in self.entropy(length))
