"""An amount of money, as whole minor units of a currency; never a float."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from onboarding.errors import Problem
from onboarding.model.base import Model
from onboarding.model.shapes import Currency

__all__ = ["Money"]


@frozen(kw_only=True, slots=False, repr=False)
class Money(Model):
    """`amount` in the currency's minor unit (cents), `currency` in ISO 4217 alphabetic code."""

    amount: int
    currency: Currency

    @classmethod
    def rules(cls, values: Mapping[str, Any]) -> list[Problem]:
        if isinstance(values.get("amount"), bool):
            return [Problem("amount", "type", "expected int")]
        return []
