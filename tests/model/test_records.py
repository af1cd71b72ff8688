"""Records, and users made out of them: nothing is shared, invented, or silently let go."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    Absence,
    InvalidInput,
    MigratedHash,
    NextActionKind,
    PersonType,
    Secret,
    User,
    UserRecord,
    UserStatus,
)
from onboarding.spi import Flow, Request, Response

from onboarding_mangopay import Api, MangoPay
from onboarding_paysera import Paysera, PayseraExtras

FR = MangoPay(name="fr", client_id="acme", api_key=Secret("key"))
OLD = MangoPay(name="fr", client_id="acme", api_key=Secret("key"), api=Api.LEGACY)
LT = Paysera(name="lt", client_id="acme", mac_key=Secret("key"), accept_loss=("tag",))

OWNER: dict[str, Any] = {
    "FirstName": "Alex",
    "LastName": "Smith",
    "PhoneNumber": "0611111111",
    "PhoneNumberCountry": "XK",
    "Address": {
        "AddressLine1": "1 rue", "City": "Paris", "PostalCode": "75001", "Country": "FR",
        "Building": "B",
    },
    "PendingUserAction": None,
    "Id": "user_m_1",
    "PersonType": "NATURAL",
    "Email": "alex@example.com",
    "UserCategory": "OWNER",
    "UserStatus": "ACTIVE",
    "TermsAndConditionsAccepted": True,
}  # fmt: skip


def shown(flow: Flow[Any], payload: object) -> Any:
    """What a flow of one request makes of an answer."""
    next(flow)
    with pytest.raises(StopIteration) as done:
        flow.send(Response(status=200, body=json.dumps(payload).encode()))
    return done.value.value


def sent(flow: Flow[Any]) -> dict[str, Any]:
    request: Request = next(flow)
    body: dict[str, Any] = json.loads(request.body)
    return body


def owner(**other: Any) -> UserRecord:
    record: UserRecord = shown(FR.fetch_user("user_m_1"), {**OWNER, **other})
    return record


def test_two_records_share_nothing_that_changes() -> None:
    text = UserRecord(provider="p", gateway="g", id="1", user=User()).to_json()
    one, other = UserRecord.from_json(text), UserRecord.from_json(text)

    one.confirmed["email"] = True  # type: ignore[index]
    one.user.extras["p"] = {}  # type: ignore[index]

    assert other.confirmed == {}
    assert other.user.extras == {}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"identity.national_id.code": "1"}, {("identity.national_id.country", "missing")}),
        ({"terms.version": "2"}, {("terms.accepted", "missing")}),
        ({"credentials.password": Secret("x")}, {("credentials.password", "unknown")}),
        ({"address": None, "address.city": "Kaunas"}, {("address", "conflict")}),
    ],
)
def test_a_change_never_makes_a_value_that_cannot_be(
    changes: dict[str, object], found: set[tuple[str, str]]
) -> None:
    user = User(credentials=MigratedHash(hash=Secret("h"), salt=Secret("s"), username="u"))

    with pytest.raises(InvalidInput) as raised:
        user.replace(changes)

    assert {(problem.path, problem.code) for problem in raised.value.problems} == found


def test_an_update_that_sends_nothing_says_what_it_left_out() -> None:
    record = shown(LT.fetch_user("1"), {"id": 1})

    flow = LT.update_user(record, record.user.replace(tag="mine"))

    with pytest.raises(StopIteration) as done:
        next(flow)
    assert [loss.core_path for loss in done.value.value.losses] == ["tag"]


def test_what_a_provider_showed_is_no_reason_to_refuse_an_update() -> None:
    record = owner()

    body = sent(FR.update_user(record, record.user.replace(tag="new")))

    assert body == {"Tag": "new", "TermsAndConditionsAccepted": True}


def test_what_the_core_has_no_shape_for_goes_back_in_an_object_sent_whole() -> None:
    record = owner()

    body = sent(FR.update_user(record, record.user.replace({"address.city": "Lyon"})))

    assert body["Address"] == {**OWNER["Address"], "City": "Lyon"}


def test_an_unknown_category_goes_along_as_it_came() -> None:
    legacy = {name: value for name, value in OWNER.items() if name != "PendingUserAction"}
    record = shown(OLD.fetch_user("1"), {**legacy, "UserCategory": "UNKNOWN"})

    body = sent(OLD.update_user(record, record.user.replace(tag="new")))

    assert body["UserCategory"] == "UNKNOWN"


def test_an_update_states_no_terms_that_nobody_stated() -> None:
    record = owner(TermsAndConditionsAccepted=None)

    body = sent(FR.update_user(record, record.user.replace(tag="new")))

    assert body == {"Tag": "new"}


@pytest.mark.parametrize(
    "call",
    [
        lambda record: LT.update_user(record, record.user),
        lambda record: FR.update_user(record.replace(gateway="elsewhere"), record.user),
        lambda record: LT.renew(record.next_actions[0]),
        lambda record: LT.confirm(record.next_actions[0], "ABCDEF"),
    ],
)  # fmt: skip
def test_what_another_gateway_holds_is_refused(call: Callable[[UserRecord], Flow[Any]]) -> None:
    record = owner(PendingUserAction={"RedirectUrl": "https://sca.example/?token=1"})

    with pytest.raises(InvalidInput) as raised:
        next(call(record))

    assert raised.value.paths == ("gateway",)


@pytest.mark.parametrize("wrong", [{"email": "a@example.com"}, None, "user_m_1"])
def test_what_is_no_user_and_no_record_is_told_so(wrong: Any) -> None:
    flows: list[Flow[Any]] = [
        FR.create_user(wrong),
        FR.update_user(owner(), wrong),
        FR.update_user(wrong, owner().user),
        LT.create_user(wrong),
    ]
    for flow in flows:
        with pytest.raises(InvalidInput, match=r"expected (a User|one of: UserRecord)"):
            next(flow)


def test_a_link_is_in_the_next_action_and_in_no_fact_of_the_record() -> None:
    record = owner(PendingUserAction={"RedirectUrl": "https://sca.example/?token=1"})

    assert [action.url for action in record.next_actions] == ["https://sca.example/?token=1"]
    assert "sca.example" not in json.dumps(dict(record.provider_fields))


def test_a_link_that_is_no_text_is_no_next_action() -> None:
    assert owner(PendingUserAction={"RedirectUrl": ["x"]}).next_actions == ()


def test_codes_that_are_waited_for_outlive_an_update() -> None:
    user = User(email="a@example.com", phone="+37061234567")
    made = shown(LT.create_user(user), {"id": 1})

    changed = shown(
        LT.update_user(made, made.user.replace({"identity.given_name": "Ona"})),
        {"id": 1, "email": "a@example.com", "identity": {"name": "Ona"}},
    )

    assert [(a.kind, a.concerns) for a in changed.next_actions] == [
        (NextActionKind.CONFIRM_CODE, "phone"),
        (NextActionKind.PRINT_RECEIPT, "identity"),
    ]
    assert changed.confirmed == {"email": True, "phone": False}
    assert changed.status is UserStatus.PENDING


def test_a_company_of_which_nothing_is_shown_is_no_person() -> None:
    record = shown(LT.fetch_user("1"), {"id": 1, "type": "legal"})

    assert record.user.person_type is PersonType.LEGAL


@pytest.mark.parametrize("pep", [["x"], [None], [["name"]], "x", {"name": "x"}])
def test_a_list_of_another_kind_is_unreadable_and_the_rest_is_read(pep: object) -> None:
    flow = LT.fetch_user("1")
    next(flow)
    shown = {"id": 1, "email": "a@example.com", "pep": pep}

    with pytest.raises(StopIteration) as ended:
        flow.send(Response(status=200, body=json.dumps(shown).encode()))

    record = ended.value.value
    assert record.absent["political_exposures"] is Absence.UNREADABLE
    assert record.unmapped == {"pep": pep}
    assert (record.user.email, record.raw) == ("a@example.com", shown)


@given(number=st.sampled_from([1e999, -1e999, 1.5]), text=st.sampled_from(["\ud800", "é", "🙂"]))
def test_the_json_form_of_a_record_is_json_whatever_the_provider_said(
    number: float, text: str
) -> None:
    record = UserRecord(
        provider="p", gateway="g", id="1", user=User(), raw={"n": number, "t": text}
    )

    form = record.to_json()

    def strict(word: str) -> None:
        raise AssertionError(word)

    json.loads(form.encode("ascii"), parse_constant=strict)
    assert UserRecord.from_json(form).to_json() == form


def test_extras_written_from_their_class_come_back_equal() -> None:
    user = User(extras=PayseraExtras(scopes=("email",)).plain())

    assert User.from_json(user.to_json()) == user
