"""Paysera calls nobody back: users are read again and again, and changes become events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from attrs import define, evolve, field
from onboarding import (
    AsyncGateway,
    Event,
    EventKind,
    Gateway,
    IdentificationLevel,
    InvalidInput,
    KYCLevel,
    NotFound,
    RateLimited,
    Secret,
    User,
    UserRecord,
)
from onboarding.engine.schedule import PollSchedule
from onboarding.polling import AsyncPoller, Poller, PollPolicy
from onboarding.provider_errors import ErrorDetails
from tests.simulators.paysera.api import (
    CLIENT_ID,
    EMAIL_ONLY,
    LEVELS,
    MAC_KEY,
    NOW,
    REGISTRATION,
    Api,
)

from onboarding_paysera import Paysera

EVEN = PollPolicy(shortest=10.0, longest=80.0, jitter=0.0)
Collect = Callable[..., list[Event]]


@define
class Time:
    """A clock that only sleeping moves; what is planned happens on the way."""

    now: float = 1000.0
    slept: list[float] = field(factory=list)
    planned: list[tuple[float, Callable[[], object]]] = field(factory=list)

    def at(self, after: float, action: Callable[[], object]) -> None:
        self.planned.append((1000.0 + after, action))

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        for entry in [entry for entry in self.planned if entry[0] <= self.now]:
            self.planned.remove(entry)
            entry[1]()

    async def asleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.sleep(seconds)


def there() -> datetime:
    return datetime.fromtimestamp(NOW, UTC)


def adapter(api: Api) -> Paysera:
    return Paysera(client_id=CLIENT_ID, mac_key=Secret(MAC_KEY), base_url=api.base_url, name="lt")


def in_a_thread(api: Api, time: Time, records: Iterable[UserRecord], **options: Any) -> list[Event]:
    with Gateway(adapter(api), clock=there) as gateway:
        given: dict[str, Any] = {"policy": EVEN, "timeout": 300.0, "rng": lambda: 1.0}
        given |= options
        return list(Poller(gateway, records, clock=time.clock, sleep=time.sleep, **given))


def in_a_loop(api: Api, time: Time, records: Iterable[UserRecord], **options: Any) -> list[Event]:
    async def collect() -> list[Event]:
        async with AsyncGateway(adapter(api), clock=there) as gateway:
            given: dict[str, Any] = {
                "policy": EVEN,
                "timeout": 300.0,
                "rng": lambda: 1.0,
            } | options
            watch = AsyncPoller(gateway, records, clock=time.clock, sleep=time.asleep, **given)
            return [event async for event in watch]

    return asyncio.run(collect())


BOTH = pytest.mark.parametrize("collect", [in_a_thread, in_a_loop], ids=["sync", "async"])


def record_of(api: Api, user_id: int) -> UserRecord:
    with Gateway(adapter(api), clock=there) as gateway:
        return gateway.fetch_user(str(user_id))


def reads(api: Api) -> int:
    return sum(entry.method == "GET" for entry in api.sim.log)


@BOTH
def test_each_step_of_a_level_is_an_event_with_before_and_after(api: Api, collect: Collect) -> None:
    user_id = api.register(EMAIL_ONLY)
    record = record_of(api, user_id)
    time = Time()
    for step, level in enumerate(LEVELS[1:], 1):
        time.at(step * 50, partial(api.sim.set_level, user_id, level))

    events = collect(api, time, [record])

    seen = [(event.before["identification_level"], event.after["identification_level"])
            for event in events]  # fmt: skip
    assert seen == list(pairwise(LEVELS))
    assert {event.kind for event in events} == {EventKind.LEVEL_CHANGED}
    assert {(event.provider, event.gateway, event.user_id) for event in events} == {
        ("paysera", "lt", str(user_id))
    }
    assert len({event.id for event in events}) == 4
    last = events[-1]
    assert (last.before["kyc_level"], last.after["kyc_level"]) == ("LIGHT", "REGULAR")
    assert last.user is not None
    assert last.user.identification_level is IdentificationLevel.FULLY_IDENTIFIED


@BOTH
def test_a_calculated_level_alone_is_a_change_of_the_providers_word(
    api: Api, collect: Collect
) -> None:
    user_id = api.register(EMAIL_ONLY)
    record = record_of(api, user_id)
    time = Time()
    time.at(5, lambda: api.sim.set_level(user_id, "unidentified", "identified"))

    [event] = collect(api, time, [record])

    assert event.after == {"provider_levels.calculated_level": "identified"}
    assert event.before == {"provider_levels.calculated_level": "unidentified"}


@BOTH
def test_a_contact_is_an_event_once_it_is_confirmed(api: Api, collect: Collect) -> None:
    with Gateway(adapter(api), clock=there) as gateway:
        record = gateway.create_user(User(email="jane@example.com"))
    time = Time()
    time.at(15, lambda: api.confirm(int(record.id), "email"))

    [event] = collect(api, time, [record])

    assert event.kind is EventKind.CONTACT_CHANGED
    assert event.before == {"email": None, "confirmed.email": False}
    assert event.after == {"email": "jane@example.com", "confirmed.email": True}


@BOTH
def test_a_new_phone_beside_a_new_level_is_an_event_of_its_own(api: Api, collect: Collect) -> None:
    user_id = api.register(REGISTRATION)
    api.confirm(user_id, "phone")
    record = record_of(api, user_id)

    def change() -> None:
        api.send("POST", f"/user/{user_id}/phone", {"phone": "37066600000"})
        api.confirm(user_id, "phone")
        api.sim.set_level(user_id, "identified")

    time = Time()
    time.at(5, change)

    events = collect(api, time, [record])

    assert [event.kind for event in events] == [
        EventKind.LEVEL_CHANGED,
        EventKind.CONTACT_CHANGED,
    ]
    assert events[1].before == {"phone": "+37066612345"}
    assert events[1].after == {"phone": "+37066600000"}


@BOTH
def test_what_a_lost_permission_hides_is_no_change(start: Any, collect: Collect) -> None:
    api = start()
    user_id = api.register(REGISTRATION)
    api.confirm(user_id, "email")
    api.sim.set_level(user_id, "identified")
    record = record_of(api, user_id)
    time = Time()
    time.at(5, lambda: setattr(api.sim, "scopes", frozenset()))
    time.at(60, lambda: setattr(api.sim, "scopes", frozenset({"identification_level"})))
    time.at(100, lambda: api.sim.set_level(user_id, "fully_identified"))

    [event] = collect(api, time, [record])

    assert event.before["identification_level"] == "identified"


@BOTH
def test_without_a_change_reads_are_ever_rarer(api: Api, collect: Collect) -> None:
    record = record_of(api, api.register(EMAIL_ONLY))
    time = Time()

    assert collect(api, time, [record]) == []

    assert time.slept == [10.0, 20.0, 40.0, 80.0, 80.0]


@BOTH
def test_a_change_makes_reads_frequent_again(api: Api, collect: Collect) -> None:
    user_id = api.register(EMAIL_ONLY)
    record = record_of(api, user_id)
    time = Time()
    time.at(65, lambda: api.sim.set_level(user_id, "identified"))

    collect(api, time, [record], timeout=290.0)

    assert time.slept == [10.0, 20.0, 40.0, 10.0, 20.0, 40.0, 80.0]


@BOTH
def test_chance_takes_a_part_of_each_wait(api: Api, collect: Collect) -> None:
    record = record_of(api, api.register(EMAIL_ONLY))
    time, parts = Time(), iter([0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0])
    policy = PollPolicy(shortest=10.0, longest=80.0, jitter=0.4)

    collect(api, time, [record], policy=policy, rng=lambda: next(parts), timeout=90.0)

    assert time.slept == pytest.approx([10.0, 20.0 * 0.8, 40.0 * 0.6])


@BOTH
def test_between_two_reads_there_is_a_wait_whoever_is_read(api: Api, collect: Collect) -> None:
    records = [record_of(api, api.register({"email": f"user{n}@example.com"})) for n in range(3)]
    time = Time()
    policy = PollPolicy(shortest=10.0, longest=80.0, jitter=0.0, between=4.0)

    collect(api, time, records, policy=policy, timeout=19.0)

    assert time.slept == [10.0, 4.0, 4.0]


@BOTH
def test_who_is_done_is_read_no_more_and_the_watch_ends_with_the_last(
    api: Api, collect: Collect
) -> None:
    users = [api.register({"email": f"user{n}@example.com"}) for n in range(3)]
    api.sim.set_level(users[2], "fully_identified")
    records = [record_of(api, user_id) for user_id in users]
    time = Time()
    for step, user_id in enumerate(users[:2], 1):
        time.at(step * 25, partial(api.sim.set_level, user_id, "fully_identified"))
    api.sim.clear_log()

    events = collect(
        api, time, records, timeout=None, until=lambda one: one.kyc_level is KYCLevel.REGULAR
    )

    assert [event.user_id for event in events] == [str(user_id) for user_id in users[:2]]
    assert {entry.path for entry in api.sim.log} == {f"/rest/v1/user/{one}" for one in users[:2]}


@BOTH
def test_who_is_done_without_a_change_ends_the_watch(api: Api, collect: Collect) -> None:
    record = record_of(api, api.register(EMAIL_ONLY))
    done = iter([False, True, True])

    events = collect(api, Time(), [record], timeout=None, until=lambda _: next(done))

    assert events == []


@BOTH
@pytest.mark.parametrize("kind", ["rate_limit", "bad_gateway"])
def test_an_outage_and_a_limit_are_waited_out(api: Api, collect: Collect, kind: str) -> None:
    user_id = api.register(EMAIL_ONLY)
    record = record_of(api, user_id)
    api.sim.set_level(user_id, "identified")
    api.sim.misbehave(kind=kind, times=3)

    [event] = collect(api, Time(), [record])

    assert event.after["identification_level"] == "identified"


@BOTH
def test_a_server_that_is_gone_is_waited_for(api: Api, collect: Collect) -> None:
    record = record_of(api, api.register(EMAIL_ONLY))
    gone = Api("http://127.0.0.1:9", api.sim)  # the port of discard, where nobody listens
    time = Time()

    assert collect(gone, time, [record], timeout=100.0) == []
    assert time.slept == [10.0, 20.0, 40.0]


def test_an_error_that_stays_is_raised_and_the_others_are_watched_on(api: Api) -> None:
    users = [api.register({"email": f"user{n}@example.com"}) for n in range(2)]
    records = [record_of(api, user_id) for user_id in users]
    nobody = evolve(records[0], id="999")
    time = Time()
    with Gateway(adapter(api), clock=there) as gateway:
        watch = Poller(
            gateway, [nobody, records[1]],
            policy=EVEN, timeout=100.0, clock=time.clock, sleep=time.sleep,
        )  # fmt: skip

        with pytest.raises(NotFound):
            next(watch)
        api.sim.set_level(users[1], "identified")

        assert [event.user_id for event in watch] == [str(users[1])]


def test_a_watch_that_was_cut_off_tells_the_open_event_again_and_misses_none(api: Api) -> None:
    user_id = api.register(REGISTRATION)
    first = record_of(api, user_id)
    api.confirm(user_id, "email")
    api.sim.set_level(user_id, "identified")

    def watch(records: Iterable[UserRecord]) -> Poller:
        time = Time()
        return Poller(
            gateway, records, policy=EVEN, timeout=50.0, clock=time.clock, sleep=time.sleep
        )

    with Gateway(adapter(api), clock=there) as gateway:
        cut = watch([first])
        told = [next(cut), next(cut)]
        stored = [UserRecord.from_json(record.to_json()) for record in cut.records]
        again = watch(stored)
        repeated = list(again)
        after = list(watch(again.records))

    assert [event.kind for event in told] == [EventKind.LEVEL_CHANGED, EventKind.CONTACT_CHANGED]
    assert [event.id for event in repeated] == [event.id for event in told]
    assert after == []


def test_a_record_of_another_gateway_is_refused_before_anything_is_read(api: Api) -> None:
    record = record_of(api, api.register(EMAIL_ONLY))
    api.sim.clear_log()

    with Gateway(adapter(api)) as gateway, pytest.raises(InvalidInput):
        Poller(gateway, [evolve(record, gateway="fr")])

    assert reads(api) == 0


def test_no_event_shows_a_contact_outside_of_its_data(api: Api) -> None:
    user_id = api.register({"email": "xq7canary@example.com"})
    record = record_of(api, user_id)
    api.confirm(user_id, "email")

    [event] = in_a_thread(api, Time(), [record])

    assert event.after["email"] == "xq7canary@example.com"
    assert "xq7" not in f"{event!r} {event.id} {event}"
    assert Event.from_json(event.to_json()).after == event.after


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        ({"shortest": 100.0, "longest": 10.0}, ("longest",)),
        ({"shortest": 0.0, "longest": -1.0}, ("shortest", "longest")),
        ({"shortest": NAN, "longest": INF}, ("shortest", "longest")),
        ({"longest": 1e300}, ("longest",)),
        ({"growth": 0.5}, ("growth",)),
        ({"growth": NAN, "jitter": NAN, "between": NAN}, ("growth", "jitter", "between")),
        ({"growth": INF, "jitter": INF, "between": INF}, ("growth", "jitter", "between")),
        ({"jitter": 1.5}, ("jitter",)),
        ({"jitter": -0.1, "between": -1.0}, ("jitter", "between")),
        ({"shortest": "15"}, ("shortest",)),
    ],
)
def test_a_pace_out_of_its_limits_is_refused_by_every_field(
    settings: dict[str, Any], paths: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        PollPolicy(**settings)

    assert caught.value.paths == paths


@pytest.mark.parametrize("timeout", [NAN, -1.0, -INF, "9"])
@pytest.mark.parametrize("kind", [Poller, AsyncPoller])
def test_a_timeout_that_is_no_number_of_seconds_is_refused(kind: Any, timeout: Any) -> None:
    nobody = Gateway(Paysera(client_id=CLIENT_ID, mac_key=Secret(MAC_KEY)))

    with pytest.raises(InvalidInput) as caught:
        kind(nobody, [], timeout=timeout)

    assert caught.value.paths == ("timeout",)


@BOTH
@pytest.mark.parametrize("begins", [-1e9, -1000.0, -0.5, 0.0, 1e9])
@pytest.mark.parametrize("timeout", [None, 300.0])
def test_a_watch_is_the_same_wherever_its_clock_begins(
    collect: Collect, api: Api, begins: float, timeout: float | None
) -> None:
    user_id = api.register(EMAIL_ONLY)
    record, time = record_of(api, user_id), Time(begins)
    api.sim.set_level(user_id, "fully_identified")

    events = collect(api, time, [record], timeout=timeout, until=is_known)

    assert [event.kind for event in events] == [EventKind.LEVEL_CHANGED]
    assert time.slept == [10.0]


def is_known(record: UserRecord) -> bool:
    return record.kyc_level is KYCLevel.REGULAR


@pytest.mark.parametrize("wait", [NAN, INF, -5.0, 1e12])
def test_a_watch_waits_its_own_time_where_a_provider_names_none_that_can_be_waited(
    wait: float,
) -> None:
    plan = PollSchedule(EVEN, lambda _: False, lambda: 0.0, float("inf"))
    plan.add(UserRecord(provider="paysera", gateway="lt", id="1", user=User()), 0.0)
    found = plan.next()
    assert found is not None
    details = ErrorDetails(status=429, code="too_many", retry_after=wait)

    assert plan.failed(found[1], RateLimited(details), 100.0)

    later = plan.next()
    assert later is not None
    assert later[0] == 120.0
