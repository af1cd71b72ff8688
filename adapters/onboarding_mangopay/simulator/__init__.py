"""A WSGI application that behaves like MangoPay's REST API as far as users are concerned."""

from .app import LoggedRequest, MangoPaySimulator
from .deliveries import Delivery

__all__ = ["Delivery", "LoggedRequest", "MangoPaySimulator"]
