"""A WSGI application that behaves like MangoPay's REST API as far as users are concerned."""

from onboarding_simulators.shared.simulator import LoggedRequest

from .app import MangoPaySimulator
from .events import Delivery

__all__ = ["Delivery", "LoggedRequest", "MangoPaySimulator"]
