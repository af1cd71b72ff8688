"""MangoPay's official Python SDK, pointed at a simulator, with users made by it."""

from __future__ import annotations

import sys
from base64 import b64encode
from datetime import date
from importlib import import_module
from typing import Any

import pytest

from onboarding_simulators.mangopay import MangoPaySimulator

mangopay: Any = pytest.importorskip("mangopay", reason="needs mangopay4-python-sdk")

ADDRESS = {
    "address_line_1": "3 rue de la Cité",
    "address_line_2": None,
    "city": "Paris",
    "region": None,
    "postal_code": "75004",
    "country": "FR",
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(33 * 1024)


class Sdk:
    """The SDK's modules, with a simulator to talk to."""

    def __init__(self, base_url: str, simulator: MangoPaySimulator) -> None:
        # they read the settings when they are imported
        mangopay.client_id, mangopay.apikey = "acme", "key"
        mangopay.api_sandbox_url = f"{base_url}/v2.01/"  # it must end so
        mangopay.sandbox = True
        self.handler: Any = import_module("mangopay.api").APIRequest()
        self.r: Any = import_module("mangopay.resources")
        for name, module in list(sys.modules.items()):  # each took the function when it was loaded
            if name.partition(".")[0] == "mangopay" and hasattr(module, "get_default_handler"):
                setattr(module, "get_default_handler", lambda: self.handler)  # noqa: B010
        self.utils: Any = import_module("mangopay.utils")
        self.exceptions: Any = import_module("mangopay.exceptions")
        self.sim = simulator

    def address(self) -> Any:
        return self.utils.Address(**ADDRESS)

    def natural(self, **changes: Any) -> Any:
        fields: dict[str, Any] = {
            "first_name": "Alex",
            "last_name": "Smith",
            "birthday": date(1990, 9, 1),
            "nationality": "FR",
            "country_of_residence": "FR",
            "address": self.address(),
            "email": "alex.smith@example.com",
            "terms_and_conditions_accepted": True,
            "user_category": "OWNER",
        }
        user = self.r.NaturalUserSca(**(fields | changes))
        user.save()
        return user

    def legal(self, **changes: Any) -> Any:
        fields: dict[str, Any] = {
            "name": "ACME",
            "legal_person_type": "BUSINESS",
            "email": "acme@example.com",
            "company_number": "123456789",
            "headquarters_address": self.address(),
            # without one the SDK sends back the nulls it read, which are refused
            "legal_representative_address": self.address(),
            "legal_representative": self.utils.LegalRepresentative(
                first_name="Gunner",
                last_name="Beier",
                birthday=315619200,  # inside an object the SDK sends what it is given
                nationality="FR",
                country_of_residence="FR",
                email="gunner@example.com",
            ),
            "terms_and_conditions_accepted": True,
            "user_category": "OWNER",
        }
        user = self.r.LegalUserSca(**(fields | changes))
        user.save()
        return user

    def owned_by(self, user: Any) -> Any:
        """Gives the user as the SDK can list what it has: as one of the legacy class.

        For its SCA classes the SDK asks at `/sca_users/...`, which no document knows.
        """
        return self.r.User.get(user.id)

    def document(self, user: Any, type: str, tag: str | None = None) -> Any:
        document = self.r.Document(type=type, user=user, tag=tag)
        document.save()
        page = self.r.Page(document=document, user=user, file=b64encode(PNG).decode())
        page.save()
        document.status = "VALIDATION_ASKED"
        document.save()
        return document
