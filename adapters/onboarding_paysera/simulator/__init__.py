"""A simulator of Paysera's Wallet API for tests."""

# It imports nothing of the adapter or of the library, so that agreement with it proves
# something. Each rule cites the document or the official SDK that it is taken from.

from __future__ import annotations

from .app import LoggedRequest, PayseraSimulator
from .mac import MacError, MacHeader, verify
from .settings import Settings
from .state import Token

__all__ = [
    "LoggedRequest",
    "MacError",
    "MacHeader",
    "PayseraSimulator",
    "Settings",
    "Token",
    "verify",
]
