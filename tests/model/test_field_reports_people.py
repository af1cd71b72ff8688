"""What people are, as the field reported it: countries, dates, names, and what a day may hide."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from onboarding import (
    Address,
    Company,
    Document,
    DocumentPurpose,
    Gateways,
    Identity,
    InvalidInput,
    LossKind,
    Person,
    PersonRole,
    Rejected,
    Terms,
    User,
    UserCategory,
    missing,
    questionnaire,
)
from onboarding.banking import Money
from onboarding.bulk import BulkRun, Result, UserFile
from onboarding.requirements import RequirementStatus
from onboarding.spi import Target
from onboarding.values.base import trust

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

if TYPE_CHECKING:
    from onboarding import Gateway
    from tests.world import World

OWNER = User(
    identity=Identity(
        given_name="Ana",
        family_name="Petit",
        birthdate=date(1987, 7, 14),
        nationality="FR",
        country_of_residence="FR",
    ),
    email="ana@example.com",
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
)
HOME = Address(line1="1 Corniche", city="Dubai", country="AE")
CREATE = MangoPay.targets["create_owner"]


def plain(user: User) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(user.to_json())
    del found["form"]
    return found


def ran(gateways: Gateways, *users: dict[str, Any]) -> list[Result]:
    lines = "\n".join(map(json.dumps, users))
    return list(BulkRun(gateways["fr"]).run(UserFile(io.BytesIO(lines.encode()))))


def reasons(user: User, target: Target) -> dict[str, tuple[RequirementStatus, str]]:
    findings = missing(user, target).requirements
    return {one.name: (one.status, one.reason) for one in findings if one.reason}


def refusal(build: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        build()
    return [(problem.path, problem.message) for problem in caught.value.problems]


# -- countries without postal codes


def test_an_address_of_an_exempt_country_is_taken_without_a_postal_code(world: World) -> None:
    (result,) = ran(world.gateways, plain(OWNER.replace(address=HOME)))

    assert str(result.state) == "created"


@pytest.mark.parametrize(
    ("country", "status"),
    [
        ("AE", RequirementStatus.PROVIDER_DECIDES),
        ("ZW", RequirementStatus.PROVIDER_DECIDES),
        ("FR", RequirementStatus.MISSING),
    ],
)
def test_missing_leaves_a_postal_code_open_for_an_exempt_country_alone(
    country: str, status: RequirementStatus
) -> None:
    abroad = Address(line1="1 Main", city="X", country=country)
    company = Company(headquarters=abroad)
    people = (Person(ref="ana", roles=(PersonRole.REPRESENTATIVE,), address=abroad),)

    of_person = reasons(OWNER.replace(address=abroad), CREATE)
    of_company = reasons(User(company=company, people=people), CREATE)

    assert of_person["address.postal_code"][0] is status
    assert of_company["company.headquarters.postal_code"][0] is status
    assert of_company["people[ana].address.postal_code"][0] is status


def test_a_form_asks_for_a_postal_code_unless_the_country_is_exempt() -> None:
    bare = OWNER.replace(address=Address(line1="1 Corniche"))
    check = jsonschema.Draft202012Validator(questionnaire(bare, [CREATE]).json_schema())

    assert check.is_valid({"address": {"city": "Dubai", "country": "AE"}})
    assert not check.is_valid({"address": {"city": "Paris", "country": "FR"}})
    paris = {"city": "Paris", "country": "FR", "postal_code": "75004"}
    assert check.is_valid({"address": paris})


# -- Kosovo, and other spellings of countries


@pytest.mark.parametrize(
    "path", ["identity.nationality", "identity.country_of_residence", "address.country"]
)
def test_kosovo_passes_every_door(path: str, world: World) -> None:
    home = HOME.replace(country="FR", postal_code="75004")
    user = OWNER.replace(address=home).replace({path: "XK"})

    assert User.parse(plain(user)) == user
    assert User.from_json(user.to_json()) == user
    assert world.gateways["fr"].create_user(user).user.identity == user.identity
    blank = user.replace({path: None})
    answers = plain(trust(User, {})) | _nested(path, "XK")
    schema = questionnaire(blank, [CREATE]).json_schema()
    assert jsonschema.Draft202012Validator(schema).is_valid(answers)


def _nested(path: str, value: str) -> dict[str, Any]:
    found: Any = value
    for name in reversed(path.split(".")):
        found = {name: found}
    return dict(found)


def test_a_cell_of_a_file_may_name_kosovo() -> None:
    text = b"ref,email,identity.nationality\nx,ana@example.com,XK\n"

    (line,) = UserFile(io.BytesIO(text), is_csv=True)

    assert User.parse({k: v for k, v in line.data.items() if k != "ref"}).identity is not None


MEANT = {
    "UK": "GB", "EL": "GR", "GBR": "GB", "gbr": "GB", "826": "GB", "fr": "FR", "France": "FR",
    "united kingdom": "GB", " Kosovo ": "XK", "XKX": "XK", "Russia": "RU", "CZE": "CZ",
}  # fmt: skip


@pytest.mark.parametrize(("word", "code"), MEANT.items())
def test_a_refused_country_is_answered_with_the_code_it_means(word: str, code: str) -> None:
    paths = (
        "identity.nationality",
        "identity.country_of_residence",
        "identity.birthplace.country",
        "identity.national_id.country",
        "address.country",
    )

    for path in paths:
        data = _nested(path, word)
        if "national_id" in path:
            data["identity"]["national_id"]["code"] = "1"
        ((found, message),) = refusal(lambda data=data: User.parse(data))  # type: ignore[misc]
        assert (found, message.rpartition("; ")[2]) == (path, f"did you mean {code}?")
    ((_, built),) = refusal(lambda: Address(country=word))
    ((_, changed),) = refusal(lambda: OWNER.replace({"identity.nationality": word}))
    assert built.endswith(f"did you mean {code}?")
    assert changed == built


@pytest.mark.parametrize("word", ["ZZ", "Fran", "Frankreich", "land", "", "G" * 1000, "-"])
def test_no_country_is_guessed(word: str) -> None:
    ((_, message),) = refusal(lambda: User.parse({"address": {"country": word}}))

    assert message == "expected an ISO 3166-1 alpha-2 code in capitals"


@pytest.mark.parametrize(("word", "code"), [("eur", "EUR"), ("978", "EUR"), ("US Dollar", "USD")])
def test_a_refused_currency_is_answered_with_the_code_it_means(word: str, code: str) -> None:
    ((path, message),) = refusal(lambda: Money(amount=1, currency=word))

    assert (path, message.rpartition("; ")[2]) == ("currency", f"did you mean {code}?")


# -- a nationality that some documents block


@pytest.mark.parametrize("country", ["CU", "IR", "MM", "SY"])
def test_a_nationality_that_the_documents_disagree_about_is_mangopays_to_judge(
    country: str, world: World
) -> None:
    user = OWNER.replace({"identity.nationality": country})
    ana = Person(ref="ana", roles=(PersonRole.REPRESENTATIVE,), identity=user.identity)

    status, reason = reasons(user, CREATE)["identity.nationality"]
    of_company = reasons(User(company=Company(), people=(ana,)), CREATE)

    assert status is RequirementStatus.PROVIDER_DECIDES
    assert "MangoPay decides" in reason
    assert of_company["people[ana].identity.nationality"] == (status, reason)
    assert world.gateways["fr"].create_user(user).user.identity == user.identity


def test_a_nationality_and_a_residence_that_all_documents_block_are_certain() -> None:
    user = OWNER.replace({"identity.nationality": "KP", "identity.country_of_residence": "CU"})

    assert reasons(user, CREATE) == {
        "identity.nationality": (RequirementStatus.MISSING, "is a country that MangoPay blocks"),
        "identity.country_of_residence": (
            RequirementStatus.MISSING,
            "is a country that MangoPay blocks",
        ),
    }


# -- dates in the future

NOT_YET = "expected a date that is not in the future"


def _today(hours: int) -> date:
    return datetime.now(timezone(timedelta(hours=hours))).date()


def test_a_date_in_the_future_is_refused_wherever_it_is_entered() -> None:
    late = _today(14) + timedelta(days=2)
    born = {"birthdate": late.isoformat()}
    people = {"representative": {"identity": born}, "beneficial_owner": {"identity": born}}
    papers = [{"purpose": "proof_of_identity", "issued_on": late.isoformat()}]

    assert refusal(lambda: Identity(birthdate=late)) == [("birthdate", NOT_YET)]
    assert refusal(lambda: OWNER.replace({"identity.birthdate": late})) == [
        ("identity.birthdate", NOT_YET)
    ]
    assert refusal(lambda: User.parse({"identity": born, "documents": papers})) == [
        ("identity.birthdate", NOT_YET),
        ("documents.0.issued_on", NOT_YET),
    ]
    assert refusal(lambda: User.parse({"people": people})) == [
        ("people[representative].identity.birthdate", NOT_YET),
        ("people[beneficial_owner].identity.birthdate", NOT_YET),
    ]
    purpose = DocumentPurpose.IDENTITY
    assert refusal(lambda: Document(purpose=purpose, issued_on=late)) == [("issued_on", NOT_YET)]


@pytest.mark.parametrize("hours", [-12, 0, 14])
def test_whoever_is_born_today_is_taken_wherever_today_is(hours: int) -> None:
    assert Identity(birthdate=_today(hours)).birthdate is not None


def test_a_future_birthdate_that_a_provider_shows_stays_beside_other_changes() -> None:
    identity = trust(Identity, {"given_name": "Ana", "birthdate": date(2191, 1, 1)})
    shown = trust(User, {"identity": identity})

    changed = shown.replace({"identity.given_name": "Anna"})

    assert changed.identity == identity.replace(given_name="Anna")
    assert User.from_json(changed.to_json()) == changed


# -- people with one name


def test_a_missing_name_says_what_mangopay_wants_of_a_person_with_one(world: World) -> None:
    one_name = OWNER.replace({"identity.family_name": None})

    _, reason = reasons(one_name, CREATE)["identity.family_name"]
    with pytest.raises(Rejected) as caught:
        world.gateways["fr"].create_user(one_name)
    (result,) = ran(world.gateways, plain(one_name))

    told = {reason, caught.value.problems[0].message, result.problems[0].message}
    assert told == {
        "is required; for a person with one name, ask MangoPay: its documents name no way, and "
        "its rule against fake names refuses a placeholder in Production"
    }
    assert result.problems[0].path == "identity.family_name"


def test_paysera_takes_a_person_with_one_name_and_says_that_it_decides() -> None:
    status, reason = reasons(
        OWNER.replace({"identity.family_name": None}), Paysera.targets["register"]
    )["identity.family_name"]

    assert status is RequirementStatus.PROVIDER_DECIDES
    assert reason.endswith("for a person with one name: leave the other name out")


# -- a birthday that is no midnight

NOON = 644191200  # midnight of 1 June 1990 in Paris
ODD = "not midnight UTC: read as the UTC day, which may be one day off"


def _made(gateway: Gateway[MangoPay], **changes: object) -> str:
    """A user whom another program registered."""
    body = {
        "UserCategory": "OWNER", "TermsAndConditionsAccepted": True, "FirstName": "Ana",
        "LastName": "P", "Email": "a@example.com", "Birthday": NOON, "Nationality": "FR",
        "CountryOfResidence": "FR", **changes,
    }  # fmt: skip
    return str(gateway.raw("POST", "sca", "users", "natural", body=body).json_object()["Id"])


def test_a_birthday_that_is_no_midnight_leaves_a_word_on_the_record(world: World) -> None:
    fr = world.gateways.typed("fr", MangoPay)

    odd = fr.fetch_user(_made(fr))
    even = fr.fetch_user(_made(fr, Birthday=644198400))

    assert odd.user.identity is not None
    assert odd.user.identity.birthdate == date(1990, 5, 31)
    assert [(x.core_path, x.kind, x.reason, x.wire_path) for x in odd.losses] == [
        ("identity.birthdate", LossKind.COARSENED, ODD, "Birthday")
    ]
    assert even.losses == ()


def test_an_update_leaves_such_a_birthday_as_it_is_unless_it_is_changed(world: World) -> None:
    fr = world.gateways.typed("fr", MangoPay)
    record = fr.fetch_user(_made(fr))

    renamed = fr.update_user(record, record.user.replace({"identity.given_name": "Anna"}))
    mended = fr.update_user(renamed, renamed.user.replace({"identity.birthdate": date(1990, 6, 1)}))

    assert renamed.raw["Birthday"] == NOON
    assert [loss.reason for loss in renamed.losses] == [ODD]
    assert mended.raw["Birthday"] == 644198400
    assert mended.losses == ()


def test_an_owner_of_a_company_has_the_same_word() -> None:
    from onboarding_mangopay.wire.owners import declared_owner

    shown = declared_owner({"Id": "ubo_1", "FirstName": "Ana", "Birthday": NOON})

    assert shown.owner == Person(
        ref="ubo_1",
        roles=(PersonRole.BENEFICIAL_OWNER,),
        identity=Identity(given_name="Ana", birthdate=date(1990, 5, 31)),
    )
    assert [(loss.core_path, loss.reason) for loss in shown.losses] == [
        ("people[ubo_1].identity.birthdate", ODD)
    ]
