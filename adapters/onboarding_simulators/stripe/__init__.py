"""A WSGI application that simulates the part of Stripe's API that concerns connected accounts."""

from onboarding_simulators.shared.simulator import LoggedRequest

from .app import StripeSimulator
from .sending import Delivery

__all__ = ["Delivery", "LoggedRequest", "StripeSimulator"]
