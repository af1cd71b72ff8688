"""MangoPay's API as far as it is simulated, described in OpenAPI 3.1 from its documents.

Written without a look at the simulator, and sharing no line with it: that they agree then says
something about both.
"""

from __future__ import annotations

from functools import cache

from onboarding_simulators.shared.openapi import Json, document

from . import (
    accounts,
    declarations,
    documents,
    money,
    platform,
    recipients,
    sessions,
    users,
    users_seen,
)
from .words import PARAMETERS, SCHEMAS

__all__ = ["described"]

PARTS = (platform, documents, declarations, sessions, accounts, recipients, money)


@cache
def described() -> Json:
    """Gives the document; it is not to be changed."""
    return document(
        "MangoPay, as far as users are concerned",
        "2.01",
        {path: calls for part in (*PARTS, users) for path, calls in part.PATHS.items()},
        parameters=PARAMETERS,
        schemas=SCHEMAS
        | {name: each for part in (*PARTS, users_seen) for name, each in part.SCHEMAS.items()},
        security={
            # docs: overview/authentication
            "bearer": {"type": "http", "scheme": "bearer"},
            "basic": {"type": "http", "scheme": "basic"},
        },
    )
