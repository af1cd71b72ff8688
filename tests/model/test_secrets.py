"""A secret leaves a process by `reveal()` alone; errors travel between processes whole."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from onboarding import (
    AsyncGateway,
    Gateways,
    InvalidInput,
    MigratedHash,
    NextAction,
    NextActionKind,
    OnboardingError,
    Outcome,
    PartialFailure,
    Password,
    Problem,
    ProviderError,
    RateLimited,
    Secret,
    TransportError,
    UnexpectedResponse,
    Unsupported,
    User,
)
from onboarding.model.answers import Partial, RateLimit
from onboarding.provider_errors import ErrorDetails

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera
from onboarding_paysera.tokens import UserToken

WORD = "Xq7Canary"
KEY = Secret(WORD)
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)

HASH = MigratedHash(hash=KEY, salt=KEY, username="ona")
FR = {"provider": "mangopay", "environment": "sandbox", "client_id": "acme", "api_key": KEY}
LT = {"provider": "paysera", "environment": "sandbox", "client_id": "acme", "mac_key": KEY}


def gateways() -> Gateways:
    return Gateways.from_config({"default": "fr", "gateways": {"fr": FR, "lt": LT}})


LITHUANIAN = Paysera(name="lt", client_id="acme", mac_key=KEY)

HOLDERS: dict[str, Any] = {
    "a secret": KEY,
    "a list": [KEY],
    "a password": Password(password=KEY),
    "a migrated hash": HASH,
    "a user": User(credentials=HASH),
    "MangoPay": MangoPay(name="fr", client_id="acme", api_key=KEY),
    "Paysera": LITHUANIAN,
    "a token of Paysera": UserToken(access_token=KEY, mac_key=KEY, expires_at=NOON),
    "gateways": gateways(),
    "a gateway": gateways()["fr"],
    "an asynchronous gateway": AsyncGateway(LITHUANIAN),
    "a call": gateways()["fr"].create_user,
    "an error": ValueError(KEY),
}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("name", HOLDERS)
def test_what_holds_a_secret_is_not_pickled(name: str, protocol: int) -> None:
    with pytest.raises(TypeError, match="a Secret cannot be pickled") as caught:
        pickle.dumps(HOLDERS[name], protocol)

    assert WORD not in str(caught.value)


@pytest.mark.parametrize("write", [bytes, json.dumps, vars, iter, Secret.__getstate__])
def test_no_door_but_one_gives_the_text(write: Any) -> None:
    with pytest.raises(TypeError):
        write(KEY)

    assert KEY.reveal() == WORD


@pytest.mark.parametrize("write", [str, repr, "{}".format, "{!r:>3}".format, "%s".__mod__])
def test_every_text_of_a_secret_is_masked(write: Any) -> None:
    assert WORD not in write(KEY)
    assert WORD not in write(User(credentials=HASH))


@pytest.mark.parametrize("write", [attrs.asdict, attrs.astuple])
def test_attrs_leaves_a_secret_whole(write: Any) -> None:
    for holder in (HASH, User(credentials=Password(password=KEY))):
        assert WORD not in repr(write(holder))


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_what_holds_a_secret_is_copied(duplicate: Any) -> None:
    for name in ("a secret", "a list", "a user", "MangoPay", "Paysera", "a token of Paysera"):
        assert duplicate(HOLDERS[name]) == HOLDERS[name]
    assert duplicate(KEY).reveal() == WORD


def test_a_secret_is_a_value() -> None:
    assert len({KEY, Secret(WORD), Secret("other")}) == 2
    assert KEY != WORD
    with pytest.raises(AttributeError):
        KEY._text = "x"
    with pytest.raises(AttributeError):
        del KEY._text


@pytest.mark.parametrize("wrong", [None, "", 1, b"x"])
def test_a_secret_is_a_text_that_is_not_empty(wrong: Any) -> None:
    with pytest.raises(TypeError):
        Secret(wrong)


def test_a_secret_has_no_lone_surrogate() -> None:
    with pytest.raises(InvalidInput) as caught:
        Secret(f"{WORD}\ud800")
    with pytest.raises(InvalidInput) as parsed:
        User.parse({"credentials": {"kind": "password", "password": f"{WORD}\ud800"}})

    assert WORD not in str(caught.value)
    assert parsed.value.paths == ("credentials.password",)


# -- errors

ACTION = NextAction(
    kind=NextActionKind.REDIRECT, provider="p", gateway="g", user_id="1", url="https://x.example"
)
DETAILS = ErrorDetails(
    status=503,
    code="down",
    problems=(Problem("email", "refused", "no", "Email"),),
    remedy="wait",
    request_id="r",
    retry_after=1.5,
    rate_limits=(RateLimit(seconds=1, made=1, left=0, resets_at=NOON),),
    next_action=ACTION,
    provider_fields={"a": [1]},
    raw={"b": None},
)


def kinds(cls: type[OnboardingError]) -> Iterator[type[OnboardingError]]:
    yield cls
    for below in cls.__subclasses__():
        yield from kinds(below)


def made(cls: Any) -> OnboardingError:
    """An error of the class, as its constructor takes it."""
    given: tuple[Any, ...] = ("said", "1")
    named: dict[str, Any] = {}
    if issubclass(cls, ProviderError):
        given = (DETAILS,)
    elif issubclass(cls, PartialFailure):
        given = (Partial(provider="p", gateway="g", operation="o", done={"x": [1]}),)
    elif hasattr(cls, "paths"):
        given = (DETAILS.problems,)
    if issubclass(cls, UnexpectedResponse):
        named = {"status": 200, "raw": b"x"}
    elif issubclass(cls, Unsupported):
        named = {"provider": "p"}
    error: OnboardingError = cls(*given, **named)
    return error


ERRORS = sorted(
    {cls for cls in kinds(OnboardingError) if "test" not in cls.__module__},
    key=lambda cls: cls.__name__,
)


@pytest.mark.parametrize("cls", ERRORS, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("repeatable", [True, False])
def test_an_error_comes_back_from_pickle_with_its_facts(
    cls: type[OnboardingError], outcome: Outcome, repeatable: bool
) -> None:
    error = made(cls)
    error.outcome, error.repeatable = outcome, repeatable

    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is cls
        assert (again.outcome, again.repeatable) == (outcome, repeatable)
        assert again.retry_safe is error.retry_safe
        assert (str(again), repr(again)) == (str(error), repr(error))
        assert vars(again) == vars(error)


def test_an_error_that_nothing_changed_comes_back_as_its_class_says() -> None:
    late = pickle.loads(pickle.dumps(RateLimited(DETAILS)))
    never = pickle.loads(pickle.dumps(TransportError("refused")))

    assert (late.outcome, late.retry_safe, late.retry_after) == (Outcome.UNKNOWN, False, 1.5)
    assert (never.outcome, never.retry_safe) == (Outcome.NOT_DONE, True)
