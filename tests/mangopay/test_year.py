"""A year in the life of a company: every step by a call, every event by its notification."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import pytest
from attrs import define, evolve, field
from onboarding import (
    Document,
    DocumentPurpose,
    DocumentStatus,
    Event,
    EventKind,
    Gateway,
    Identity,
    KYCLevel,
    Person,
    PersonRole,
    RefusalReason,
    Terms,
    User,
    UserCategory,
    UserStatus,
)
from onboarding.simulation import serve
from onboarding.spi import EffectKind
from tests.mangopay.noted import read_event

from onboarding_mangopay import MangoPay

from .people import COMPANY, FACTS, PDF, PERSON, UBO, paper
from .stage import Stage

DAY = 24 * 60 * 60
NEEDED = (DocumentPurpose.IDENTITY, DocumentPurpose.REGISTRATION, DocumentPurpose.ARTICLES)
HEARD = (
    "USER_CATEGORY_UPDATED_TO_OWNER USER_ACCOUNT_VALIDATION_ASKED USER_ACCOUNT_ACTIVATED "
    "USER_ACCOUNT_CLOSED USER_KYC_REGULAR USER_KYC_LIGHT USER_INFLOWS_BLOCKED "
    "USER_OUTFLOWS_BLOCKED KYC_CREATED KYC_VALIDATION_ASKED KYC_SUCCEEDED KYC_FAILED "
    "KYC_OUTDATED UBO_DECLARATION_CREATED UBO_DECLARATION_VALIDATION_ASKED "
    "UBO_DECLARATION_VALIDATED SCA_ENROLLMENT_SUCCEEDED"
)
SEED = User(
    company=evolve(
        FACTS,
        registration_number=None,
        headquarters=None,
    ),
    people=(
        Person(
            ref="alex",
            roles=(PersonRole.REPRESENTATIVE,),
            identity=Identity(given_name="Alex", family_name="Smith"),
        ),
    ),
    email="acme@example.com",
    category=UserCategory.PAYER,
    terms=Terms(accepted=False),
)


@define
class Year:
    """The company's gateway, the simulator behind it, and what was notified."""

    fr: Gateway[MangoPay]
    stage: Stage
    queries: list[str] = field(factory=list[str])
    ids: set[str] = field(factory=set[str])

    def passes(self, days: int) -> None:
        self.stage.clock.advance(days * DAY)

    def heard(self) -> list[Event]:
        """Gives what was notified since, read and confirmed; each once."""
        self.stage.sim.deliver_hooks()
        events = [read_event(self.fr, dict(parse_qsl(query))) for query in self.queries]
        self.queries.clear()
        fresh = [event for event in events if event.id not in self.ids]
        assert len({event.id for event in fresh}) == len(fresh)
        self.ids |= {event.id for event in fresh}
        assert self.listed() <= self.ids, "MangoPay lists an event that nobody heard"
        assert all(event.gateway == "fr" and event.occurred_at is not None for event in fresh)
        assert all(event.kind is not EventKind.OTHER for event in fresh)
        return fresh

    def listed(self) -> set[str]:
        """Gives the ids of the events of the last 45 days, by MangoPay's own list."""
        rows = self.fr.each(self.fr.adapter.list_events)
        return {f"{row['EventType']}:{row['ResourceId']}:{row['Date']}" for row in rows}

    def kinds(self) -> list[EventKind]:
        """The kinds of what was notified since; every one is borne out, where that is told."""
        events = self.heard()
        assert all(event.confirmed is not False for event in events)
        return [event.kind for event in events]

    def hand_in(self, user_id: str, purpose: DocumentPurpose) -> str:
        document: Document = paper(purpose, PDF)
        return self.fr.submit_document(
            user_id, document, idempotency_key=f"{purpose}-{self.stage.clock()}"
        ).id


@pytest.fixture
def year(fr: Gateway[MangoPay], stage: Stage) -> Iterator[Year]:
    lived = Year(fr, stage)

    def app(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        lived.queries.append(environ["QUERY_STRING"])
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    with serve(app) as url:
        for event_type in HEARD.split():
            fr.run(fr.adapter.register_hook(event_type, f"{url}/hooks"))
        yield lived


def test_a_company_lives_through_a_year(year: Year) -> None:
    fr, sim = year.fr, year.stage.sim

    # January: a payer, of whom little is known
    payer = fr.create_user(SEED, idempotency_key="acme")
    assert (payer.user.category, payer.status) == (UserCategory.PAYER, UserStatus.ACTIVE)
    assert year.heard() == []

    # February: an owner, with the facts that this takes, who must enrol
    year.passes(31)
    alex = evolve(SEED.people[0], identity=PERSON, email="alex.smith@example.com")
    wanted = payer.user.replace(
        {
            "category": UserCategory.OWNER,
            "terms.accepted": True,
            "company.registration_number": "123456789",
            "company.headquarters": FACTS.headquarters,
            "people": (alex,),
        }
    )
    owner = fr.categorise_user(payer, wanted)
    assert (owner.user.category, owner.status) == (UserCategory.OWNER, UserStatus.PENDING)
    assert year.kinds() == [EventKind.CATEGORY_CHANGED, EventKind.ENROLMENT_NEEDED]

    (action,) = owner.next_actions
    assert action.link("https://shop.example/back", language="fr-FR").endswith("&lang=fr")
    fresh = fr.renew(action)
    sim.finish_sca(fresh.url or "")
    assert fr.fetch_user(owner.id).status is UserStatus.ACTIVE
    assert year.kinds() == [EventKind.ENROLMENT_DONE, EventKind.ENROLMENT_DONE]

    # March: the owners behind it
    year.passes(28)
    declaration = fr.declare_owners(owner.id, COMPANY.people, idempotency_key="owners")
    sim.decide_declaration(declaration.id, "VALIDATED")
    declared = year.heard()
    assert [(event.kind, event.confirmed) for event in declared] == [
        (EventKind.DECLARATION_CREATED, True),
        (EventKind.DECLARATION_SUBMITTED, True),
        (EventKind.DECLARATION_ACCEPTED, True),
    ]
    assert {event.user_id for event in declared} == {owner.id}
    (found,) = fr.declarations(owner.id)
    assert found.status is DocumentStatus.ACCEPTED
    assert [one.owner for one in found.owners] == [evolve(UBO, ref=found.owners[0].id)]
    assert {event.declaration and event.declaration.id for event in declared} == {found.id}

    # April: its papers, one of which is refused, and handed in again
    year.passes(31)
    papers = {purpose: year.hand_in(owner.id, purpose) for purpose in NEEDED}
    assert year.kinds() == [EventKind.DOCUMENT_CREATED, EventKind.DOCUMENT_SUBMITTED] * 3
    sim.accept_document(papers[DocumentPurpose.REGISTRATION])
    sim.accept_document(papers[DocumentPurpose.ARTICLES])
    sim.refuse_document(papers[DocumentPurpose.IDENTITY], "DOCUMENT_HAS_EXPIRED", None, ["009021"])
    accepted, also, refused = year.heard()
    assert [event.kind for event in (accepted, also)] == [EventKind.DOCUMENT_ACCEPTED] * 2
    assert refused.kind is EventKind.DOCUMENT_REFUSED
    assert refused.document is not None
    assert refused.document.refusal is not None
    assert refused.document.refusal.reason is RefusalReason.EXPIRED
    assert refused.document.refusal.flags == ("009021",)
    assert fr.fetch_user(owner.id).kyc_level is KYCLevel.LIGHT

    year.passes(3)
    again = year.hand_in(owner.id, DocumentPurpose.IDENTITY)
    sim.accept_document(again)
    regular = fr.fetch_user(owner.id)
    assert regular.kyc_level is KYCLevel.REGULAR
    *_, accepted, risen = year.heard()
    assert (accepted.kind, risen.kind) == (EventKind.DOCUMENT_ACCEPTED, EventKind.LEVEL_CHANGED)
    assert (risen.before, risen.after) == ({"kyc_level": "LIGHT"}, {"kyc_level": "REGULAR"})

    # September: another representative; what that costs is told before, and comes to pass
    year.passes(150)
    before = {found.id for found in fr.documents(owner.id) if _accepted(found.status)}
    renamed = regular.user.replace(
        {
            "people[representative].identity.given_name": "Ada",
            "people[representative].identity.family_name": "Moreau",
            "people[representative].identity.birthdate": date(1985, 5, 17),
        }
    )
    predicted = {effect.kind: effect for effect in fr.effects(regular, renamed)}
    fallen = fr.update_user(regular, renamed)
    assert EffectKind.LOWERS_LEVEL in predicted
    assert fr.fetch_user(owner.id).kyc_level is KYCLevel.LIGHT is fallen.kyc_level
    outdated = {
        found.purpose
        for found in fr.documents(owner.id)
        if found.id in before and found.status is DocumentStatus.OUT_OF_DATE
    }
    assert outdated == set(NEEDED)
    assert outdated <= set(predicted[EffectKind.OUTDATES].documents)
    *outs, level = year.heard()
    assert [event.kind for event in outs] == [EventKind.DOCUMENT_OUT_OF_DATE] * 3
    assert (level.before, level.after) == ({"kyc_level": "REGULAR"}, {"kyc_level": "LIGHT"})

    # October: verified again, with new papers; the owners behind it stand
    year.passes(30)
    for purpose in NEEDED:
        sim.accept_document(year.hand_in(owner.id, purpose))
    verified = fr.fetch_user(owner.id)
    assert verified.kyc_level is KYCLevel.REGULAR
    assert year.kinds()[-1] is EventKind.LEVEL_CHANGED

    # December: the end, which is final
    year.passes(60)
    closed = fr.close_user(verified)
    assert closed.status is UserStatus.CLOSED
    assert [record.status for record in fr.users()] == [UserStatus.CLOSED]
    assert set(year.kinds()) == {EventKind.USER_CLOSED, EventKind.BLOCK_CHANGED}


def _accepted(status: DocumentStatus | None) -> bool:
    return status is DocumentStatus.ACCEPTED
