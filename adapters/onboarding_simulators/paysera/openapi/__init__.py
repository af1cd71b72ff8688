"""An OpenAPI 3.1 description of the simulated part of Paysera's API, from its documents.

Written without a look at the simulator and sharing no code with it, so that their agreement says
something about both.
"""

from __future__ import annotations

from functools import cache

from onboarding_simulators.shared.openapi import Json, document

from . import contacts, evidence, oauth, users, wallets
from .words import PARAMETERS, SCHEMAS

__all__ = ["described"]


@cache
def described() -> Json:
    """Returns the document, which must not be changed."""
    return document(
        "Paysera's Wallet API, as far as users are concerned",
        "1",
        (users, contacts, wallets, evidence, oauth),
        parameters=PARAMETERS,
        schemas=SCHEMAS,
        security={
            # /guides/wallet/authentication: MAC id, ts, nonce, mac, ext
            "mac": {"type": "http", "scheme": "mac"},
        },
    )
