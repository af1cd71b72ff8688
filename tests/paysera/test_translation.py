"""Paysera's adapter obeys the laws of adapters, with an address and without."""

from __future__ import annotations

from pathlib import Path

from onboarding import NextActionKind, Secret, User, UserRecord
from onboarding.bodies import json_body
from onboarding.spi import Response
from onboarding.testing import AdapterLaws, World, changed, errors_in, samples_in
from tests.paysera.scenarios import SCENARIOS

from onboarding_paysera import Paysera
from onboarding_paysera.errors import CODES
from onboarding_simulators.paysera import PayseraSimulator

DATA = Path(__file__).parent / "data"
CLIENT_ID, MAC_KEY = "wkVd93h2uS", "IrdTc8uQodU7PRpLzzLTW6wqZAO6tAMU"

# docs: user-resource, parameters and card: what each must hold
FORMS = {
    "card": {"issuer": "paysera", "number": "1234"},
    "phone_link": "myapp://phone/{code}",
    "email_link": "https://example.com/{code}",
    "scopes": ["email"],
}


def paysera(addressed: bool) -> Paysera:
    return Paysera(
        client_id=CLIENT_ID,
        mac_key=Secret(MAC_KEY),
        base_url="https://paysera.invalid",
        sends_address=addressed,
        name="lt",
    )


def simulator() -> PayseraSimulator:
    """Each part of an identity is optional, as in the official client."""
    return PayseraSimulator(
        client_id=CLIENT_ID, mac_key=MAC_KEY, identity_required=(), minimum_password_length=1
    )


class TestPaysera(AdapterLaws):
    adapters = (("bare", paysera(False)), ("addressed", paysera(True)))
    simulator = staticmethod(simulator)
    samples = samples_in(DATA / "quoted.json", "addressed")
    errors = errors_in(DATA / "errors.json")
    codes = tuple(CODES)
    scenarios = SCENARIOS

    def welcome(self, user: User) -> User:
        """What no document says of the extras: what form a card has."""
        extras = dict(user.extras.get("paysera", {}))
        wanted = {name: value for name, value in FORMS.items() if name in extras}
        return changed(user, "extras", {"paysera": {**extras, **wanted}}) if extras else user

    def settle(self, world: World, record: UserRecord) -> UserRecord:
        """The user types the codes: a contact is shown once it is confirmed."""
        codes = [one for one in record.next_actions if one.kind is NextActionKind.CONFIRM_CODE]
        for action in codes:
            code = world.simulator.code_for(int(record.id), action.concerns)
            record = world.call("confirm", action, code)
        return record

    def complaint(self, wire_path: str) -> Response:
        """docs: basics, errors."""
        entry = {"code": "is_blank", "field": wire_path, "message": "This value is wrong."}
        told = {"error": "invalid_parameters", "errors": [entry]}
        return Response(status=400, body=json_body(told))
