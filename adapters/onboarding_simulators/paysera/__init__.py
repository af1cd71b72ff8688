"""A WSGI application that simulates the part of Paysera's Wallet API that concerns users."""

# It imports neither the adapter nor the library, so that agreement with it proves something. Each
# rule cites the document or the official SDK that it is taken from.

from __future__ import annotations

from onboarding_simulators.shared.simulator import LoggedRequest

from .app import PayseraSimulator
from .mac import MacError, MacHeader, verify
from .settings import Settings
from .tokens import Token

__all__ = [
    "LoggedRequest",
    "MacError",
    "MacHeader",
    "PayseraSimulator",
    "Settings",
    "Token",
    "verify",
]
