"""What `gateway.check()` finds, and how it is judged."""

from onboarding.checks.values import Check, Checked, CheckStatus

__all__ = ["Check", "CheckStatus", "Checked"]
