"""A person's life at Paysera, by core calls where the concept is shared, with a watch beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from attrs import define, frozen
from onboarding import (
    Address,
    AsyncGateway,
    DocumentKind,
    Event,
    EventKind,
    Gateway,
    IdentificationLevel,
    NextActionKind,
    Password,
    Rejected,
    Secret,
    Unsupported,
    User,
    UserRecord,
    UserStatus,
)
from onboarding.polling import AsyncPoller, Poller, PollPolicy
from tests.simulators.paysera.api import CLIENT_ID, MAC_KEY, NOW, Api

from onboarding_paysera import IdentityPaper, Paysera

from .test_flows import CODE, IDENTITY, JPEG, PASSPORT, PASSWORD

NEW_PASSWORD = "newPassword123"
HOME = Address(line1="Lauko g. 1", city="Vilnius", country="LT")
STEP = 100.0  # seconds from one step of the life to the next
PACE = PollPolicy(shortest=10.0, longest=40.0)  # so that every step is seen before the next


@define
class Life:
    """Each step by itself: the watch reads between any two."""

    api: Api
    at: Gateway[Paysera]
    record: UserRecord

    @property
    def steps(self) -> tuple[Callable[[], object], ...]:
        return (
            self.types_a_wrong_code,
            self.confirms_the_email,
            self.gives_a_phone,
            self.confirms_the_phone,
            self.provides_an_identity,
            self.has_the_identity_accepted,
            self.has_a_name_corrected,
            self.moves_which_paysera_cannot_be_told,
            self.hands_in_a_licence,
            self.hands_in_a_blurred_passport,
            self.hands_in_the_passport_again,
            self.is_identified_by_face,
            self.forgets_the_password,
        )

    def look(self) -> UserRecord:
        return self.at.fetch_user(self.record.id)

    def types_a_wrong_code(self) -> None:
        (action,) = self.record.next_actions
        assert (action.kind, action.concerns) == (NextActionKind.CONFIRM_CODE, "email")
        with pytest.raises(Rejected) as wrong:
            self.at.confirm(action, "ABCDEF")
        assert wrong.value.code == "invalid_code"
        assert self.look().user.email is None

    def confirms_the_email(self) -> None:
        (action,) = self.record.next_actions
        self.record = self.at.confirm(action, self.api.sim.code_for(221, "email"))
        assert self.record.confirmed == {"email": True}

    def gives_a_phone(self) -> None:
        self.record = self.at.assign_contact(self.record, phone="+37066612345")
        assert self.record.status is UserStatus.PENDING
        assert self.record.confirmed == {"email": True, "phone": False}

    def confirms_the_phone(self) -> None:
        (action,) = self.record.next_actions
        self.record = self.at.confirm(action, self.api.sim.code_for(221, "phone"))
        assert self.record.user.phone == "+37066612345"

    def provides_an_identity(self) -> None:
        misspelt = self.record.user.replace({"identity": IDENTITY.replace(given_name="Jon")})
        (action,) = self.at.update_user(self.record, misspelt).next_actions
        assert action.kind is NextActionKind.PRINT_RECEIPT
        receipt = self.at.run(self.at.adapter.identification_receipt(action.user_id, locale="lt"))
        assert "Jon" in receipt.text
        assert not self.api.sim.receipt_due(221)

    def has_the_identity_accepted(self) -> None:
        self.api.sim.accept_identity(221)

    def has_a_name_corrected(self) -> None:
        record = self.look()
        corrected = self.at.update_user(
            record, record.user.replace({"identity.given_name": "John"})
        )
        assert corrected.user.identity is not None
        assert corrected.user.identity.given_name == "John"
        assert [action.kind for action in corrected.next_actions] == [NextActionKind.PRINT_RECEIPT]

    def moves_which_paysera_cannot_be_told(self) -> None:
        record = self.look()
        with pytest.raises(Unsupported) as refused:
            self.at.update_user(record, record.user.replace(address=HOME))
        assert refused.value.paths == ("address.line1", "address.city", "address.country")

    def hands_in_a_licence(self) -> None:
        licence = PASSPORT.replace(kind=DocumentKind.DRIVING_LICENCE)
        self.api.sim.accept_document(int(self.at.submit_document("221", licence).id))

    def hands_in_a_blurred_passport(self) -> None:
        self.api.sim.refuse_document(int(self.at.submit_document("221", PASSPORT).id), "blurred")

    def hands_in_the_passport_again(self) -> None:
        self.api.sim.accept_document(int(self.at.submit_document("221", PASSPORT).id))

    def is_identified_by_face(self) -> None:
        ask, run = self.at.adapter, self.at.run
        request = run(ask.create_identification("221"))
        paper = run(
            ask.add_identity_document(request.id, IdentityPaper(kind=DocumentKind.PASSPORT))
        )
        run(ask.put_document_image(paper.id, 0, JPEG))
        run(ask.put_face_photo(request.id, JPEG))
        run(ask.submit_identification(request.id))
        self.api.sim.accept_request(int(request.id))

    def forgets_the_password(self) -> None:
        ask, run = self.at.adapter, self.at.run
        with pytest.raises(Rejected) as wanted:
            run(ask.request_password_reset(email="user@example.com"))
        assert wanted.value.code == "identity_required"
        known = run(ask.request_password_reset(email="user@example.com", person_code=CODE))
        code = self.api.sim.code_for(221, "password")
        run(ask.change_password(known.id, Secret(NEW_PASSWORD), code=code))
        kept = self.api.sim.credentials_of(221)
        assert kept == {"type": "main-password", "password": NEW_PASSWORD}


@define
class Time:
    """A clock that only the watch's sleep moves; the life goes on as it passes."""

    steps: list[Callable[[], object]]
    now: float = 0.0
    lived: int = 0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        while self.lived < len(self.steps) and self.now >= (self.lived + 1) * STEP:
            self.steps[self.lived]()
            self.lived += 1

    async def asleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.sleep(seconds)


@frozen
class Seen:
    """One event: of what kind, and what became of what."""

    kind: EventKind
    before: Any
    after: Any

    @classmethod
    def of(cls, event: Event) -> Seen:
        name = "identification_level"
        if event.kind is not EventKind.LEVEL_CHANGED:
            (name,) = (one for one in event.after if one in ("email", "phone"))
        return cls(event.kind, event.before[name], event.after[name])


def there() -> datetime:
    return datetime.fromtimestamp(NOW, UTC)


def adapter(api: Api) -> Paysera:
    return Paysera(client_id=CLIENT_ID, mac_key=Secret(MAC_KEY), base_url=api.base_url, name="lt")


@pytest.fixture
def life(api: Api) -> Iterator[Life]:
    with Gateway(adapter(api), clock=there, observe=api.observe) as at:
        jane = User(email="user@example.com", credentials=Password(password=Secret(PASSWORD)))
        yield Life(api, at, at.create_user(jane))


LEVELS = [str(level.value) for level in IdentificationLevel]
SEEN = [
    Seen(EventKind.CONTACT_CHANGED, None, "user@example.com"),
    Seen(EventKind.CONTACT_CHANGED, None, "+37066612345"),
    *(Seen(EventKind.LEVEL_CHANGED, before, after) for before, after in pairwise(LEVELS)),
]


def watched(life: Life, time: Time) -> list[Event]:
    timeout = (len(life.steps) + 1) * STEP
    with Gateway(adapter(life.api), clock=there) as other:
        watch = Poller(
            other, [life.record], policy=PACE, timeout=timeout, clock=time.clock, sleep=time.sleep
        )
        return list(watch)


def watched_in_a_loop(life: Life, time: Time) -> list[Event]:
    async def collect() -> list[Event]:
        timeout = (len(life.steps) + 1) * STEP
        async with AsyncGateway(adapter(life.api), clock=there) as other:
            watch = AsyncPoller(
                other, [life.record],
                policy=PACE, timeout=timeout, clock=time.clock, sleep=time.asleep,
            )  # fmt: skip
            return [event async for event in watch]

    return asyncio.run(collect())


@pytest.mark.parametrize("collect", [watched, watched_in_a_loop], ids=["sync", "async"])
def test_a_watch_sees_every_change_in_the_life_of_a_person_and_no_other(
    life: Life, collect: Callable[[Life, Time], list[Event]]
) -> None:
    time = Time(list(life.steps))

    events = collect(life, time)

    assert time.lived == len(life.steps)
    assert [Seen.of(event) for event in events] == SEEN
    assert {(event.provider, event.gateway, event.user_id) for event in events} == {
        ("paysera", "lt", "221")
    }
    last = events[-1]
    assert (last.before["kyc_level"], last.after["kyc_level"]) == ("LIGHT", "REGULAR")


def test_a_person_rises_by_each_level_and_is_in_the_end_who_they_said(life: Life) -> None:
    levels: list[str | None] = []

    for step in life.steps:
        step()
        word = life.look().provider_levels["identification_level"]
        if word not in levels:
            levels.append(word)

    record = life.look()
    assert levels == LEVELS
    assert record.user.identity is not None
    assert record.user.identity.replace(birthdate=None, gender=None) == IDENTITY
    assert (record.user.email, record.user.phone) == ("user@example.com", "+37066612345")
    assert record.user.address is None
