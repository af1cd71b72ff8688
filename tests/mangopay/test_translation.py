"""MangoPay's adapter obeys the laws of adapters, on both of its user APIs."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from onboarding import Notification, Secret, User, UserCategory, UserRecord
from onboarding.bodies import json_body
from onboarding.spi import Response
from onboarding.testing import AdapterLaws, World, changed, errors_in, samples_in
from tests.mangopay.scenarios import SCENARIOS

from onboarding_mangopay import Api, MangoPay, TagHolds
from onboarding_mangopay.errors import _TYPES as CODES
from onboarding_simulators.mangopay import MangoPaySimulator

DATA = Path(__file__).parent / "data"


def mangopay(api: Api, tag_holds: TagHolds = TagHolds.TAG) -> MangoPay:
    return MangoPay(
        client_id="simulated-client",
        api_key=Secret("simulated-key"),
        api=api,
        tag_holds=tag_holds,
        base_url="https://mangopay.invalid",
        name="fr",
    )


class TestMangoPay(AdapterLaws):
    adapters = (
        ("sca", mangopay(Api.SCA)),
        ("legacy", mangopay(Api.LEGACY)),
        ("reference", mangopay(Api.SCA, TagHolds.REFERENCE)),
    )
    simulator = MangoPaySimulator
    samples = samples_in(DATA / "quoted.json", "legacy")
    errors = errors_in(DATA / "errors.json")
    codes = tuple(CODES)
    scenarios = SCENARIOS
    arguments = {  # noqa: RUF012
        "read_notification": (
            Notification(query={"EventType": "USER_KYC_REGULAR", "RessourceId": "1", "Date": "1"}),
        )
    }

    def welcome(self, user: User) -> User:
        """No acting by proxy, for which MangoPay's permission is needed."""
        extras = dict(user.extras.get("mangopay", {}))
        if "sca_context" in extras:
            user = changed(user, "extras", {"mangopay": {**extras, "sca_context": "USER_PRESENT"}})
        return user

    def verify(self, world: World, record: UserRecord) -> UserRecord:
        """An OWNER is enrolled and verified."""
        if record.user.category is UserCategory.OWNER:
            world.simulator.activate(record.id)
            world.simulator.set_kyc_level(record.id, "REGULAR")
        return cast("UserRecord", world.call("fetch_user", record.id))

    def complaint(self, wire_path: str) -> Response:
        """docs: errors, param_error."""
        told = {"Type": "param_error", "errors": {wire_path: "The value is wrong."}}
        return Response(status=400, body=json_body(told))
