"""What `missing` says, as a person would ask it."""

from __future__ import annotations

from datetime import date

import pytest
from onboarding import (
    Absence,
    Address,
    Company,
    Document,
    DocumentPurpose,
    Gateways,
    IdentificationLevel,
    Identity,
    InvalidInput,
    KYCLevel,
    LegalPersonType,
    NationalId,
    Password,
    Person,
    PersonRole,
    Secret,
    Terms,
    User,
    UserCategory,
    UserRecord,
    UserStatus,
    missing,
    questionnaire,
)
from onboarding.requirements import RequirementReport, RequirementStatus
from onboarding.spi import Actor

from onboarding_mangopay import MangoPay
from onboarding_paysera import Paysera

ONA = User(
    identity=Identity(given_name="Ona", family_name="Šimkutė"),
    email="ona@example.com",
    category=UserCategory.PAYER,
)
OWNER = ONA.replace(
    {
        "identity.birthdate": date(1968, 3, 9),
        "identity.nationality": "LT",
        "identity.country_of_residence": "LT",
    },
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
)


def names(report: RequirementReport) -> set[str]:
    return {finding.name for finding in report.missing}


def test_a_payer_needs_little_and_an_owner_more() -> None:
    payer = missing(ONA, MangoPay.targets["create_payer"])
    owner = missing(ONA, MangoPay.targets["create_owner"])

    assert payer.status is RequirementStatus.MET
    assert names(owner) == {
        "identity.birthdate",
        "identity.nationality",
        "identity.country_of_residence",
        "terms.accepted",
    }
    assert missing(OWNER, MangoPay.targets["create_owner"]).status is RequirementStatus.MET


def test_each_demand_says_where_when_who_and_by_which_document() -> None:
    report = missing(ONA, MangoPay.targets["create_owner"])

    born = next(finding for finding in report.missing if finding.name == "identity.birthdate")
    assert born.wire_path == "Birthday"
    assert born.condition == "category is OWNER"
    assert born.reason == "is required"
    assert born.actors == (Actor.PLATFORM,)
    assert born.source == "docs: api-reference/users/natural-user-object-sca"


def test_what_is_given_in_a_form_that_is_refused_is_missing_too() -> None:
    user = OWNER.replace({"identity.nationality": "KP", "identity.given_name": "x" * 101})

    report = missing(user, MangoPay.targets["create_owner"])

    assert {finding.name: finding.reason for finding in report.missing} == {
        "identity.given_name": "longer than 100 characters",
        "identity.nationality": "is a country that MangoPay blocks",
    }


@pytest.mark.parametrize("target", ["create_payer", "create_owner", "become_owner"])
def test_a_category_that_mangopay_alone_gives_is_not_ready(target: str) -> None:
    user = OWNER.replace(category=UserCategory.PLATFORM)

    report = missing(user, MangoPay.targets[target])

    assert [(finding.name, finding.reason) for finding in report.missing] == [
        ("category", "is a category that MangoPay alone gives")
    ]
    asked = questionnaire(user, [MangoPay.targets[target]])
    assert [question.path for question in asked] == ["category"]


def test_a_registration_number_is_limited_where_it_is_given() -> None:
    target = MangoPay.targets["create_payer"]
    company = Company(
        legal_name="Ona",
        legal_person_type=LegalPersonType.SOLETRADER,
        registration_number="1" * 255,
    )
    ona = Person(
        ref="ona",
        roles=(PersonRole.REPRESENTATIVE,),
        identity=Identity(given_name="Ona", family_name="Ona"),
    )
    user = User(company=company, people=(ona,), email="ona@example.com")

    longer = missing(user.replace({"company.registration_number": "1" * 256}), target)

    assert missing(user, target).status is RequirementStatus.MET
    assert [(finding.name, finding.reason) for finding in longer.missing] == [
        ("company.registration_number", "longer than 255 characters")
    ]


@pytest.mark.parametrize(
    ("extras", "found"),
    [
        ({"sca_context": ["USER_PRESENT"]}, "extras.mangopay.sca_context"),
        ({"phone_number_country": "Q"}, "extras.mangopay.phone_number_country"),
        ({"unheard_of": 1}, "extras.mangopay.unheard_of"),
    ],
)
def test_extras_that_the_call_refuses_are_missing_and_no_question_to_the_user(
    extras: dict[str, object], found: str
) -> None:
    user = OWNER.replace(extras={"mangopay": extras})

    report = missing(user, MangoPay.targets["create_owner"])

    assert names(report) == {found}
    assert not questionnaire(user, [MangoPay.targets["create_owner"]]).questions


def test_a_part_of_an_object_asks_for_the_rest_of_it() -> None:
    user = OWNER.replace(address=Address(country="US"))

    report = missing(user, MangoPay.targets["create_owner"])

    assert names(report) == {
        "address.line1",
        "address.city",
        "address.postal_code",
        "address.region",
    }


def test_an_unsupported_field_stops_the_call_unless_the_gateway_accepts_its_loss() -> None:
    user = OWNER.replace({"identity.national_id": NationalId(code="46803090000", country="LT")})
    target = MangoPay.targets["create_owner"]

    refused = missing(user, target)
    let_go = missing(user, target, accept_loss=["identity.national_id"])

    assert refused.status is RequirementStatus.MISSING
    assert {loss.core_path for loss in refused.refused} == {
        "identity.national_id.code",
        "identity.national_id.country",
    }
    assert let_go.status is RequirementStatus.MET
    assert let_go.losses


def test_verification_wants_a_document_or_the_hosted_page_and_then_the_provider_decides() -> None:
    target = MangoPay.targets["kyc_regular"]
    passport = Document(purpose=DocumentPurpose.IDENTITY)

    without, with_it = missing(OWNER, target), missing(OWNER.replace(documents=(passport,)), target)

    proof = next(finding for finding in without.missing)
    assert proof.name == "documents.identity"
    assert [option.actor for option in proof.options] == [Actor.PLATFORM, Actor.USER]
    assert with_it.ready
    assert with_it.status is RequirementStatus.PROVIDER_DECIDES
    assert [finding.name for finding in with_it.undecided] == ["review"]


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        (LegalPersonType.SOLETRADER, {"representative_identity", "registration"}),
        (LegalPersonType.ORGANIZATION, {"representative_identity", "registration", "articles"}),
        (LegalPersonType.BUSINESS, {"representative_identity", "registration", "articles"}),
        (LegalPersonType.PARTNERSHIP, {"partner_identity", "registration", "articles"}),
    ],
)
def test_a_legal_form_has_its_documents(form: LegalPersonType, wanted: set[str]) -> None:
    user = User(company=Company(legal_person_type=form))

    report = missing(user, MangoPay.targets["kyc_regular"])

    documents = {name for name in names(report) if name.startswith("documents.")}
    assert documents == {f"documents.{name}" for name in wanted}
    owners = form in (LegalPersonType.BUSINESS, LegalPersonType.PARTNERSHIP)
    assert ("ubo_declaration" in names(report)) == owners


def record(user: User, **facts: object) -> UserRecord:
    return UserRecord(provider="mangopay", gateway="fr", id="user_1", user=user, **facts)  # type: ignore[arg-type]


def test_a_record_shows_what_was_decided() -> None:
    target = MangoPay.targets["kyc_regular"]

    assert (
        missing(record(OWNER, kyc_level=KYCLevel.REGULAR), target).status is RequirementStatus.MET
    )
    assert not missing(record(OWNER, kyc_level=KYCLevel.LIGHT), target).ready
    shown = record(OWNER, provider_fields={"ProofOfIdentity": "kyc_1"})
    assert missing(shown, target).status is RequirementStatus.PROVIDER_DECIDES


@pytest.mark.parametrize(
    "path", ["LegalRepresentative.ProofOfIdentity", "LegalRepresentativeProofOfIdentity"]
)
def test_a_record_shows_that_the_proof_of_a_representative_was_accepted(path: str) -> None:
    company = User(company=Company(legal_person_type=LegalPersonType.SOLETRADER))
    target = MangoPay.targets["kyc_regular"]

    report = missing(record(company, provider_fields={path: "kyc_1"}), target)

    met = {finding.name for finding in report.of(RequirementStatus.MET)}
    assert "documents.representative_identity" in met
    assert "documents.registration" in names(report)


def test_payouts_take_an_enrolment_and_an_account_beside_the_level() -> None:
    regular = record(OWNER, kyc_level=KYCLevel.REGULAR, status=UserStatus.ACTIVE)

    report = missing(regular, MangoPay.targets["payouts"])

    assert names(report) == {"recipient"}
    assert [finding.name for finding in report.undecided] == ["no_block"]


def test_what_a_record_hides_is_left_to_the_provider() -> None:
    target = MangoPay.targets["become_owner"]
    hidden = record(ONA, absent={"identity.birthdate": Absence.HIDDEN})

    undecided = {finding.name for finding in missing(hidden, target).undecided}

    assert "identity.birthdate" in undecided


def test_paysera_wants_one_contact_and_registers_no_company() -> None:
    target = Paysera.targets["register"]

    assert names(missing(User(), target)) == {"email or phone"}
    assert missing(User(phone="+37061234567"), target).ready
    assert names(missing(User(company=Company(), email="a@example.com"), target)) == {"company"}


def test_paysera_judges_a_password_and_a_level_has_its_steps() -> None:
    user = User(email="ona@example.com", credentials=Password(password=Secret("hunter2hunter2")))

    registering = missing(user, Paysera.targets["register"])
    identified = missing(user, Paysera.targets["fully_identified"])

    assert [finding.name for finding in registering.undecided] == ["credentials"]
    assert names(identified) == {"confirmation", "documents.identity"}
    full = UserRecord(
        provider="paysera",
        gateway="lt",
        id="1",
        user=user,
        confirmed={"email": True},
        identification_level=IdentificationLevel.FULLY_IDENTIFIED,
    )
    assert missing(full, Paysera.targets["fully_identified"]).status is RequirementStatus.MET


def test_no_report_shows_a_value() -> None:
    report = missing(OWNER, MangoPay.targets["payouts"])

    assert "Šimkutė" not in repr(report)
    assert "ona@" not in repr(report)


def test_an_unknown_target_names_those_there_are() -> None:
    adapter = Paysera(client_id="c", mac_key=Secret("k"), name="lt")

    with pytest.raises(InvalidInput, match="register, confirmed") as caught:
        adapter.missing(ONA, "registration")

    assert caught.value.paths == ("target",)


def test_several_gateways_are_asked_at_once_by_their_names() -> None:
    table = {
        "fr": {"provider": "mangopay", "client_id": "acme", "api_key": Secret("k")},
        "old": {
            "provider": "mangopay", "client_id": "acme", "api_key": Secret("k"), "api": "legacy",
        },
        "lt": {"provider": "paysera", "client_id": "acme", "mac_key": Secret("k")},
    }  # fmt: skip

    with Gateways.from_config({"gateways": table}) as gateways:
        report = gateways["old"].missing(ONA, "create_owner")
        found = gateways.questionnaire(ONA, ["fr/create_owner", "lt/register"])

    assert report.target.natural is not MangoPay.targets["create_owner"].natural
    assert {question.path for question in found} == {
        "identity.birthdate",
        "identity.nationality",
        "identity.country_of_residence",
        "terms.accepted",
    }
