"""How many examples a slow property test draws: all in CI and in long runs, fewer by default."""

from __future__ import annotations

from hypothesis import settings

__all__ = ["scaled", "sized"]


def scaled(share: int) -> settings:
    """Settings with one example in `share` in the default profile, and with all in the others."""
    most = settings().max_examples
    return settings(max_examples=sized(most, max(1, most // share)))


def sized(whole: int, by_default: int) -> int:
    """How many of anything a slow test goes through: `by_default` in the default profile alone."""
    return by_default if settings.get_current_profile_name() == "default" else whole
