"""An amount of money, as whole minor units of a currency; never a float."""

from __future__ import annotations

from attrs import frozen

from onboarding.model.base import Model
from onboarding.model.shapes import Currency

__all__ = ["Money"]


@frozen(kw_only=True, slots=False, repr=False)
class Money(Model):
    """`amount` in the currency's minor unit (cents), `currency` in ISO 4217 alphabetic code."""

    amount: int
    currency: Currency
