"""What Paysera's document claims of a user holds between the adapter and the simulator.

docs: guides/wallet/user-information/user-resource. Each test is named by rows of
`tests/ledger/claims`.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from attrs import define, evolve, field
from onboarding import (
    Absence,
    Address,
    Conflict,
    Forbidden,
    Gender,
    IdentificationLevel,
    Identity,
    KYCLevel,
    NationalId,
    NotFound,
    Password,
    ProviderError,
    RateLimited,
    Rejected,
    Secret,
    Unauthorized,
    Unsupported,
    User,
    UserRecord,
)
from onboarding.mapping import translation
from onboarding.mapping.rows import rows_of
from onboarding.spi import Criterion
from onboarding.testing import PaperGateway, paper

from onboarding_paysera import Paysera, PayseraExtras
from onboarding_paysera.wire.user import PayseraUser
from onboarding_simulators.paysera import PayseraSimulator

Json = dict[str, Any]

CLIENT_ID, MAC_KEY = "wkVd93h2uS", "IrdTc8uQodU7PRpLzzLTW6wqZAO6tAMU"
WIRE = translation(PayseraUser, "paysera")
ADAPTER = Paysera(
    client_id=CLIENT_ID,
    mac_key=Secret(MAC_KEY),
    base_url="https://paysera.invalid",
    sends_address=True,
    name="lt",
)
CARD = {"issuer": "vilniecio", "number": "123"}

JOHN = User(
    identity=Identity(
        given_name="John",
        family_name="Smith",
        nationality="LT",
        national_id=NationalId(code="31001230000", country="LT"),
    ),
    address=Address(line1="Lauko g. 1", city="Vilnius", postal_code="LT-11111", country="LT"),
    email="something@example.com",
    phone="+37066612345",
    locale="lt",
    credentials=Password(password=Secret("plainTextPassword")),
    extras=PayseraExtras(card=CARD).plain(),
)
BY_EMAIL = User(email="user@example.com")


@define
class Desk:
    """The adapter in front of a simulator whose settings a test may change."""

    sim: PayseraSimulator = field(
        factory=lambda: PayseraSimulator(client_id=CLIENT_ID, mac_key=MAC_KEY)
    )
    adapter: Paysera = ADAPTER
    sent: list[Any] = field(factory=list[Any])

    def call(self, operation: str, *arguments: Any, adapter: Paysera | None = None) -> Any:
        gateway = PaperGateway(adapter or self.adapter, paper(self.sim))
        try:
            return gateway.run(getattr(gateway.adapter, operation)(*arguments))
        finally:
            self.sent += gateway.sent

    def refusal(self, operation: str, *arguments: Any) -> ProviderError:
        with pytest.raises(ProviderError) as raised:
            self.call(operation, *arguments)
        return raised.value

    def confirmed(self, user: User) -> UserRecord:
        """A user who has given every code that was sent."""
        record: UserRecord = self.call("create_user", user)
        for action in record.next_actions:
            code = self.sim.code_for(int(record.id), action.concerns)  # type: ignore[arg-type]  # a channel
            self.call("confirm", action, code)
        found: UserRecord = self.call("fetch_user", record.id)
        return found


@pytest.fixture
def desk() -> Desk:
    return Desk()


def paths(error: ProviderError) -> list[str]:
    return [problem.path for problem in error.problems]


# -- what is shown, and when ---------------------------------------------------------------------

# docs: user-resource, Response Fields: key -> the scopes, one of which shows it
SCOPES = {
    "email": {"email"},
    "phone": {"phone"},
    "address.city": {"address"},
    "dob": {"dob"},
    "gender": {"gender"},
    "identity.name": {"identity", "full_name"},
    "identity.surname": {"identity", "full_name"},
    "identity.nationality": {"identity"},
    "identity.code": {"identity"},
}


@pytest.mark.parametrize("sends_address", [True, False])
@pytest.mark.parametrize("key", SCOPES)
def test_a_key_is_shown_by_each_of_its_scopes_and_hidden_without_them(
    desk: Desk, key: str, sends_address: bool
) -> None:
    path = WIRE.core_path(key)
    assert path is not None
    record = desk.confirmed(JOHN)
    others = frozenset(desk.sim.scopes - SCOPES[key])

    desk.sim.scopes = others
    adapter = evolve(desk.adapter, scopes=tuple(sorted(others)), sends_address=sends_address)
    blind = desk.call("fetch_user", record.id, adapter=adapter)

    assert path not in record.absent
    assert blind.absent[path] is Absence.HIDDEN
    for scope in SCOPES[key]:
        desk.sim.scopes = frozenset({scope})
        seeing = evolve(adapter, scopes=(scope,))
        assert path not in desk.call("fetch_user", record.id, adapter=seeing).absent


@pytest.mark.parametrize(
    ("key", "scope"),
    [
        ("identification_level", "identification_level"),
        ("calculated_level", "identification_level"),
        ("wallets", "wallet_list"),
    ],
)
def test_a_fact_of_the_record_is_shown_with_its_scope_alone(
    desk: Desk, key: str, scope: str
) -> None:
    record = desk.confirmed(JOHN)

    desk.sim.scopes = desk.sim.scopes - {scope}

    assert key in record.provider_fields
    assert key not in desk.call("fetch_user", record.id).provider_fields
    assert {row.scope for row in rows_of(PayseraUser) if row.wire == key} == {scope}


def test_politically_exposed_persons_are_shown_with_their_scope_alone(desk: Desk) -> None:
    record = desk.confirmed(JOHN)
    held = evolve(desk.adapter, scopes=("pep",))
    other = evolve(desk.adapter, scopes=("email",))

    seen, blind = (desk.call("fetch_user", record.id, adapter=one) for one in (held, other))

    assert seen.absent["political_exposures"] is Absence.NOT_RETURNED
    assert blind.absent["political_exposures"] is Absence.HIDDEN


def test_the_id_is_shown_whatever_the_scopes(desk: Desk) -> None:
    record = desk.confirmed(JOHN)
    desk.sim.scopes = frozenset()

    bare = desk.call("fetch_user", record.id)

    assert bare.id == record.id == "221"
    assert bare.user == User()


@pytest.mark.parametrize("available", ["EUR", None])
def test_options_are_shown_if_there_are_any(desk: Desk, available: str | None) -> None:
    desk.sim.default_currency = available

    record = desk.confirmed(JOHN)

    told = {"default_currency": available} if available else None
    assert record.provider_fields.get("options") == told


@pytest.mark.parametrize("enabled", [True, False])
def test_the_type_is_shown_to_clients_for_whom_it_is_enabled(desk: Desk, enabled: bool) -> None:
    desk.sim.show_type = enabled

    record = desk.confirmed(JOHN)

    assert record.provider_fields.get("type") == ("natural" if enabled else None)


def test_a_birthday_and_a_gender_are_read_as_documented(desk: Desk) -> None:
    record = desk.confirmed(JOHN)

    assert (record.raw["dob"], record.raw["gender"]) == ("1910-01-23", "male")
    assert record.user.identity is not None
    assert record.user.identity.birthdate == date(1910, 1, 23)
    assert record.user.identity.gender is Gender.MALE


@pytest.mark.parametrize("contact", ["email", "phone"])
def test_a_contact_is_shown_once_its_code_was_given(desk: Desk, contact: str) -> None:
    record = desk.call("create_user", JOHN)
    (action,) = [action for action in record.next_actions if action.concerns == contact]

    code = desk.sim.code_for(int(record.id), contact)  # type: ignore[arg-type]  # a channel
    after = desk.call("confirm", action, code)

    assert getattr(record.user, contact) is None
    assert record.confirmed[contact] is False
    assert getattr(after.user, contact) == getattr(JOHN, contact)
    assert after.confirmed[contact] is True


LEVELS = [
    ("unidentified", KYCLevel.LIGHT),
    ("semi_identified", KYCLevel.LIGHT),
    ("basic_identified", KYCLevel.LIGHT),
    ("identified", KYCLevel.LIGHT),
    ("fully_identified", KYCLevel.REGULAR),
]


@pytest.mark.parametrize(("word", "kyc"), LEVELS)
def test_each_level_is_read_and_the_next_one_is_higher(
    desk: Desk, word: str, kyc: KYCLevel
) -> None:
    record = desk.confirmed(JOHN)

    desk.sim.set_level(int(record.id), word)
    seen = desk.call("fetch_user", record.id)

    assert seen.provider_fields["identification_level"] == word
    assert seen.identification_level is IdentificationLevel(word)
    assert seen.kyc_level is kyc
    ordered = [IdentificationLevel(level) for level, _ in LEVELS]
    assert sorted(ordered) == ordered


def test_a_token_reads_its_own_user_as_me(desk: Desk) -> None:
    record = desk.confirmed(JOHN)
    token = desk.sim.issue_token(int(record.id), ["email"])

    adapter = desk.adapter.as_user(token.access_token, token.mac_key)
    seen = desk.call("fetch_user", "me", adapter=adapter)

    assert (seen.id, seen.user) == ("221", User(email=JOHN.email))
    assert f'id="{token.access_token}"' in desk.sent[-1].headers["Authorization"]
    with pytest.raises(Unauthorized):
        desk.call("fetch_user", "me", adapter=desk.adapter.as_user("another", token.mac_key))


def test_what_is_not_there_is_not_found_and_what_is_not_allowed_forbidden(desk: Desk) -> None:
    token = desk.sim.issue_token(int(desk.confirmed(JOHN).id))
    of_john = desk.adapter.as_user(token.access_token, token.mac_key)
    other = desk.call("create_user", BY_EMAIL)

    missing = desk.refusal("fetch_user", "999")

    assert (type(missing), missing.status) == (NotFound, 404)
    with pytest.raises(Forbidden) as forbidden:
        desk.call("fetch_user", other.id, adapter=of_john)
    assert forbidden.value.status == 403


@pytest.mark.parametrize(
    "criterion",
    [
        Criterion(email="something@example.com"),
        Criterion(phone="+37066612345"),
        Criterion(national_id="31001230000", country="LT"),
    ],
    ids=["email", "phone", "person code"],
)
def test_a_user_is_found_by_what_was_confirmed(desk: Desk, criterion: Criterion) -> None:
    made = desk.call("create_user", JOHN)
    early = None if criterion.national_id else desk.refusal("find_user", criterion)
    for action in made.next_actions:
        code = desk.sim.code_for(int(made.id), action.concerns)
        desk.call("confirm", action, code)

    found = desk.call("find_user", criterion)

    assert found.id == made.id
    assert early is None or type(early) is NotFound


# -- what a registration says --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("permission", "operation", "argument"),
    [
        ("register_user", "create_user", BY_EMAIL),
        ("search_by_person_code", "find_user", Criterion(national_id="1", country="LT")),
    ],
)
def test_what_takes_a_special_permission_is_forbidden_without_it(
    desk: Desk, permission: str, operation: str, argument: Any
) -> None:
    desk.sim.permissions = desk.sim.permissions - {permission}

    error = desk.refusal(operation, argument)

    assert type(error) is Forbidden
    assert (error.code, error.remedy != "") == ("forbidden", True)


def test_identity_is_provided_by_permission_alone(desk: Desk) -> None:
    record = desk.confirmed(BY_EMAIL)
    given = record.user.replace(identity=JOHN.identity)

    updated = desk.call("update_user", record, given)
    desk.sim.permissions = desk.sim.permissions - {"provide_identity"}
    again = updated.user.replace({"identity.given_name": "Jonas"})

    assert updated.user.identity.national_id == NationalId(code="31001230000", country="LT")
    assert type(desk.refusal("update_user", updated, again)) is Forbidden


def test_an_email_or_a_phone_is_wanted_and_either_will_do(desk: Desk) -> None:
    neither = desk.refusal("create_user", User(locale="lt"))

    by_email = desk.call("create_user", BY_EMAIL)
    by_phone = desk.call("create_user", User(phone="+37066612345"))

    assert type(neither) is Rejected
    assert set(paths(neither)) == {"email", "phone"}
    assert [by_email.id, by_phone.id] == ["221", "222"]


@pytest.mark.parametrize("path", ["locale", "identity", "extras", "address"])
def test_what_is_optional_may_be_left_out(desk: Desk, path: str) -> None:
    record = desk.call("create_user", JOHN.replace({path: {} if path == "extras" else None}))

    assert record.id == "221"
    key = "card" if path == "extras" else path
    assert key not in json.loads(desk.sent[-1].body)


@pytest.mark.parametrize("required", [True, False])
def test_credentials_are_wanted_where_the_client_must_give_them(desk: Desk, required: bool) -> None:
    desk.sim.credentials_required = required
    bare = JOHN.replace(credentials=None)

    if required:
        assert paths(desk.refusal("create_user", bare)) == ["credentials"]
    else:
        assert desk.call("create_user", bare).id == "221"
    assert desk.call("create_user", BY_EMAIL.replace(credentials=JOHN.credentials)).id


@pytest.mark.parametrize("locale", ["en", "lt", "ru"])
def test_each_documented_locale_is_sent(desk: Desk, locale: str) -> None:
    desk.call("create_user", BY_EMAIL.replace(locale=locale))

    assert json.loads(desk.sent[-1].body)["locale"] == locale


def test_another_locale_is_refused_before_it_is_sent(desk: Desk) -> None:
    with pytest.raises(Unsupported) as refused:
        desk.call("create_user", BY_EMAIL.replace(locale="de"))

    assert refused.value.paths == ("locale",)
    assert desk.sent == []


def test_a_phone_number_is_sent_with_its_country_code_and_without_a_plus(desk: Desk) -> None:
    record = desk.call("create_user", User(phone="+37066612345"))

    assert json.loads(desk.sent[-1].body) == {"phone": "37066612345"}
    (action,) = record.next_actions
    assert action.value == "+37066612345"


CLASHES = {
    "card_already_assigned": ("extras.paysera.card", PayseraExtras(card=CARD).plain()),
    "person_code_already_assigned": ("identity.national_id.code", JOHN.identity),
    "email_already_assigned": ("email", JOHN.email),
    "phone_already_assigned": ("phone", JOHN.phone),
}


@pytest.mark.parametrize("code", CLASHES)
def test_what_another_user_has_is_a_conflict_by_its_core_path(desk: Desk, code: str) -> None:
    path, value = CLASHES[code]
    desk.call("create_user", JOHN)

    error = desk.refusal("create_user", BY_EMAIL.replace({path.partition(".")[0]: value}))

    assert type(error) is Conflict
    assert (error.code, paths(error)) == (code, [path])


# -- codes ---------------------------------------------------------------------------------------


def test_a_code_waits_for_the_phone_and_a_wrong_one_is_refused_until_there_were_too_many(
    desk: Desk,
) -> None:
    (action,) = desk.call("create_user", User(phone="+37066612345")).next_actions

    wrong = [desk.refusal("confirm", action, "WRONG!") for _ in range(6)]

    assert {type(error) for error in wrong[:5]} == {Rejected}
    assert {error.code for error in wrong[:5]} == {"invalid_code"}
    assert type(wrong[5]) is RateLimited
    assert wrong[5].code == "rate_limit_exceeded"
    renewed = desk.call("renew", action)
    code = desk.sim.code_for(221, "phone")
    assert desk.call("confirm", renewed, code).user.phone == "+37066612345"


def test_a_phone_that_another_user_has_cannot_be_assigned(desk: Desk) -> None:
    (action,) = desk.call("create_user", User(phone="+37066612345")).next_actions
    desk.confirmed(User(phone="+37066699999"))

    error = desk.refusal("renew", evolve(action, value="+37066699999"))

    assert type(error) is Conflict
    assert (error.code, paths(error)) == ("phone_already_assigned", ["phone"])
