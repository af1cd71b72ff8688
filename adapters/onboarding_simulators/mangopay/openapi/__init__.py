"""An OpenAPI 3.1 description of the simulated part of MangoPay's API, from its documents.

Written without a look at the simulator and sharing no code with it, so that their agreement says
something about both.
"""

from __future__ import annotations

from functools import cache

from onboarding_simulators.shared.openapi import Json, document

from . import accounts, declarations, documents, money, platform, recipients, sessions, users
from .words import PARAMETERS, SCHEMAS

__all__ = ["described"]


@cache
def described() -> Json:
    """Returns the document, which must not be changed."""
    return document(
        "MangoPay, as far as users are concerned",
        "2.01",
        (platform, documents, declarations, sessions, accounts, recipients, money, users),
        parameters=PARAMETERS,
        schemas=SCHEMAS,
        security={
            # docs: overview/authentication
            "bearer": {"type": "http", "scheme": "bearer"},
            "basic": {"type": "http", "scheme": "basic"},
        },
    )
