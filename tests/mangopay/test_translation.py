"""MangoPay's adapter obeys the laws of adapters, on both of its user APIs."""

from __future__ import annotations

from pathlib import Path

from onboarding import Response, Secret, User, UserCategory
from onboarding.http import json_body
from onboarding.mapping.paths import leaves, lookup
from onboarding.testing import AdapterLaws, changed, errors_in, samples_in
from onboarding.testing.strategies import check_at

from onboarding_mangopay import Api, MangoPay
from onboarding_mangopay.errors import _TYPES as CODES
from onboarding_mangopay.simulator import MangoPaySimulator

DATA = Path(__file__).parent / "data"
LEAVES = tuple(leaves(User))
COUNTRY = check_at("address.country").shape

# docs: guides/users/country-restrictions
BLOCKED = ("CU", "IR", "KP", "MM", "SY", "AN", "BV", "GS", "HM", "WL", "YU")


def mangopay(api: Api) -> MangoPay:
    return MangoPay(
        client_id="simulated-client",
        api_key=Secret("simulated-key"),
        api=api,
        base_url="https://mangopay.invalid",
        name="fr",
    )


class TestMangoPay(AdapterLaws):
    adapters = (("sca", mangopay(Api.SCA)), ("legacy", mangopay(Api.LEGACY)))
    simulator = MangoPaySimulator
    samples = samples_in(DATA / "quoted.json", "legacy")
    errors = errors_in(DATA / "errors.json")
    codes = tuple(CODES)

    def welcome(self, user: User) -> User:
        """An OWNER's terms, a category for callers, no blocked country, no acting by proxy."""
        extras = dict(user.extras.get("mangopay", {}))
        if "sca_context" in extras:
            user = changed(user, "extras", {"mangopay": {**extras, "sca_context": "USER_PRESENT"}})
        if user.category is UserCategory.PLATFORM:
            user = changed(user, "category", UserCategory.PAYER)
        if user.category is UserCategory.OWNER:
            user = changed(user, "terms.accepted", True)
        for path in LEAVES:
            if lookup(user, path) in BLOCKED and check_at(path).shape == COUNTRY:
                user = changed(user, path, "FR")
        return user

    def complaint(self, wire_path: str) -> Response:
        """docs: errors, param_error."""
        told = {"Type": "param_error", "errors": {wire_path: "The value is wrong."}}
        return Response(status=400, body=json_body(told))
