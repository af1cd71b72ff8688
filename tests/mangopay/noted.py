"""A gateway that notes which operations a test ran over a socket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define
from onboarding import Event, Gateway
from onboarding.spi import Flow

from onboarding_mangopay import MangoPay

__all__ = ["RAN", "Noted", "read_event"]

T = TypeVar("T")

RAN: list[str] = []
"""The flows that ended with a result, in the test that runs now."""


@define(eq=False, repr=False)
class Noted(Gateway[MangoPay]):
    """A gateway like any other, which notes each flow that ended with a result."""

    def run(self, flow: Flow[T], *, deadline: float | None = None) -> T:
        result = super().run(flow, deadline=deadline)
        RAN.append(str(getattr(flow, "__name__")))  # noqa: B009 - a generator is named as its function
        return result


def read_event(gateway: Gateway[MangoPay], row: Mapping[str, Any]) -> Event:
    """The event of a row of MangoPay's list, or of the parameters of a notification."""
    return gateway.run(gateway.adapter.read_event(row))
