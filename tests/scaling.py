"""How many examples a slow property test draws: all in CI and in long runs, fewer by default."""

from __future__ import annotations

from hypothesis import settings

__all__ = ["FEW", "portion", "scaled", "sized"]


FEW = """
from hypothesis import settings

settings.register_profile("few", max_examples=5)
settings.load_profile("few")
"""
"""The `conftest.py` of a suite that a test starts to see that it runs."""


def portion(share: int) -> settings:
    """Settings with one example in `share` in every profile, at least one."""
    return settings(max_examples=max(1, settings().max_examples // share))


def scaled(share: int) -> settings:
    """Settings with one example in `share` in the small profiles, and with all in the others."""
    return settings(max_examples=sized(settings().max_examples, portion(share).max_examples))


def sized(whole: int, by_default: int) -> int:
    """How many of anything a slow test goes through: `by_default` in the small profiles."""
    return by_default if settings.get_current_profile_name() in ("default", "brief") else whole
