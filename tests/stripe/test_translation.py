"""Stripe's adapter obeys the laws of adapters, for individuals and companies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from attrs import evolve
from hypothesis import settings
from onboarding import Secret, User, UserRecord
from onboarding.bodies import json_body
from onboarding.mapping.paths import lookup
from onboarding.spi import Adapter, Request, Response, as_object, translation
from onboarding.testing import AdapterLaws, World, changed, errors_in, samples_in
from onboarding.testing.proof import LAWS, tried
from onboarding.testing.runner import Runner
from onboarding.testing.suite.writing import check_reported
from tests.simulators.stripe.stage import KEY, NOW
from tests.stripe.scenarios import SCENARIOS, SECRET, signed

from onboarding_simulators.shared import VirtualClock
from onboarding_simulators.stripe import StripeSimulator
from onboarding_simulators.stripe.words import CURRENCIES
from onboarding_stripe import Stripe
from onboarding_stripe.errors import CODES
from onboarding_stripe.wire.account import IndividualAccount

DATA = Path(__file__).parent / "data"
FORMS = {
    "mcc": "7623",
    "url": "https://accessible.stripe.com",
    "support_phone": "+4930123456",
    "structure": "llc",
}
"""Values of the extras that Stripe takes: no document says of each what form it has."""
OPENER = "people[representative]"
"""The key under which a law says something of the person who opened the account of a company."""


def simulator() -> StripeSimulator:
    """Its clock is later than all dates: no document says that Stripe refuses later ones."""
    return StripeSimulator(
        api_key=KEY, clock=VirtualClock(datetime(2101, 1, 1, tzinfo=UTC).timestamp())
    )


class TestStripe(AdapterLaws):
    adapter = Stripe(
        api_key=Secret(KEY),
        webhook_secrets=(Secret(SECRET),),
        base_url="https://stripe.invalid",
        name="us",
    )
    simulator = staticmethod(simulator)
    samples = samples_in(DATA / "quoted.json")
    errors = errors_in(DATA / "errors.json")
    codes = tuple(CODES)
    scenarios = SCENARIOS
    arguments = {  # noqa: RUF012
        "read_notification": (
            signed(
                {"id": "evt_1", "object": "event", "type": "account.updated", "account": "acct_1"},
                NOW,
            ),
        )
    }

    def welcome(self, user: User) -> User:
        """A country in which accounts are opened, and extras in the forms that Stripe takes."""
        place = "company.headquarters.country" if user.company else "address.country"
        for path in ("identity.country_of_residence", "identity.national_id.country", place):
            if lookup(user, path) not in (None, *CURRENCIES):
                user = changed(user, path, "DE")
        home, number = "identity.country_of_residence", "identity.national_id.code"
        if lookup(user, home) == "US" and lookup(user, number) is not None:
            user = changed(user, number, "000000000")
        extras = dict(user.extras.get("stripe", {}))
        known = {name: FORMS.get(name, value) for name, value in extras.items()}
        return user.replace(extras={"stripe": known}) if extras else user

    def verify(self, world: World, record: UserRecord) -> UserRecord:
        world.simulator.complete_onboarding(record.id)
        world.simulator.clock.advance(5)
        return cast("UserRecord", world.call("fetch_user", record.id))

    def body_of(self, request: Request) -> dict[str, Any]:
        """The account or the bank account of a form; people have requests of their own."""
        if "/persons" in request.url or not request.body:
            return {}
        found = super().body_of(request)
        for flag in [name for name in found.get("company", {}) if name.endswith("_provided")]:
            del found["company"][flag]  # says that the people were given
        bank = found.pop("external_account", {})
        return {**bank, **found}

    def respond(self, payload: dict[str, Any], request: Request) -> Response:
        path = urlsplit(request.url).path
        if path.endswith("/persons") and request.method == "GET":
            shown = as_object(payload.get(OPENER))
            opener = {"id": "person_1", "relationship": {"representative": True}, **shown}
            found = [opener] if shown else []
            return self.answer({"object": "list", "data": found, "has_more": False})
        if "/persons" in path:
            return self.answer({"id": "person_1", "object": "person"})
        return self.answer(payload)

    def record_of(
        self, adapter: Adapter, user: User, unmapped: Mapping[str, Any] | None = None
    ) -> UserRecord:
        found = super().record_of(adapter, user, unmapped)
        return evolve(found, references={"individual.id": "person_1"})

    def complaint(self, wire_path: str) -> Response:
        """docs: api/errors."""
        first, *more = wire_path.split(".")
        param = first + "".join(f"[{name}]" for name in more)
        told = {"type": "invalid_request_error", "code": "parameter_missing", "param": param}
        return Response(status=400, body=json_body({"error": {**told, "message": "Wrong."}}))


def test_the_same_address_of_a_page_in_another_person_type_is_no_silent_loss() -> None:
    page = "https://example.com"
    before = User(extras={"stripe": {"url": page}})
    after = changed(before, "company.website", page)
    runner = Runner(TestStripe(), settings=settings(), name="silent_loss")

    check_reported(runner, TestStripe.adapter, "create_user", before, after)


class Silent(Stripe):
    """An adapter that does not report what it leaves out of a person."""

    def allowed(self, user: User, body: Any, losses: Any, steps: Any, token: Any = None) -> Any:
        quiet = [evolve(step, losses=()) for step in steps]
        return super().allowed(user, body, losses, quiet, token)


class OfSilent(TestStripe):
    __test__ = False
    adapter = Silent(api_key=Secret(KEY), base_url="https://stripe.invalid", name="us")


def test_a_law_finds_what_is_left_out_of_a_person_unseen() -> None:
    law = next(one for one in LAWS if one.name == "people")

    with pytest.raises(AssertionError, match="is lost unseen"):
        tried(OfSilent(), law, settings(max_examples=200, derandomize=True, database=None))


@pytest.mark.parametrize("day", [{"era": "AD"}, {"day": 1, "month": None, "year": None}])
def test_a_day_of_another_form_is_unreadable_and_kept(day: dict[str, Any]) -> None:
    user, unmapped = translation(IndividualAccount, "stripe").from_wire(
        {"individual": {"dob": day}}
    )

    assert user.identity is None
    assert unmapped["individual.dob"] == day
