"""A year in the life of a company: each step by a call, each event by its notification."""

from __future__ import annotations

import pytest
from attrs import define, evolve, field
from onboarding import (
    CapabilityName,
    DocumentRecord,
    DocumentStatus,
    EventKind,
    Gateway,
    KYCLevel,
    NotFound,
    RefusalReason,
    UserRecord,
    UserStatus,
)
from onboarding.banking import UkAccount
from onboarding.directory import RecordState
from onboarding.requirements import RequirementStatus
from onboarding.service import lifecycle
from tests.simulators.stripe.stage import NOW
from tests.stripe.passing import BANK, CEO, EXTRACT, HEIR, LO, OWNER, PASSPORT
from tests.stripe.scene import Scene, accepted

from onboarding_stripe import Stripe

DAY = 24 * 60 * 60
SECOND_BANK = UkAccount(owner_name="Lo Inc", sort_code="108800", account_number="00012345")
OF_ADA = evolve(PASSPORT, person="ada")

ABLE = (
    CapabilityName.ACCEPT_PAYMENTS,
    CapabilityName.PAY_OUT,
    CapabilityName.RECEIVE_TRANSFERS,
)
PASSPORT_DUE = "people[ada].documents.proof_of_identity"
EXTRACT_DUE = "documents.proof_of_registration"
USER, ABILITY = EventKind.USER_CHANGED, EventKind.CAPABILITY_CHANGED
CHANGED = EventKind.PERSON_CHANGED
GAINED = [
    "level_gained identification_level",
    "level_gained kyc_level",
    *(f"capability_gained {name}" for name in ABLE),
]
LOST = [
    "level_lost identification_level",
    "level_lost kyc_level",
    *(f"capability_lost {name}" for name in ABLE),
]


@define
class Year:
    """The gateway of the platform, Stripe behind it, and what the platform knows of the company."""

    scene: Scene
    state: RecordState | None = None
    ids: set[str] = field(factory=set[str])

    @property
    def gateway(self) -> Gateway[Stripe]:
        return self.scene.gateway

    def passes(self, days: float) -> None:
        self.scene.stage.clock.advance(days * DAY)

    def told(self) -> set[EventKind]:
        """The kinds of what was notified since, each event once; none is of an unknown kind."""
        once = {one.body: one for one in self.scene.delivered()}
        fresh = {event.id: event for event in map(self.scene.read, once.values())}
        assert [*fresh] == [accepted(one).id for one in once.values()]
        assert len(fresh) == len(once)
        assert not fresh.keys() & self.ids
        self.ids |= fresh.keys()
        for event in fresh.values():
            assert event.kind not in (EventKind.OTHER, EventKind.TEST), event.provider_type
            assert event.occurred_at is not None
            assert event.user is not None
            assert event.user_id == event.user.id
        assert self.listed() <= self.ids, "Stripe lists an event that nobody was notified of"
        return {event.kind for event in fresh.values()}

    def listed(self) -> set[str]:
        """The ids of the events of accounts in the last 30 days, by Stripe's own list."""
        rows = self.scene.stage.v1.events.list({"limit": 100}).auto_paging_iter()
        return {row.id for row in rows if "account" in row}

    def became(self, record: UserRecord, *documents: DocumentRecord) -> list[str]:
        """What became of the company since the last look, as lifecycle events."""
        found = RecordState.of("company-1", record, self.scene.now, self.state)
        found = evolve(found, retrieved_at=self.scene.now)
        for document in documents:
            found = found.with_document(document, None)
        before, self.state = self.state, found
        assert lifecycle(found, found) == ()
        return [f"{one.kind} {one.about}".strip() for one in lifecycle(before, found)]


def owed(record: UserRecord) -> set[str]:
    return {one.name for one in record.requirements if one.status is RequirementStatus.MISSING}


def able(record: UserRecord) -> list[CapabilityName]:
    return [name for name in ABLE if record.can(name)]


@pytest.fixture(params=["in order", "doubled and out of order"])
def year(scene: Scene, request: pytest.FixtureRequest) -> Year:
    scene.stage.sim.doubled = scene.stage.sim.reordered = request.param != "in order"
    return Year(scene)


def test_a_company_lives_through_a_year(year: Year) -> None:
    us, sim = year.gateway, year.scene.stage.sim

    # January: an account, without an owner and without a bank account
    lo = us.create_user(LO, idempotency_key="lo")
    assert year.told() == {EventKind.PERSON_ADDED, ABILITY, USER}
    assert owed(lo) == {"bank_account", "people[beneficial_owner]"}
    assert (lo.status, lo.kyc_level, able(lo)) == (UserStatus.ACTIVE, KYCLevel.LIGHT, [])
    assert year.became(lo) == [
        "level_gained identification_level",
        "level_gained kyc_level",
        "action_required bank_account",
        "action_required people[beneficial_owner]",
    ]

    # February: the owner and the bank account; Stripe checks both people
    year.passes(31)
    us.add_bank_account(lo.id, BANK)
    assert year.told() == {EventKind.BANK_ACCOUNT_ADDED, CHANGED, ABILITY, USER}
    lo = us.update_user(lo, lo.user.replace(people=(*lo.user.people, OWNER)))
    assert year.told() == {EventKind.PERSON_ADDED, ABILITY, USER}
    assert (owed(lo), able(lo)) == (set(), [])
    year.passes(1)
    assert year.told() == {CHANGED, ABILITY, USER}
    lo = us.fetch_user(lo.id)
    assert (lo.kyc_level, able(lo)) == (KYCLevel.REGULAR, [*ABLE])
    assert year.became(lo) == GAINED

    # March: a second owner; the shares change hands
    year.passes(28)
    shares = (CEO, OWNER.replace(ownership_percent=30.0), HEIR)
    lo = us.update_user(lo, lo.user.replace(people=shares))
    assert year.told() >= {EventKind.PERSON_ADDED, CHANGED}
    assert {one.ref: one.ownership_percent for one in lo.user.people} == {
        "ada": None,
        "bob": 30.0,
        "eve": 40.0,
    }

    # April: Stripe wants to see Ada's passport within 60 days
    year.passes(20)
    sim.demand(lo.id, f"{lo.references['people[ada]']}.verification.document", days=60)
    assert year.told() == {CHANGED, ABILITY, USER}
    lo = us.fetch_user(lo.id)
    assert (owed(lo), able(lo)) == ({PASSPORT_DUE}, [*ABLE])
    assert year.became(lo) == [f"action_required {PASSPORT_DUE}"]

    # May: nobody answered; the deadline comes near
    year.passes(50)
    assert year.told() == set()
    lo = us.fetch_user(lo.id)
    assert year.became(lo) == [
        *(f"deadline_near {name}" for name in sorted([*ABLE, PASSPORT_DUE])),
    ]

    # May, a day later: a passport that is out of date; Stripe refuses it, and nothing stops yet
    year.passes(1)
    passport = us.submit_document(lo.id, OF_ADA)
    sim.end_check(lo.references["people[ada]"], "document", "verification_document_expired")
    assert year.told() == {CHANGED, ABILITY, USER}
    lo, passport = us.fetch_user(lo.id), us.fetch_document(passport.id, user_id=lo.id)
    assert passport.refusal is not None
    assert passport.refusal.reason is RefusalReason.EXPIRED
    assert (owed(lo), able(lo)) == ({PASSPORT_DUE}, [*ABLE])
    assert year.became(lo, passport) == [
        f"document_refused {passport.id}",
        f"document_refused {PASSPORT_DUE}",
    ]

    # June: the deadline passed, and the company is restricted
    year.passes(9)
    assert year.told() == {CHANGED, ABILITY, USER}
    lo = us.fetch_user(lo.id)
    assert (owed(lo), able(lo)) == ({PASSPORT_DUE}, [])
    assert all(one.past_due for one in lo.requirements if one.name == PASSPORT_DUE)
    assert year.became(lo) == LOST

    # June: the new passport, and the company is restored
    year.passes(3)
    passport = us.submit_document(lo.id, OF_ADA)
    year.passes(1)
    assert year.told() == {CHANGED, ABILITY, USER}
    lo, passport = us.fetch_user(lo.id), us.fetch_document(passport.id, user_id=lo.id)
    assert passport.status is DocumentStatus.ACCEPTED
    assert (owed(lo), able(lo)) == (set(), [*ABLE])
    assert year.became(lo, passport) == GAINED

    # July: an owner leaves; the company moves, and has a second bank account for a while
    year.passes(30)
    left = tuple(one for one in lo.user.people if one.ref != "bob")
    lo = us.update_user(
        lo, lo.user.replace({"people": left, "company.headquarters.line1": "1 New Street"})
    )
    assert year.told() == {EventKind.PERSON_REMOVED, USER}
    assert {one.ref for one in lo.user.people} == {"ada", "eve"}
    second = us.add_bank_account(lo.id, SECOND_BANK)
    us.deactivate_bank_account(second)
    assert year.told() == {EventKind.BANK_ACCOUNT_ADDED, EventKind.BANK_ACCOUNT_REMOVED, USER}
    assert [one.active for one in us.bank_accounts(lo.id)] == [True]
    lo = us.fetch_user(lo.id)
    assert year.became(lo) == []

    # August: from October on, Stripe will want an extract of the register
    year.passes(31)
    sim.announce(lo.id, "company.verification.document", days=60)
    assert year.told() == {ABILITY, USER}
    lo = us.fetch_user(lo.id)
    assert (owed(lo), able(lo)) == ({EXTRACT_DUE}, [*ABLE])
    assert year.became(lo) == [f"action_required {EXTRACT_DUE}"]

    # October: it is due; the extract is given in time
    year.passes(61)
    assert year.told() == {ABILITY, USER}
    extract = us.submit_document(lo.id, EXTRACT)
    assert extract.status is DocumentStatus.IN_REVIEW
    year.passes(1)
    assert year.told() == {ABILITY, USER}
    lo, extract = us.fetch_user(lo.id), us.fetch_document(extract.id, user_id=lo.id)
    assert extract.status is None  # of a company's document, Stripe says only why it was refused
    assert (owed(lo), able(lo)) == (set(), [*ABLE])
    assert year.became(lo, extract) == []

    # November: Stripe reviews the account, and ends the review
    year.passes(40)
    sim.pause(lo.id, "under_review")
    assert year.told() == {ABILITY, USER}
    lo = us.fetch_user(lo.id)
    assert able(lo) == []
    assert year.became(lo) == LOST
    sim.pause(lo.id, None)
    assert year.told() == {ABILITY, USER}
    lo = us.fetch_user(lo.id)
    assert year.became(lo) == GAINED

    # January again: the company goes; what was on its way about it is read without it
    year.passes(58)
    assert year.scene.stage.clock() == NOW + 365 * DAY
    sim.demand(lo.id, "company.structure")
    late = year.scene.delivered()
    lo = us.close_user(lo)
    assert (lo.status, able(lo), lo.requirements) == (UserStatus.CLOSED, [], ())
    events = [year.scene.read(one) for one in late]
    assert {event.kind for event in events} == {ABILITY, USER}
    assert {(event.user_id, event.user, event.confirmed) for event in events} == {
        (lo.id, None, False)
    }
    assert year.became(lo) == [*(f"capability_lost {name}" for name in ABLE), "closed"]
    with pytest.raises(NotFound):
        us.fetch_user(lo.id)
