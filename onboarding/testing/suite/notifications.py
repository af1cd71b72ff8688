"""Laws of notifications: genuine ones are read, forged ones are not believed."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from attrs import evolve
from hypothesis import strategies as st

from onboarding.errors import InvalidSignature, OnboardingError
from onboarding.model.event import Event
from onboarding.model.notification import Notification
from onboarding.testing.law import law
from onboarding.testing.runner import Runner
from onboarding.testing.subject import Played, Subject, World
from onboarding.testing.suite.kept import plays

__all__ = ["any_notification", "genuine_notifications"]

MOST = 64
"""The most bytes of one notification that are changed."""


def _read(world: World, notification: Notification) -> tuple[Event, ...]:
    found: tuple[Event, ...] = world.perform("read_notification", notification)
    return found


@law(
    "a notification is read again to the same events; a changed one is refused where the provider "
    "signs, and otherwise an event is believed only after a read",
    plays("read_notification"),
    exhaustive=True,
)
def genuine_notifications(runner: Runner) -> None:
    for world, call in runner.calls_of("read_notification"):
        genuine: Notification = call.arguments[0]
        events = _read(world, genuine)
        assert _ids(events) == _ids(call.result), "the same notification has other event ids"
        if _is_signed(world, genuine):
            _every_byte_counts(world, genuine)
        elif call.result:
            _is_read(call)


def _ids(events: Iterable[Event]) -> list[str]:
    return [event.id for event in events]


def _is_signed(world: World, genuine: Notification) -> bool:
    """Returns whether the notification is refused without its headers."""
    return _is_refused(world, evolve(genuine, headers={}))


def _is_refused(world: World, notification: Notification) -> bool:
    try:
        _read(world, notification)
    except InvalidSignature:
        return True
    except OnboardingError:
        return False
    return False


def _every_byte_counts(world: World, genuine: Notification) -> None:
    body = genuine.body
    step = max(1, len(body) // MOST)
    for place in {*range(0, len(body), step), len(body) - 1} if body else ():
        changed = bytes((*body[:place], body[place] ^ 1, *body[place + 1 :]))
        forged = evolve(genuine, body=changed)
        assert _is_refused(world, forged), "a notification with another byte is believed"
    for odd in (body + b" ", b" " + body, b""):
        assert _is_refused(world, evolve(genuine, body=odd)), "a body of another length is believed"


def _is_read(call: Played) -> None:
    assert call.sent, "an event is believed: neither signed nor read again"


def receives(subject: Subject) -> bool:
    return subject.has_operations("read_notification")


_NAMES = st.text("abcXYZ_-", min_size=1, max_size=8)
_TEXTS = st.text(max_size=8) | st.sampled_from(("", "1", "t=1,v1=00", "null", "-1", "9" * 400))


@law("for any notification, only errors of the library are raised", receives)
def any_notification(runner: Runner) -> None:
    genuine = [call.arguments[0] for _, call in runner.calls_of("read_notification")]
    queries = [name for one in genuine for name, _ in one.query]
    headers = [name for one in genuine for name in one.headers]
    values = _TEXTS | st.sampled_from([""] + [x for one in genuine for x in one.headers.values()])
    bodies = [one.body for one in genuine] or [b"{}"]
    notifications = st.builds(
        Notification,
        method=st.sampled_from(("GET", "POST", "PUT")),
        query=st.lists(st.tuples(st.sampled_from(["q", *queries]), values), max_size=4),
        headers=st.dictionaries(st.sampled_from(["x", *headers]) | _NAMES, values, max_size=4),
        body=st.sampled_from((b"", b"{}", b"[]", b"null", b"<a/>", b"a=b", b"\xff", *bodies))
        | st.binary(max_size=30),
    )
    variants = st.sampled_from(
        [one for one in runner.subject.variants.values() if one.supports("read_notification")]
    )
    worlds = (
        {one: runner.subject.world(one) for one in runner.subject.variants.values()}
        if (runner.subject.simulator is not None)
        else {}
    )

    def check(drawn: tuple[object, Notification]) -> None:
        adapter, notification = drawn
        world = worlds.get(adapter)  # type: ignore[call-overload]
        with suppress(OnboardingError):
            if world is None:
                next(adapter.read_notification(notification), None)  # type: ignore[attr-defined]
                return
            world.answers.clear()
            events = _read(world, notification)
            for event in events:
                assert isinstance(event, Event), f"returns a {type(event).__name__}"

    runner.for_all(st.tuples(variants, notifications), check)
