"""What a value holds comes back equal from its JSON form, or is refused when it is built."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    Event,
    EventKind,
    InvalidInput,
    NextAction,
    NextActionKind,
    User,
    UserRecord,
)
from onboarding.banking import Money
from onboarding.migration import MigrationPlan
from onboarding.model.answers import Partial, RateLimit
from onboarding.model.stored import Stored
from onboarding.testing.strategies import models
from onboarding.values.base import checks_of, trust
from onboarding.values.json_values import DEEPEST
from tests.scaling import portion

from onboarding_mangopay import MangoPay  # registers what it stores, as other adapters do
from onboarding_paysera import Paysera

ADAPTERS = (MangoPay, Paysera)
RECORD: dict[str, Any] = {"provider": "p", "gateway": "g", "id": "1"}
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def constructed(extras: Any) -> User:
    return User(extras=extras)


def changed_to(extras: Any) -> User:
    return User().replace(extras=extras)


def parsed(extras: Any) -> User:
    return User.parse({"extras": extras})


def nested(levels: int) -> Any:
    data: Any = 1
    for _ in range(levels):
        data = {"a": data}
    return data


# What JSON has no word for, or would give back as something else; and its code.
CHANGED_BY_JSON: dict[str, tuple[Any, str]] = {
    "a number that is none": (math.nan, "type"),
    "a number without end": (math.inf, "type"),
    "a day": (date(2020, 1, 1), "type"),
    "a time": (NOON, "type"),
    "bytes": (b"x", "type"),
    "a decimal": (Decimal("1.5"), "type"),
    "a tuple": ((1, 2), "type"),
    "a set": ({1}, "type"),
    "a complex number": (1j, "type"),
    "an object": (object(), "type"),
    "a class": (int, "type"),
    "a whole number over 64 bits": (2**63, "shape"),
    "a lone surrogate": ("Xq7\ud800", "shape"),
    "two lone surrogates": ("\ud83d\ude00", "shape"),
}


@pytest.mark.parametrize("name", CHANGED_BY_JSON)
@pytest.mark.parametrize("place", ["", "list", "object"])
def test_extras_that_json_would_change_are_refused_by_every_door(name: str, place: str) -> None:
    data, code = CHANGED_BY_JSON[name]
    inside, path = {
        "": (data, "extras.acme.x"),
        "list": ([0, data], "extras.acme.x.1"),
        "object": ({"y": {"z": data}}, "extras.acme.x.y.z"),
    }[place]
    extras = {"acme": {"x": inside}}

    doors = (constructed, changed_to, parsed)
    for door in doors[: 2 if name == "a tuple" else 3]:  # of a tuple, `parse` makes a list
        with pytest.raises(InvalidInput) as caught:
            door(extras)
        assert [(p.path, p.code) for p in caught.value.problems] == [(path, code)]
        assert "Xq7" not in str(caught.value)


@pytest.mark.parametrize("key", [1, None, True, b"x", ("a",), "\ud800"])
def test_extras_have_texts_for_keys(key: Any) -> None:
    odd: list[Any] = [{"acme": {key: 1}}, {"acme": {"x": [{key: 1}]}}, {key: {}}]
    for extras in odd:
        for door in (constructed, parsed):
            with pytest.raises(InvalidInput) as caught:
                door(extras)
            assert all(path.startswith("extras") for path in caught.value.paths)


@pytest.mark.parametrize("levels", [DEEPEST - 1, DEEPEST, 900, 50_000])
def test_extras_nested_without_end_are_refused_by_path(levels: int) -> None:
    around: Any = []
    around.append(around)

    for extras in ({"acme": nested(levels)}, {"acme": {"a": around}}):
        for door in (constructed, parsed):
            if levels == DEEPEST - 1 and extras["acme"].get("a") is not around:
                assert door(extras).extras == extras
                continue
            with pytest.raises(InvalidInput) as caught:
                door(extras)
            assert [problem.code for problem in caught.value.problems] == ["too_deep"]
            assert caught.value.paths[0].startswith("extras.acme.a.")


def test_a_stored_user_with_extras_nested_without_end_is_refused() -> None:
    text = '{"form": "user/1", "extras": {"acme": ' + '{"a":' * 900 + "1" + "}" * 902

    with pytest.raises(InvalidInput) as caught:
        User.from_json(text)

    assert caught.value.problems[0].code == "too_deep"


def test_a_record_nested_deeper_than_its_form_is_read_is_not_written() -> None:
    for levels in (200, 900, 50_000):
        record = trust(UserRecord, {**RECORD, "user": User(), "raw": nested(levels)})

        with pytest.raises(InvalidInput) as caught:
            record.to_json()

        assert caught.value.problems[0].code == "too_deep"


def test_what_json_would_change_in_a_trusted_value_is_not_written() -> None:
    for data in (Decimal(1), math.nan, object(), {1: 2}):
        record = trust(UserRecord, {**RECORD, "user": User(), "raw": {"x": data}})

        with pytest.raises(InvalidInput) as caught:
            record.to_json()

        assert caught.value.paths == ("raw.x",)


@pytest.mark.parametrize("make", [dict, OrderedDict, MappingProxyType])
def test_extras_of_every_kind_of_mapping_come_back_equal(make: Any) -> None:
    user = User(extras=make({"acme": make({"x": [make({"y": 1})]})}))

    assert User.from_json(user.to_json()) == user


# -- many names that are no fields


def test_many_unknown_names_are_refused_at_once_with_the_first_and_a_count() -> None:
    data = {f"identitx{number}": 1 for number in range(20_000)}

    with pytest.raises(InvalidInput) as caught:
        User.parse({"identity": data, "emial": "a@example.com"})

    problems = [p for p in caught.value.problems if p.path.startswith("identity")]
    assert problems[0].path == "identity.identitx0"
    assert (problems[-1].path, problems[-1].code) == ("identity", "unknown")
    assert problems[-1].message.startswith("19980 more")
    assert len(problems) == 21
    assert "did you mean email?" in str(caught.value)


def test_a_few_unknown_names_are_all_listed_with_hints() -> None:
    with pytest.raises(InvalidInput) as caught:
        User.parse({f"emai{number}": 1 for number in range(20)})

    assert len(caught.value.problems) == 20
    assert all("did you mean email?" in problem.message for problem in caught.value.problems)


def test_an_unknown_name_is_shown_printable_and_not_endless() -> None:
    with pytest.raises(InvalidInput) as caught:
        User.parse({"a\nb\u202e": 1, "c" * 100_000: 1, 7: 1})  # type: ignore[dict-item]

    text = str(caught.value)
    assert caught.value.paths[0] == "a\\nb\\u202e"
    assert len(text) < 1_000
    assert text.count("\n") == 3


# -- every stored form, and data of any kind in every field

TEXTS = st.text(st.characters(), max_size=4) | st.sampled_from(["\ud800", "\udc00", "\ud83d\ude00"])
WILD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**63, -(2**63), 10**4299])
    | st.floats()
    | TEXTS
    | st.sampled_from([Decimal("1.5"), date(2020, 1, 1), NOON, NOON.replace(tzinfo=None), b"x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=2).map(tuple)
        | st.dictionaries(TEXTS | st.integers(), inner, max_size=3)
    ),
    max_leaves=5,
)
# What Python reads in any JSON text. Two names of one object are one in it.
READ = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.just(math.inf),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def as_sent(data: Any) -> Any:
    """The data as an answer in JSON would hold them; a number that is none is not JSON."""
    text = json.dumps(data).replace("-Infinity", "-1e999").replace("Infinity", "1e999")
    return json.loads(text.replace("NaN", "0"))


def stored_classes() -> list[type[Any]]:
    """Every stored class, but a plan: its users point to its profiles, so fields do not vary alone.

    tests/migration has the stored form of a plan.
    """
    found = [cls for cls in Stored.__subclasses__() if cls.__module__.startswith("onboarding")]
    return sorted({*found} - {MigrationPlan}, key=lambda cls: cls.__name__)


def comes_back(value: Any) -> None:
    text = value.to_json(secrets=True)

    json.loads(text, parse_constant=pytest.fail)
    assert type(value).from_json(text) == value
    assert type(value).from_json(text.encode()).to_json(secrets=True) == text


def test_every_stored_class_of_the_core_is_here() -> None:
    names = {cls.__name__ for cls in stored_classes()}

    assert {"User", "UserRecord", "NextAction", "Event", "Partial", "Wallet"} <= names


@pytest.mark.parametrize("cls", stored_classes(), ids=lambda cls: cls.__name__)
@portion(8)
@given(data=st.data())
def test_a_value_comes_back_equal_or_is_refused_when_it_is_built(
    cls: type[Any], data: st.DataObject
) -> None:
    value = data.draw(models(cls))
    fields = {name: each for name, each in vars(value).items() if name != "rate_limits"}
    odd = data.draw(st.sampled_from(sorted(fields)))
    check = checks_of(cls)[odd]
    fields[odd] = data.draw(
        WILD | st.dictionaries(TEXTS, WILD, max_size=2) | st.lists(WILD, max_size=2).map(tuple)
        if check.shape is None
        else TEXTS
    )
    comes_back(value)

    changed = built(cls, fields)
    if isinstance(changed, InvalidInput):
        assert odd in {path.partition(".")[0] for path in changed.paths}
    else:
        comes_back(changed)


def built(cls: type[Any], fields: dict[str, Any]) -> Any:
    """The value, or why it is refused."""
    try:
        return cls(**fields)
    except InvalidInput as error:
        return error


@portion(2)
@given(READ, st.dictionaries(TEXTS, READ, max_size=2))
def test_what_a_provider_sent_as_json_comes_back_equal(inner: Any, outer: dict[str, Any]) -> None:
    sent: Mapping[str, Any] = as_sent({"x": inner, **outer})
    record = UserRecord(**RECORD, user=User(), raw=sent, provider_fields=sent, unmapped=sent)
    event = Event(kind=EventKind.OTHER, **RECORD, before=sent, after=sent, user=record)
    partial = Partial(provider="p", gateway="g", operation="o", done=sent)

    for value in (record, event, partial):
        comes_back(value)


@pytest.mark.parametrize("number", [math.inf, -math.inf, 10**4299, 5e-324])
def test_a_number_that_a_provider_sent_is_stored_as_json(number: float) -> None:
    record = UserRecord(
        **RECORD, user=User(), raw={"Infinity": number, "x": ["-Infinity", '"Infinity', number]}
    )

    comes_back(record)


def test_true_is_no_whole_number() -> None:
    for build in (
        lambda: Money(amount=True, currency="EUR"),
        lambda: RateLimit(seconds=True, made=1, left=1, resets_at=NOON),
    ):
        with pytest.raises(InvalidInput) as caught:
            build()
        assert [problem.code for problem in caught.value.problems] == ["type"]


@pytest.mark.parametrize(
    ("field", "given", "path"),
    [
        ("provider_levels", {"KYCLevel": 1}, "provider_levels.KYCLevel"),
        ("confirmed", {"email": "yes"}, "confirmed.email"),
        ("absent", {"email": "hidden"}, "absent.email"),
        ("absent", {1: None}, "absent"),
        ("provider_levels", [("a", "b")], "provider_levels"),
    ],
)
def test_the_values_of_a_mapping_are_checked(field: str, given: Any, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        UserRecord(**RECORD, user=User(), **{field: given})

    assert caught.value.paths == (path,)


def test_an_action_of_texts_that_json_would_join_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        NextAction(kind=NextActionKind.REDIRECT, provider="p", gateway="g", user_id="\ud83d\ude00")

    assert caught.value.paths == ("user_id",)
