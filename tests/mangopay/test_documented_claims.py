"""What MangoPay's documents claim of a natural user holds between the adapter and the simulator.

docs: api-reference/users/create-natural-user, update-natural-user, natural-user-object. Each
test is named by rows of `tests/ledger/claims`.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import define, field
from onboarding import (
    Absence,
    Address,
    Company,
    Forbidden,
    Identity,
    IncomeBracket,
    InvalidInput,
    KYCLevel,
    LossKind,
    ProviderError,
    Rejected,
    Secret,
    Terms,
    Unsupported,
    User,
    UserCategory,
    UserRecord,
    UserStatus,
)
from onboarding.mapping import ALWAYS, EffectKind, On, translation
from onboarding.mapping.paths import lookup
from onboarding.mapping.rows import Row, rows_of
from onboarding.spi import Response
from onboarding.testing import PaperGateway, paper
from onboarding.values.base import trust

from onboarding_mangopay import Api, MangoPay
from onboarding_mangopay.wire.natural import LegacyNaturalUser, NaturalUser
from onboarding_simulators.mangopay import MangoPaySimulator

Both = pytest.mark.parametrize("api", Api)
LEGACY = MangoPay(client_id="acme", api_key=Secret("key"), api=Api.LEGACY, name="fr")
CLASSES = {Api.SCA: NaturalUser, Api.LEGACY: LegacyNaturalUser}
START = 1_737_216_704

PAYER = User(
    identity=Identity(given_name="Alex", family_name="Smith"),
    email="alex.smith@example.com",
    category=UserCategory.PAYER,
)
OWNER = User(
    identity=Identity(
        given_name="Alex",
        family_name="Smith",
        birthdate=date(1990, 8, 31),
        nationality="FR",
        country_of_residence="FR",
    ),
    address=Address(
        line1="3 rue de la Cité",
        line2="Appartement 7",
        city="Paris",
        region="Île-de-France",
        postal_code="75004",
        country="FR",
    ),
    email="alex.smith@example.com",
    occupation="Baker",
    income_bracket=IncomeBracket.FROM_30K_TO_50K,
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
    tag="mine",
)
HIDDEN = {
    "identity.birthdate",
    "identity.nationality",
    "identity.country_of_residence",
    "occupation",
    "income_bracket",
}


@define
class Desk:
    """The adapter for either set of endpoints, in front of one simulator."""

    sim: MangoPaySimulator
    gateways: dict[Api, PaperGateway[MangoPay]] = field(factory=dict[Api, PaperGateway[MangoPay]])

    def __attrs_post_init__(self) -> None:
        for api in Api:
            adapter = MangoPay(
                client_id="acme",
                api_key=Secret("key"),
                api=api,
                base_url="https://mangopay.invalid",
                name="fr",
            )
            self.gateways[api] = PaperGateway(adapter, paper(self.sim))

    def call(self, api: Api, operation: str, *arguments: Any) -> Any:
        gateway = self.gateways[api]
        return gateway.run(getattr(gateway.adapter, operation)(*arguments))

    def refusal(self, api: Api, operation: str, *arguments: Any) -> ProviderError:
        with pytest.raises(ProviderError) as raised:
            self.call(api, operation, *arguments)
        return raised.value

    def unsent(self, api: Api, operation: str, *arguments: Any) -> tuple[str, ...]:
        """The paths of a refusal that came before anything was sent."""
        sent = len(self.sim.log)
        with pytest.raises(Unsupported) as raised:
            self.call(api, operation, *arguments)
        assert len(self.sim.log) == sent
        return raised.value.paths


@pytest.fixture
def desk() -> Desk:
    sim = MangoPaySimulator(client_id="acme", api_key="key", clock=lambda: START)
    return Desk(sim)


def named(error: ProviderError) -> set[tuple[str, str]]:
    return {(problem.path, problem.code) for problem in error.problems}


def row(cls: type, name: str) -> Row:
    return next(row for row in rows_of(cls) if row.wire == name)


# -- what a registration needs -------------------------------------------------------------------

EVERYBODYS = ["identity.given_name", "identity.family_name", "email"]
OWNERS = ["identity.birthdate", "identity.nationality", "identity.country_of_residence"]
ADDRESS = ["address.line1", "address.city", "address.postal_code", "address.country"]


@Both
@pytest.mark.parametrize("path", EVERYBODYS)
def test_what_everybody_must_give_is_missed_by_its_core_path(
    desk: Desk, api: Api, path: str
) -> None:
    error = desk.refusal(api, "create_user", PAYER.replace({path: None}))

    assert type(error) is Rejected
    assert named(error) == {(path, "missing")}


@Both
@pytest.mark.parametrize("path", OWNERS)
def test_what_an_owner_must_give_is_missed_by_its_core_path(
    desk: Desk, api: Api, path: str
) -> None:
    error = desk.refusal(api, "create_user", OWNER.replace({path: None}))

    assert named(error) == {(path, "missing")}
    assert desk.call(api, "create_user", PAYER).id


@Both
@pytest.mark.parametrize("path", ADDRESS)
def test_a_part_that_an_address_needs_is_missed_by_its_core_path(
    desk: Desk, api: Api, path: str
) -> None:
    error = desk.refusal(api, "create_user", OWNER.replace({path: None}))

    assert named(error) == {(path, "missing")}


@Both
@pytest.mark.parametrize("country", ["US", "CA", "MX"])
def test_three_countries_need_a_region_and_others_do_without(
    desk: Desk, api: Api, country: str
) -> None:
    bare = OWNER.replace({"address.region": None})

    error = desk.refusal(api, "create_user", bare.replace({"address.country": country}))

    assert named(error) == {("address.region", "missing")}
    assert desk.call(api, "create_user", bare).user.address == bare.address


@Both
def test_no_part_of_a_user_but_names_and_email_is_needed_of_a_payer(desk: Desk, api: Api) -> None:
    record = desk.call(api, "create_user", PAYER)

    assert record.user == PAYER.replace(terms=Terms(accepted=False))


@Both
def test_a_category_is_needed_by_a_simulator_that_takes_the_documents_at_their_word(
    desk: Desk, api: Api
) -> None:
    desk.sim.strict = True

    error = desk.refusal(api, "create_user", PAYER.replace(category=None))

    assert named(error) == {("category", "missing")}


@Both
def test_a_registration_says_always_whether_the_terms_are_accepted(desk: Desk, api: Api) -> None:
    record = desk.call(api, "create_user", PAYER)

    body = json.loads(desk.gateways[api].sent[-1].body)
    assert body["TermsAndConditionsAccepted"] is False
    defaulted = {x.core_path for x in record.losses if x.kind is LossKind.DEFAULTED}
    assert defaulted == {"terms.accepted"}
    assert row(CLASSES[api], "TermsAndConditionsAccepted").required_when is ALWAYS


@Both
@pytest.mark.parametrize("category", [UserCategory.PAYER, UserCategory.OWNER])
@pytest.mark.parametrize("country", ["FR", "US"])
def test_the_mapping_requires_what_the_simulator_misses_and_no_more(
    desk: Desk, api: Api, category: UserCategory, country: str
) -> None:
    desk.sim.strict = True
    user = OWNER.replace({"address.country": country}, category=category)
    plan = translation(CLASSES[api], "mangopay").plan
    there = plan.given(user, On.CREATE)
    required, missed = set(), set()

    for mapped in plan.fields:
        if lookup(user, mapped.core) is None or mapped.core == "terms.accepted":
            continue  # what is not there, and what a registration says by default
        if plan.demands(mapped, user, there, On.CREATE):
            required.add(mapped.core)
        try:
            desk.call(api, "create_user", user.replace({mapped.core: None}))
        except Rejected as error:
            missed |= {problem.path for problem in error.problems if problem.code == "missing"}

    assert required == missed


# -- forms and limits ----------------------------------------------------------------------------

LENGTHS = [
    ("identity.given_name", 100),
    ("identity.family_name", 100),
    ("occupation", 255),
    ("tag", 255),
    ("address.line1", 255),
    ("address.line2", 255),
    ("address.city", 255),
    ("address.region", 255),
    ("address.postal_code", 255),
]


@Both
@pytest.mark.parametrize(("path", "most"), LENGTHS)
def test_a_registration_carries_a_text_of_the_documented_length_and_no_longer_one(
    desk: Desk, api: Api, path: str, most: int
) -> None:
    longest = OWNER.replace({path: "x" * most})

    record = desk.call(api, "create_user", longest)

    assert lookup(record.user, path) == "x" * most
    longer = longest.replace({path: "x" * (most + 1)})
    assert desk.unsent(api, "create_user", longer) == (path,)


@Both
@pytest.mark.parametrize(("path", "most"), LENGTHS)
def test_an_update_carries_a_text_of_the_documented_length_and_no_longer_one(
    desk: Desk, api: Api, path: str, most: int
) -> None:
    record = desk.call(api, "create_user", OWNER)

    updated = desk.call(api, "update_user", record, record.user.replace({path: "x" * most}))

    assert lookup(updated.user, path) == "x" * most
    longer = record.user.replace({path: "x" * (most + 1)})
    assert desk.unsent(api, "update_user", record, longer) == (path,)


@pytest.mark.parametrize("cls", [NaturalUser, LegacyNaturalUser])
@pytest.mark.parametrize("name", ["given_name", "family_name"])
def test_an_empty_name_is_not_carried(cls: type, name: str) -> None:
    empty = trust(Identity, {"given_name": "Alex", "family_name": "Smith", name: ""})
    user = trust(User, {"identity": empty, "email": "a@b.fr", "category": UserCategory.PAYER})

    body, losses = translation(cls, "mangopay").to_wire(user)

    lost = {loss.core_path for loss in losses if loss.kind is LossKind.DROPPED}
    assert lost == {f"identity.{name}"}
    assert "" not in body.values()


@Both
@pytest.mark.parametrize("email", ["é@example.com", "alex@under_score.fr", "a..b@example.com"])
def test_an_email_outside_the_printed_pattern_is_refused_before_it_is_sent(
    desk: Desk, api: Api, email: str
) -> None:
    record = desk.call(api, "create_user", PAYER)

    assert desk.unsent(api, "create_user", PAYER.replace(email=email)) == ("email",)
    assert desk.unsent(api, "update_user", record, record.user.replace(email=email)) == ("email",)


@Both
@pytest.mark.parametrize("code", ["75/004", "75_004", "７５００４"])
def test_a_postal_code_of_other_characters_is_refused_before_it_is_sent(
    desk: Desk, api: Api, code: str
) -> None:
    odd = OWNER.replace({"address.postal_code": code})

    assert desk.unsent(api, "create_user", odd) == ("address.postal_code",)
    fine = OWNER.replace({"address.postal_code": "WC1X-0AA 7"})
    assert desk.call(api, "create_user", fine).user.address == fine.address


COUNTRIES = ["identity.nationality", "identity.country_of_residence", "address.country"]


@pytest.mark.parametrize("path", COUNTRIES)
@pytest.mark.parametrize("code", ["fr", "FRA", "F", "250"])
def test_a_country_of_another_form_is_no_value_of_the_core(path: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        OWNER.replace({path: code})

    assert [problem.path for problem in refused.value.problems] == [path]


@Both
@pytest.mark.parametrize("path", COUNTRIES)
def test_a_blocked_country_is_named_by_its_core_path(desk: Desk, api: Api, path: str) -> None:
    record = desk.call(api, "create_user", OWNER)

    made = desk.refusal(api, "create_user", OWNER.replace({path: "KP"}))
    changed = desk.refusal(api, "update_user", record, record.user.replace({path: "KP"}))

    assert type(made) is type(changed) is Rejected
    assert named(made) == named(changed) == {(path, "blocked_country")}


@pytest.fixture
def elsewhere() -> Iterator[Callable[[str], None]]:
    """Moves this process to another time zone, for a while."""
    before = os.environ.get("TZ")

    def move(zone: str) -> None:
        os.environ["TZ"] = zone
        time.tzset()

    yield move
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@Both
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_birthday_is_midnight_in_utc_wherever_the_caller_is(
    desk: Desk, api: Api, zone: str, elsewhere: Callable[[str], None]
) -> None:
    elsewhere(zone)

    record = desk.call(api, "create_user", OWNER)

    assert json.loads(desk.gateways[api].sent[-1].body)["Birthday"] == 652_060_800
    assert record.user.identity.birthdate == date(1990, 8, 31)


@Both
@pytest.mark.parametrize("bracket", IncomeBracket)
def test_each_income_bracket_is_shown_as_it_was_given(
    desk: Desk, api: Api, bracket: IncomeBracket
) -> None:
    record = desk.call(api, "create_user", OWNER.replace(income_bracket=bracket))

    assert record.user.income_bracket is bracket
    assert record.raw["IncomeRange"] == list(IncomeBracket).index(bracket) + 1


@Both
def test_no_income_is_shown_as_null(desk: Desk, api: Api) -> None:
    record = desk.call(api, "create_user", OWNER.replace(income_bracket=None))

    assert record.raw["IncomeRange"] is None
    assert record.user.income_bracket is None


@Both
def test_nobody_but_mangopay_makes_a_platform(desk: Desk, api: Api) -> None:
    error = desk.refusal(api, "create_user", OWNER.replace(category=UserCategory.PLATFORM))

    assert type(error) is Rejected
    assert [problem.path for problem in error.problems] == ["category"]


# -- what is shown -------------------------------------------------------------------------------


@Both
def test_a_payer_is_shown_without_what_only_owners_show(desk: Desk, api: Api) -> None:
    record = desk.call(api, "create_user", OWNER.replace(category=UserCategory.PAYER))

    why = {path for path, why in record.absent.items() if why is Absence.NULL_BY_RULE}
    kept_back = {loss.core_path for loss in record.losses if loss.kind is LossKind.WRITE_ONLY}
    assert why - {"credentials"} >= {*HIDDEN, "terms.accepted_at"}
    assert kept_back == HIDDEN
    assert record.user.terms == Terms(accepted=True)


@Both
def test_the_moments_of_a_record_are_those_that_mangopay_noted(desk: Desk, api: Api) -> None:
    record = desk.call(api, "create_user", OWNER)

    assert record.created_at == datetime.fromtimestamp(START, UTC)
    assert record.user.terms == Terms(accepted=True, accepted_at=datetime.fromtimestamp(START, UTC))


@Both
def test_a_new_user_is_light_and_one_that_mangopay_verified_is_regular(
    desk: Desk, api: Api
) -> None:
    record = desk.call(api, "create_user", OWNER)

    desk.sim.set_kyc_level(record.id, "REGULAR")

    assert (record.kyc_level, record.provider_fields["KYCLevel"]) == (KYCLevel.LIGHT, "LIGHT")
    verified = desk.call(api, "fetch_user", record.id)
    assert (verified.kyc_level, verified.provider_fields["KYCLevel"]) == (
        KYCLevel.REGULAR,
        "REGULAR",
    )


OF_RECORD = [
    "Capacity",
    "CreationDate",
    "Id",
    "KYCLevel",
    "PersonType",
    "ProofOfAddress",
    "ProofOfIdentity",
    "UserStatus",
]


@Both
def test_what_mangopay_alone_sets_is_kept_as_shown_and_written_by_no_operation(
    desk: Desk, api: Api
) -> None:
    record = desk.call(api, "create_user", OWNER)
    wire = translation(CLASSES[api], "mangopay")

    body, _ = wire.to_wire(record.user, unmapped=record.unmapped)

    shown = {name: record.raw[name] for name in OF_RECORD if record.raw[name] is not None}
    told = {"Id": record.id, "CreationDate": START, **record.provider_fields}
    assert {name: told[name] for name in shown} == shown
    assert not set(OF_RECORD) & body.keys()


def fetched(**changes: Any) -> UserRecord:
    """A legacy user as an answer may show one."""
    shown = {"Id": "user_m_1", "PersonType": "NATURAL", "FirstName": "Alex", **changes}
    flow = LEGACY.fetch_user(shown["Id"])
    next(flow)
    with pytest.raises(StopIteration) as done:
        flow.send(Response(status=200, body=json.dumps(shown).encode()))
    record: UserRecord = done.value.value
    return record


@pytest.mark.parametrize("name", ["ProofOfIdentity", "ProofOfAddress"])
@pytest.mark.parametrize("proof", ["kyc_m_1", None])
def test_a_proof_is_the_id_of_a_document_or_null(name: str, proof: str | None) -> None:
    record = fetched(**{name: proof})

    assert record.provider_fields.get(name) == proof


@pytest.mark.parametrize(
    ("word", "status"), [("ACTIVE", UserStatus.ACTIVE), ("CLOSED", UserStatus.CLOSED)]
)
def test_a_status_is_read_and_never_written(word: str, status: UserStatus) -> None:
    record = fetched(UserStatus=word)

    assert record.status is status
    assert record.provider_fields["UserStatus"] == word


def test_an_id_of_128_characters_is_used_as_it_is() -> None:
    long = "user_m_" + "x" * 121

    record = fetched(Id=long)

    assert record.id == long
    request = next(LEGACY.update_user(record, record.user.replace(tag="new")))
    assert request.url.endswith(f"/users/natural/{long}")


# -- what changes --------------------------------------------------------------------------------


@Both
def test_an_owner_who_has_not_accepted_the_terms_is_refused(desk: Desk, api: Api) -> None:
    error = desk.refusal(api, "create_user", OWNER.replace(terms=Terms(accepted=False)))

    assert type(error) is Rejected
    assert error.code == "user_hasnt_accepted_terms_and_conditions"
    assert [problem.path for problem in error.problems] == ["terms.accepted"]


def test_a_payer_becomes_an_owner_by_a_legacy_update_with_an_owners_facts(desk: Desk) -> None:
    record = desk.call(Api.LEGACY, "create_user", PAYER)
    facts = {path: lookup(OWNER, path) for path in OWNERS}
    bare = record.user.replace(category=UserCategory.OWNER, terms=Terms(accepted=True))
    whole = bare.replace(facts)

    missing = desk.refusal(Api.LEGACY, "update_user", record, bare)
    refused = desk.refusal(
        Api.LEGACY, "update_user", record, whole.replace({"terms.accepted": False})
    )

    assert named(missing) == {(path, "missing") for path in OWNERS}
    assert [problem.path for problem in refused.problems] == ["terms.accepted"]
    assert desk.call(Api.LEGACY, "update_user", record, whole).user.category is UserCategory.OWNER


@Both
def test_accepted_terms_are_not_taken_back(desk: Desk, api: Api) -> None:
    record = desk.call(api, "create_user", OWNER)

    error = desk.refusal(
        api, "update_user", record, record.user.replace(terms=Terms(accepted=False))
    )

    assert error.code == "invalid_action"
    assert [problem.path for problem in error.problems] == ["terms.accepted"]


def test_an_owner_stays_an_owner(desk: Desk) -> None:
    record = desk.call(Api.LEGACY, "create_user", OWNER)
    payer = record.user.replace(category=UserCategory.PAYER)

    error = desk.refusal(Api.LEGACY, "update_user", record, payer)

    assert named(error) == {("category", "conflict")}
    assert desk.unsent(Api.SCA, "update_user", record, payer) == ("category",)


def test_a_legacy_update_says_its_category_and_terms_whatever_else_it_says(desk: Desk) -> None:
    desk.sim.strict = True
    record = desk.call(Api.LEGACY, "create_user", OWNER)

    updated = desk.call(Api.LEGACY, "update_user", record, record.user.replace(tag="new"))

    assert json.loads(desk.gateways[Api.LEGACY].sent[-1].body) == {
        "UserCategory": "OWNER",
        "TermsAndConditionsAccepted": True,
        "Tag": "new",
    }
    assert updated.user.tag == "new"


@Both
def test_a_person_keeps_its_type(desk: Desk, api: Api) -> None:
    record = desk.call(api, "create_user", OWNER)
    company = record.user.replace(identity=None, company=Company(legal_name="Acme"))

    assert desk.unsent(api, "update_user", record, company) == ("company",)


CHANGES: dict[str, tuple[str, object]] = {
    "FirstName": ("identity.given_name", "Alexis"),
    "LastName": ("identity.family_name", "Smythe"),
    "Birthday": ("identity.birthdate", date(1990, 9, 1)),
    "Nationality": ("identity.nationality", "BE"),
    "CountryOfResidence": ("identity.country_of_residence", "BE"),
    "Occupation": ("occupation", "Smith"),
    "Tag": ("tag", "new"),
}


@Both
@pytest.mark.parametrize("name", CHANGES)
def test_the_level_falls_with_what_the_mapping_says_lowers_it(
    desk: Desk, api: Api, name: str
) -> None:
    path, value = CHANGES[name]
    made = desk.call(api, "create_user", OWNER)
    desk.sim.set_kyc_level(made.id, "REGULAR")
    record = desk.call(api, "fetch_user", made.id)

    updated = desk.call(api, "update_user", record, record.user.replace({path: value}))

    costs = row(CLASSES[api], name).effects
    lowers = any(cost.kind is EffectKind.LOWERS_LEVEL for cost in costs)
    assert (updated.kyc_level is KYCLevel.LIGHT) == lowers
    assert lowers == (name in {"FirstName", "LastName", "Birthday", "Nationality"})


def test_endpoints_that_have_stopped_are_an_error_and_those_with_sca_are_the_default(
    desk: Desk,
) -> None:
    desk.sim.legacy = False

    error = desk.refusal(Api.LEGACY, "create_user", PAYER)

    assert type(error) is Forbidden
    default = MangoPay(client_id="acme", api_key=Secret("key")).api
    assert desk.call(default, "create_user", PAYER).id


@Both
def test_natural_and_legal_persons_go_to_endpoints_of_their_own(desk: Desk, api: Api) -> None:
    adapter = desk.gateways[api].adapter
    company = PAYER.replace(identity=None, company=Company(legal_name="Acme"))

    urls = [next(adapter.create_user(user)).url for user in (PAYER, company)]

    assert [url.rpartition("/")[2] for url in urls] == ["natural", "legal"]
