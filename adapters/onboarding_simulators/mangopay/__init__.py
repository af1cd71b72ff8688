"""A WSGI application that behaves like MangoPay's REST API as far as users are concerned."""

from .app import MangoPaySimulator
from .deliveries import Delivery
from .logged import LoggedRequest

__all__ = ["Delivery", "LoggedRequest", "MangoPaySimulator"]
