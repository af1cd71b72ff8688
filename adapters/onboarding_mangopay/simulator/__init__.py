"""A WSGI application that behaves like MangoPay's REST API as far as users are concerned."""

from .app import LoggedRequest, MangoPaySimulator

__all__ = ["LoggedRequest", "MangoPaySimulator"]
