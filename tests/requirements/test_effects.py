"""What `effects` predicts of an update, the simulated provider does, and nothing else."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    Address,
    Company,
    Document,
    DocumentPurpose,
    Identity,
    KYCLevel,
    LegalPersonType,
    NextActionKind,
    Person,
    PersonRole,
    ProviderError,
    Secret,
    Terms,
    Unsupported,
    User,
    UserCategory,
    UserRecord,
)
from onboarding.mapping import On
from onboarding.spi import Effect, EffectKind, Flow, Request, Response
from onboarding.testing import PaperGateway, changed, paper
from onboarding.testing.generators import supported_values
from onboarding.urls import url
from tests.scaling import scaled

from onboarding_mangopay import Api, MangoPay
from onboarding_paysera import Paysera
from onboarding_simulators.mangopay import MangoPaySimulator
from onboarding_simulators.paysera import PayseraSimulator

BASE = "https://mangopay.invalid"
TYPES = {
    "IDENTITY_PROOF": DocumentPurpose.IDENTITY,
    "REGISTRATION_PROOF": DocumentPurpose.REGISTRATION,
    "ARTICLES_OF_ASSOCIATION": DocumentPurpose.ARTICLES,
    "SHAREHOLDER_DECLARATION": DocumentPurpose.SHAREHOLDERS,
}
PAGE = b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40_000)).decode()

ONA = User(
    identity=Identity(
        given_name="Ona",
        family_name="Šimkutė",
        birthdate=date(1968, 3, 9),
        nationality="LT",
        country_of_residence="LT",
    ),
    email="ona@example.com",
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
)
ORGANISATION = User(
    company=Company(
        legal_name="Ona ir draugai",
        legal_person_type=LegalPersonType.ORGANIZATION,
        registration_number="300060819",
        headquarters=Address(line1="Lauko g. 1", city="Vilnius", postal_code="01100", country="LT"),
    ),
    people=(
        Person(
            ref="ona",
            roles=(PersonRole.REPRESENTATIVE,),
            identity=ONA.identity,
            email="ona@example.com",
        ),
    ),
    email="office@example.com",
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
)


@frozen
class Desk:
    """A simulator with a gateway to it, and what only a review team can do."""

    sim: MangoPaySimulator
    gateway: PaperGateway[MangoPay]

    def call(self, method: str, *path: str, body: Any = None) -> Any:
        def flow() -> Flow[Response]:
            place = url(BASE, "v2.01", "simulated-client", *path)
            response = yield Request.json(method, place, body, operation="test")
            return response

        response = self.gateway.run(flow())
        assert 200 <= response.status < 300
        return response.json() if response.body else None

    def verified(self, user: User) -> UserRecord:
        """A user whose documents were all accepted, which makes it REGULAR."""
        record = self.gateway.run(self.gateway.adapter.create_user(user))
        wanted = [*TYPES][:3] if user.company is not None else ["IDENTITY_PROOF"]
        for kind in wanted:
            where = ("users", record.id, "kyc", "documents")
            made = self.call("POST", *where, body={"Type": kind})
            self.call("POST", *where, made["Id"], "pages", body={"File": PAGE})
            self.call("PUT", *where, made["Id"], body={"Status": "VALIDATION_ASKED"})
            self.sim.accept_document(made["Id"])
        self.sim.activate(record.id)
        return self.gateway.run(self.gateway.adapter.fetch_user(record.id))

    def documents(self, record: UserRecord) -> dict[DocumentPurpose, str]:
        rows = self.call("GET", "users", record.id, "kyc", "documents")
        return {TYPES[row["Type"]]: row["Status"] for row in rows}


def desk(api: Api) -> Desk:
    sim = MangoPaySimulator()
    adapter = MangoPay(
        client_id="simulated-client",
        api_key=Secret("simulated-key"),
        api=api,
        base_url=BASE,
        name="fr",
    )
    return Desk(sim, PaperGateway(adapter, paper(sim)))


def kinds(effects: tuple[Effect, ...], *, certain: bool = True) -> set[EffectKind]:
    return {effect.kind for effect in effects if effect.certain or not certain}


@pytest.fixture(params=Api)
def at(request: pytest.FixtureRequest) -> Desk:
    return desk(request.param)


@pytest.mark.parametrize("user", [ONA, ORGANISATION], ids=["natural", "legal"])
@scaled(5)
@given(data=st.data())
def test_what_is_predicted_of_an_update_is_what_happens(user: User, data: st.DataObject) -> None:
    at = desk(data.draw(st.sampled_from(Api)))
    record = at.verified(user)
    assert record.kyc_level is KYCLevel.REGULAR
    wire = at.gateway.adapter.wire_for(user)
    paths = [
        mapped.core
        for mapped in wire.plan.fields
        if mapped.on & On.UPDATE and not mapped.core.startswith("extras.")
    ]
    new = record.user
    for path in data.draw(st.lists(st.sampled_from(paths), min_size=1, max_size=3, unique=True)):
        value = data.draw(supported_values(wire.plan.by_core[path]), path)
        new = changed(new, path, value)

    predicted = at.gateway.adapter.effects(record, new)
    try:
        after = at.gateway.run(at.gateway.adapter.update_user(record, new))
    except (Unsupported, ProviderError):
        return

    fell = after.kyc_level is KYCLevel.LIGHT
    outdated = {
        purpose for purpose, status in at.documents(record).items() if status == "OUT_OF_DATE"
    }
    foretold = {purpose for effect in predicted if effect.certain for purpose in effect.documents}
    assert (EffectKind.LOWERS_LEVEL in kinds(predicted)) <= fell
    assert fell <= (EffectKind.LOWERS_LEVEL in kinds(predicted, certain=False))
    assert (EffectKind.RE_ENROLS in kinds(predicted)) == bool(after.next_actions)
    assert outdated == foretold


def test_another_name_costs_the_level_and_the_proof(at: Desk) -> None:
    record = at.verified(ONA)
    new = record.user.replace({"identity.family_name": "Petraitienė"})

    found = at.gateway.adapter.effects(record, new)

    assert [(effect.kind, effect.core_paths) for effect in found] == [
        (EffectKind.LOWERS_LEVEL, ("identity.family_name",)),
        (EffectKind.OUTDATES, ("identity.family_name",)),
    ]
    assert found[1].documents == (DocumentPurpose.IDENTITY,)
    assert all(effect.source for effect in found)


def test_nothing_changed_costs_nothing(at: Desk) -> None:
    record = at.verified(ONA)

    assert at.gateway.adapter.effects(record, record.user) == ()
    assert at.gateway.adapter.effects(record, record.user.replace(tag="other")) == ()


@pytest.mark.parametrize("user", [ONA, ORGANISATION], ids=["natural", "legal"])
def test_who_is_not_verified_has_no_level_and_no_document_to_lose(at: Desk, user: User) -> None:
    record = at.gateway.run(at.gateway.adapter.create_user(user))
    person = "people[representative].identity" if user.company is not None else "identity"
    new = record.user.replace({f"{person}.family_name": "Petraitienė"})

    assert at.gateway.adapter.effects(record, new) == ()


def test_facts_that_a_record_lacks_become_conditions(at: Desk) -> None:
    whole = at.verified(ONA)
    row = evolve(
        whole, provider_fields={}, raw={}, kyc_level=None
    )  # as it could be stored by a platform

    found = at.gateway.adapter.effects(row, row.user.replace({"identity.family_name": "Novak"}))

    assert [(effect.certain, effect.words) for effect in found] == [
        (False, "REGULAR falls to LIGHT"),
        (False, "documents already submitted would have to be sent again: identity"),
    ]


def test_a_document_among_the_data_of_the_user_may_have_been_handed_in(at: Desk) -> None:
    record = at.gateway.run(at.gateway.adapter.create_user(ONA))
    passport = Document(purpose=DocumentPurpose.IDENTITY)
    new = record.user.replace({"identity.family_name": "Novak"}, documents=(passport,))

    [effect] = at.gateway.adapter.effects(record, new)

    assert (effect.kind, effect.certain) == (EffectKind.OUTDATES, False)
    assert effect.documents == (DocumentPurpose.IDENTITY,)


def test_the_accepted_documents_of_a_company_are_named_and_no_others(at: Desk) -> None:
    record = at.verified(ORGANISATION)
    path = "people[representative].identity.family_name"

    found = at.gateway.adapter.effects(record, record.user.replace({path: "Petraitienė"}))

    assert [effect.words for effect in found] == [
        "REGULAR falls to LIGHT",
        "accepted documents go out of date: identity, registration, articles",
    ]


def test_a_step_that_has_no_way_back_is_named() -> None:
    at = desk(Api.LEGACY)
    payer = ONA.replace(category=UserCategory.PAYER, terms=Terms(accepted=False))
    record = at.gateway.run(at.gateway.adapter.create_user(payer))

    found = at.gateway.adapter.effects(record, ONA)

    assert {effect.words for effect in found if effect.kind is EffectKind.ONE_WAY} == {
        "an OWNER never becomes a PAYER again",
        "accepted terms cannot be taken back",
    }


def test_at_paysera_a_new_address_awaits_its_code_and_an_identity_its_receipt() -> None:
    adapter = Paysera(client_id="client", mac_key=Secret("key"), base_url=BASE, name="lt")
    sim = PayseraSimulator(client_id="client", mac_key="key")
    gateway = PaperGateway(adapter, paper(sim))
    record = gateway.run(adapter.create_user(User(email="ona@example.com")))
    sim_code = sim.code_for(int(record.id), "email")
    assert sim_code is not None
    record = gateway.run(adapter.confirm(record.next_actions[0], sim_code))
    new = record.user.replace(
        {
            "identity.given_name": "Ona",
            "identity.family_name": "Šimkutė",
            "identity.nationality": "LT",
            "identity.national_id": _number(),
        },
        email="other@example.com",
    )

    found = adapter.effects(record, new)
    after = gateway.run(adapter.update_user(record, new))

    assert kinds(found) == {EffectKind.CONFIRMS, EffectKind.DUTY}
    assert [(action.kind, action.concerns) for action in after.next_actions] == [
        (NextActionKind.CONFIRM_CODE, "email"),
        (NextActionKind.PRINT_RECEIPT, "identity"),
    ]
    assert sim.receipt_due(int(record.id))


def _number() -> Any:
    from onboarding import NationalId

    return NationalId(code="46803090000", country="LT")


def test_an_effect_shows_no_value(at: Desk) -> None:
    record = evolve(at.verified(ONA))

    found = at.gateway.adapter.effects(
        record, record.user.replace({"identity.family_name": "Petraitienė"})
    )

    assert "Petrait" not in repr(found)
