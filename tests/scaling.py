"""How many examples a slow property test draws: all in CI and in long runs, fewer by default."""

from __future__ import annotations

from hypothesis import settings

__all__ = ["scaled"]


def scaled(share: int) -> settings:
    """Settings with one example in `share` in the default profile, and with all in the others."""
    most = settings().max_examples
    by_default = settings.get_current_profile_name() == "default"
    return settings(max_examples=max(1, most // share) if by_default else most)
