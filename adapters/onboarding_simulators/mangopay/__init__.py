"""A WSGI application that simulates the part of MangoPay's REST API that concerns users."""

from onboarding_simulators.shared.simulator import LoggedRequest

from .app import MangoPaySimulator
from .events import Delivery

__all__ = ["Delivery", "LoggedRequest", "MangoPaySimulator"]
