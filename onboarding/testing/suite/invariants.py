"""Laws of what must not change a request: the time zone, the letters of an id, the signing."""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from hypothesis import strategies as st

from onboarding.adapter import Adapter
from onboarding.errors import InvalidInput, OnboardingError, Unsupported
from onboarding.http import Proof, Request, Token
from onboarding.model.emails import ascii_domain
from onboarding.model.user import User
from onboarding.operations import OPERATIONS
from onboarding.testing.calls import Call, CallValues, calls
from onboarding.testing.law import law
from onboarding.testing.runner import Case, Runner, attempt
from onboarding.testing.strategies import texts
from onboarding.testing.subject import Subject
from onboarding.testing.suite.writing import writes

__all__ = ["ids_stay_in_place", "same_everywhere", "signature_is_pure"]

ZONES = ("Pacific/Kiritimati", "America/Los_Angeles")
PLAIN = "PLAINID"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@contextmanager
def standing_in(zone: str) -> Generator[None, None, None]:
    """Sets the local time zone of the process while the block runs."""
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


@law("requests and records do not depend on the time zone of the machine", has_zones)
def same_everywhere(runner: Runner) -> None:
    def check(case: Case) -> None:
        bodies: list[Any] = []
        read: list[Any] = []
        for zone in ZONES:
            with standing_in(zone):
                try:
                    begun = runner.begin(case.adapter, "create_user", case.user)
                except Unsupported:
                    return  # the law of willingness counts it
                bodies.append(begun.body)
                read.append(case.wire.from_wire(bodies[0]))
        assert bodies[0] == bodies[1], "what is sent depends on the machine's time zone"
        assert read[0] == read[1], "what is read depends on the machine's time zone"

    runner.for_all(runner.cases(), check)


_IDS = st.one_of(
    st.text("ab1/?#%.&= \\é", min_size=1, max_size=8),
    texts(),
    st.sampled_from(("../other", "a/b?c@b\u00fccher.example")),
)


_ELSEWHERE = ("create_user", "list_users", "find_user", "resume", "read_notification", "raw")
"""Operations without an id in the path, or with a path of the caller's."""


def calls_by_id(subject: Subject) -> bool:
    names = {*OPERATIONS} - {*_ELSEWHERE} | {"find_user"}
    return any(a.supports(name) for a in subject.variants.values() for name in names)


@law(
    "an id or a search criterion with any characters stays within its part of the URL",
    calls_by_id,
    exhaustive=True,
)
def ids_stay_in_place(runner: Runner) -> None:
    plain = {
        adapter: [attempt(call.flow, adapter) for call in _calls(runner, adapter, PLAIN)]
        for adapter in runner.subject.variants.values()
    }

    def check(drawn: tuple[Adapter, str]) -> None:
        adapter, id = drawn
        for usual, call in zip(plain[adapter], _calls(runner, adapter, id), strict=True):
            if isinstance(usual, Request):
                _one_place(usual, attempt(call.flow, adapter), call.operation, id)

    adapters = st.sampled_from(list(plain))
    runner.for_all(st.tuples(adapters, _IDS), check)


def _calls(runner: Runner, adapter: Adapter, id: str) -> list[Call]:
    """Returns a call of each operation with an id in its path, and a search by e-mail."""
    user = User(email="other@example.com")
    found = calls(runner.subject, adapter, user, CallValues(id=id))
    looking = [Call("find_user", named={"email": id})] if adapter.supports("find_user") else []
    return [*looking, *(call for call in found if call.operation not in _ELSEWHERE)]


def _one_place(
    plain: Request, odd: Request | OnboardingError | None, operation: str, id: str
) -> None:
    if isinstance(odd, InvalidInput):  # dots only, or not a text: refused
        return
    assert isinstance(odd, Request), f"{operation} sends nothing for an odd id"
    there, here = urlsplit(plain.url), urlsplit(odd.url)
    assert (there.netloc, here.fragment) == (here.netloc, ""), f"{operation}: it leaves the path"
    for old, new in ((there.path, here.path), (there.query, here.query)):
        was, now = ([unquote(part) for part in _parts(text)] for text in (old, new))
        wanted = [[id if part == PLAIN else part for part in was]]
        if operation == "find_user":  # an e-mail address may be written with its domain in ASCII
            wanted.append([(ascii_domain(id) or id) if part == PLAIN else part for part in was])
        assert now in wanted, f"{operation}: the id is not in its part of the URL"


def _parts(text: str) -> list[str]:
    return text.replace("&", "/").replace("=", "/").split("/")


@law("a signature depends on the request and the proof only, and changes only headers", writes)
def signature_is_pure(runner: Runner) -> None:
    def check(drawn: tuple[Case, int, str]) -> None:
        case, seconds, nonce = drawn
        first = attempt(case.adapter.create_user, case.user)
        if not isinstance(first, Request):
            return
        now = NOW + timedelta(seconds=seconds)
        proof = Proof(now=now, nonce=nonce, token=Token("token", now + timedelta(days=1)))
        signed = case.adapter.sign(first, proof)
        again = case.adapter.sign(first, proof)
        assert signed.headers == again.headers, "the same proof leads to another signature"
        same = (first.method, first.url, first.body)
        assert (signed.method, signed.url, signed.body) == same, "a signature changes the request"
        assert first.headers.items() <= signed.headers.items(), "a signature removes headers"

    nonces = st.text("0123456789abcdef", min_size=32, max_size=32)
    runner.for_all(st.tuples(runner.cases(), st.integers(0, 10**8), nonces), check)
