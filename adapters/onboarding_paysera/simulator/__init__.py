"""A simulator of Paysera's Wallet API for tests."""

# It imports nothing of the adapter or of the library, so that agreement with it proves
# something. Each rule cites the document or the official SDK that it is taken from.

from __future__ import annotations

from .app import PayseraSimulator
from .logged import LoggedRequest
from .mac import MacError, MacHeader, verify
from .misbehaving import Misbehaviour
from .settings import Settings
from .tokens import Token

__all__ = [
    "LoggedRequest",
    "MacError",
    "MacHeader",
    "Misbehaviour",
    "PayseraSimulator",
    "Settings",
    "Token",
    "verify",
]
