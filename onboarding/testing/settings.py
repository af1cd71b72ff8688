"""How Hypothesis is set for the laws."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings

__all__ = ["patient"]


def patient(base: settings | None = None, **more: Any) -> settings:
    """Settings for conversations: no deadline, for machines differ."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(base or settings(), deadline=None, suppress_health_check=slow, **more)
