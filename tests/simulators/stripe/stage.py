"""A simulator on loopback, with Stripe's official client before it."""

from __future__ import annotations

from typing import Any

import requests
import stripe
from stripe import StripeClient

from onboarding_simulators.shared import VirtualClock
from onboarding_simulators.stripe import StripeSimulator

from .judging import Record, record_of

NOW = 1_800_000_000
KEY = "sk_test_aaaaaaaaaaaaaaaaaaaa"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
BOTH: dict[str, Any] = {"card_payments": {"requested": True}, "transfers": {"requested": True}}
ADDRESS = {
    "city": "New York",
    "line1": "address_full_match",
    "postal_code": "10001",
    "state": "NY",
    "country": "US",
}
JENNY: dict[str, Any] = {
    "first_name": "Jenny",
    "last_name": "Rosen",
    "dob": {"day": 1, "month": 1, "year": 1901},
    "address": ADDRESS,
    "email": "jenny.rosen@example.com",
    "phone": "0000000000",
    "id_number": "000000000",
}
CUSTOM: dict[str, Any] = {
    "country": "US",
    "controller": {
        "stripe_dashboard": {"type": "none"},
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
        "requirement_collection": "application",
    },
    "capabilities": BOTH,
}
WHOLE: dict[str, Any] = {
    "business_type": "individual",
    "business_profile": {"mcc": "7623", "url": "https://accessible.stripe.com"},
    "external_account": "btok_us",
    "individual": JENNY,
    "tos_acceptance": {"date": NOW - 60, "ip": "8.8.8.8"},
}


class Stage:
    """What a test calls; each test has a simulator of its own."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.open()

    def open(self, **settings: Any) -> None:
        """Starts with a fresh simulator."""
        self.clock = VirtualClock(NOW)
        self.sim = StripeSimulator(api_key=KEY, clock=self.clock, **settings)
        self.client = self.client_with(KEY)
        self.v1: Any = self.client.v1  # its answers are typed with unions that say little

    @property
    def judge(self) -> Record:
        """What the description says of what this simulator was asked and answered."""
        return record_of(self.sim)

    def client_with(self, key: str) -> StripeClient:
        """Returns an unmodified client but for the base address; it sends nothing twice."""
        addresses: Any = {"api": self.base_url, "files": self.base_url}
        return StripeClient(key, base_addresses=addresses, max_network_retries=0)

    def upload(self, content: bytes, headers: dict[str, str]) -> None:
        """Uploads an identity document with headers of one's own."""
        url, files = f"{self.base_url}/v1/files", {"file": ("a.png", content)}
        data = {"purpose": "identity_document"}
        requests.post(url, data=data, files=files, headers=headers, timeout=9).raise_for_status()

    def wait(self, seconds: float = 5) -> None:
        """Lets the checks end."""
        self.clock.advance(seconds)


def code_of(error: stripe.StripeError) -> str | None:
    """The code of an error: the client sets its own to None for 401, 403, 409 and 429."""
    assert error.error is not None
    code: str | None = error.error.code
    return code
