"""A notification of a provider, as the platform's endpoint received it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Self, cast
from urllib.parse import parse_qsl

from attrs import field, frozen

from onboarding.serialization import dumps, loads

__all__ = ["Notification"]


_FORM = "notification/1"


def _pairs(query: Mapping[str, str] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    if isinstance(query, Mapping):
        found = cast("Mapping[str, str]", query)
        return tuple((str(name), str(value)) for name, value in found.items())
    return tuple((str(name), str(value)) for name, value in query)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@frozen(kw_only=True)
class Notification:
    """One HTTP request of a provider, unchanged: a signature covers its raw bytes.

    A provider waits only seconds for the answer: store the notification (`to_json`), answer, and
    read it afterwards, also in another process.
    """

    method: str = "POST"
    """The HTTP method. Example: `POST`."""
    query: tuple[tuple[str, str], ...] = field(default=(), converter=_pairs, repr=False)
    """The parameters of the query, decoded. Example: `(("EventType", "KYC_SUCCEEDED"),)`."""
    headers: Mapping[str, str] = field(factory=dict[str, str], converter=_lower, repr=False)
    """The headers by name in lower case. Example: `{"stripe-signature": "t=...,v1=..."}`."""
    body: bytes = field(default=b"", repr=False)
    """The raw bytes of the body, neither decoded nor parsed."""
    received_at: datetime = field(factory=lambda: datetime.now(UTC))
    """When it arrived, in UTC: signatures have an age. Example: `2026-10-01T08:30:00Z`."""

    @property
    def parameters(self) -> dict[str, Any]:
        """The query as a mapping; of a repeated name, the last value."""
        return dict(self.query)

    @property
    def form(self) -> dict[str, str]:
        """The body as a form; of a repeated name, the last value. Empty for any other body."""
        try:
            text = self.body.decode("ascii")
            found = parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict")
        except ValueError:
            return {}
        return dict(found)

    def to_json(self) -> str:
        """Returns the JSON form, with the body as base64. It may contain personal data."""
        return dumps(self, _FORM, secrets=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Loads a notification from its JSON form. Raises `InvalidInput` for any other text."""
        return loads(text, cls, _FORM)
