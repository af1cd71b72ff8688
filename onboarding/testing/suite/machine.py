"""Laws of what must not matter: where the machine stands, how an id is spelled, when one signs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import attrs
from hypothesis import strategies as st

from onboarding.adapter import Adapter, Criterion
from onboarding.errors import InvalidInput
from onboarding.http import Flow, Proof, Request, Token
from onboarding.model.action import NextAction, NextActionKind
from onboarding.model.user import User
from onboarding.testing.claims import can
from onboarding.testing.law import law
from onboarding.testing.strategies import texts
from onboarding.testing.subject import Subject
from onboarding.testing.suite.writing import writes
from onboarding.testing.trial import Case, Trial, attempt

__all__ = ["ids_stay_in_place", "same_everywhere", "signature_is_pure"]

ZONES = ("Pacific/Kiritimati", "America/Los_Angeles")
PLAIN = "PLAINID"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@contextmanager
def standing_in(zone: str) -> Generator[None, None, None]:
    """A machine whose local time is that of a zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def has_zones(subject: Subject) -> bool:
    return writes(subject) and hasattr(time, "tzset")


@law("what is sent and what is read is the same in every time zone of the machine", has_zones)
def same_everywhere(trial: Trial) -> None:
    def check(case: Case) -> None:
        bodies: list[Any] = []
        read: list[Any] = []
        for zone in ZONES:
            with standing_in(zone):
                begun = trial.begin(case.adapter, "create_user", case.user)
                bodies.append(begun.body)
                read.append(case.wire.from_wire(bodies[0]))
        assert bodies[0] == bodies[1], "what is sent depends on the machine's time zone"
        assert read[0] == read[1], "what is read depends on the machine's time zone"

    trial.for_all(trial.cases(), check)


_IDS = st.text("ab1/?#%.&= \\é", min_size=1, max_size=8) | texts() | st.just("../other")


def calls_by_id(subject: Subject) -> bool:
    names = ("fetch_user", "update_user", "confirm", "renew", "find_user")
    return any(can(a, name) for a in subject.variants.values() for name in names)


@law(
    "an id or a criterion stays in its place of the URL, whatever its letters",
    calls_by_id,
    exhaustive=True,
)
def ids_stay_in_place(trial: Trial) -> None:
    def check(drawn: tuple[Adapter, str, str]) -> None:
        adapter, id, kind = drawn
        makers = _makers(trial, adapter, kind)
        for operation, make in makers.items():
            if can(adapter, operation):
                _one_place(operation, make, id)

    adapters = st.sampled_from(list(trial.subject.variants.values()))
    kinds = st.sampled_from(("phone", "email"))
    trial.for_all(st.tuples(adapters, _IDS, kinds), check)


def _makers(trial: Trial, adapter: Adapter, kind: str) -> dict[str, Callable[[str], Flow[Any]]]:
    record = trial.subject.record_of(adapter, User())

    def action(id: str) -> NextAction:
        return NextAction(
            kind=NextActionKind.CONFIRM_CODE, provider=adapter.provider, gateway=adapter.name,
            user_id=id, concerns=kind, value="a@example.com",
        )  # fmt: skip

    user = User(email="someone@example.com")
    return {
        "fetch_user": adapter.fetch_user,
        "update_user": lambda id: adapter.update_user(attrs.evolve(record, id=id), user),
        "categorise_user": lambda id: adapter.categorise_user(attrs.evolve(record, id=id), user),
        "confirm": lambda id: adapter.confirm(action(id), "1"),
        "renew": lambda id: adapter.renew(action(id)),
        "find_user": lambda email: adapter.find_user(Criterion(email=email)),
    }


def _one_place(operation: str, make: Callable[[str], Flow[Any]], id: str) -> None:
    plain, odd = attempt(make, PLAIN), attempt(make, id)
    if not isinstance(plain, Request):
        return
    if isinstance(odd, InvalidInput):  # dots alone, or no text: refused rather than sent
        return
    assert isinstance(odd, Request), f"{operation} sends nothing for an odd id"
    there, here = urlsplit(plain.url), urlsplit(odd.url)
    assert (there.netloc, here.fragment) == (here.netloc, ""), f"{operation}: it leaves the path"
    for old, new in ((there.path, here.path), (there.query, here.query)):
        was, now = ([unquote(part) for part in _parts(text)] for text in (old, new))
        wanted = [id if part == PLAIN else part for part in was]
        assert now == wanted, f"{operation}: it leaves its place in the URL"


def _parts(text: str) -> list[str]:
    return text.replace("&", "/").replace("=", "/").split("/")


@law("a signature depends on request and proof alone, and changes nothing but headers", writes)
def signature_is_pure(trial: Trial) -> None:
    def check(drawn: tuple[Case, int, str]) -> None:
        case, seconds, nonce = drawn
        first = attempt(case.adapter.create_user, case.user)
        if not isinstance(first, Request):
            return
        now = NOW + timedelta(seconds=seconds)
        proof = Proof(now=now, nonce=nonce, token=Token("token", now + timedelta(days=1)))
        signed = case.adapter.sign(first, proof)
        again = case.adapter.sign(first, proof)
        assert signed.headers == again.headers, "the same proof gives another signature"
        same = (first.method, first.url, first.body)
        assert (signed.method, signed.url, signed.body) == same, "a signature changes the request"
        assert first.headers.items() <= signed.headers.items(), "a signature takes headers away"

    nonces = st.text("0123456789abcdef", min_size=32, max_size=32)
    trial.for_all(st.tuples(trial.cases(), st.integers(0, 10**8), nonces), check)
