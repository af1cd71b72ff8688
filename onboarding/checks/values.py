"""The result of `gateway.check()`: each check with its status, a sentence and the next step."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from attrs import field, frozen

__all__ = ["Check", "CheckStatus", "Checked"]


class CheckStatus(StrEnum):
    """How a check ended."""

    OK = "ok"
    """Nothing to do."""
    WARNING = "warning"
    """Calls work, but see the next step."""
    FAILED = "failed"
    """Calls fail, or go to the wrong place."""
    UNKNOWN = "unknown"
    """It could not be checked."""


@frozen(kw_only=True)
class Check:
    """One check of a gateway."""

    name: str
    """`reachable`, `tls`, `certificate`, `key`, `clock`, `api_version`, `environment` or `quota`.

    Example: `tls`.
    """
    status: CheckStatus
    """How it ended. Example: `ok`."""
    message: str
    """What was found. Example: `TLSv1.3; the certificate expires on 2027-02-01, in 63 days`."""
    next_step: str = ""
    """What to do about it, empty if there is nothing. Example: `renew the certificate`."""
    facts: Mapping[str, Any] = field(factory=dict[str, Any])
    """The figures in the message, for programs. Example: `{"days_left": 63}`."""


@frozen(kw_only=True)
class Checked:
    """The checks of a gateway: `checked.ok`, `checked["tls"].facts`."""

    provider: str
    """The name of the provider. Example: `mangopay`."""
    gateway: str
    """The name of the gateway in the configuration. Example: `fr`."""
    environment: str | None
    """The provider's environment, None if the adapter does not name one. Example: `sandbox`."""
    checks: tuple[Check, ...]
    """The checks, in the order in which a call depends on them."""

    @property
    def ok(self) -> bool:
        """Whether no check failed."""
        return all(check.status is not CheckStatus.FAILED for check in self.checks)

    def __getitem__(self, name: str) -> Check:
        return {check.name: check for check in self.checks}[name]
