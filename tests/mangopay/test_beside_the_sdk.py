"""MangoPay's own Python SDK and the adapter on one simulator: each sees what the other did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

import pytest
from attrs import frozen
from onboarding import (
    Address,
    Company,
    DocumentPurpose,
    DocumentStatus,
    Gateway,
    Identity,
    KYCLevel,
    LegalPersonType,
    Person,
    PersonRole,
    Secret,
    Terms,
    User,
    UserCategory,
    UserStatus,
)
from onboarding.banking import IbanAccount, Money
from onboarding.simulation import serve

from onboarding_mangopay import Api, MangoPay
from onboarding_simulators.mangopay import MangoPaySimulator

from .noted import Noted
from .people import COMPANY, HOME, OWNER, PAYER, paper
from .python_sdk import Sdk

pytestmark = pytest.mark.filterwarnings("ignore:.*utcfromtimestamp:DeprecationWarning")

IBAN = "FR7630004000031234567890143"  # docs: the sandbox's own
NOT_YET = {"user_category": "PAYER", "terms_and_conditions_accepted": False}

# what `Sdk.natural` and `Sdk.legal` register, in the core
THEIR_HOME = HOME
THEIR_PERSON = User(
    identity=Identity(
        given_name="Alex",
        family_name="Smith",
        birthdate=date(1990, 9, 1),
        nationality="FR",
        country_of_residence="FR",
    ),
    address=THEIR_HOME,
    email="alex.smith@example.com",
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
)
THEIR_COMPANY = User(
    company=Company(
        legal_name="ACME",
        legal_person_type=LegalPersonType.BUSINESS,
        registration_number="123456789",
        headquarters=THEIR_HOME,
    ),
    people=(
        Person(
            ref="representative",
            roles=(PersonRole.REPRESENTATIVE,),
            identity=Identity(
                given_name="Gunner",
                family_name="Beier",
                birthdate=date(1980, 1, 2),
                nationality="FR",
                country_of_residence="FR",
            ),
            email="gunner@example.com",
            address=THEIR_HOME,
        ),
    ),
    email="acme@example.com",
    category=UserCategory.OWNER,
    terms=Terms(accepted=True),
)


@frozen
class Beside:
    """The SDK, with two gateways to the same platform: one by the SCA endpoints, one by the old."""

    sdk: Sdk
    sca: Gateway[MangoPay]
    legacy: Gateway[MangoPay]

    def known_to_sdk(self, user_id: str) -> Any:
        return self.sdk.r.User.get_sca(user_id)

    def owned_by(self, user_id: str) -> Any:
        """The user as the SDK can list what it has."""
        return self.sdk.r.User.get(user_id)


@pytest.fixture(scope="module")
def beside() -> Iterator[Beside]:
    simulator = MangoPaySimulator(client_id="acme", api_key="key")
    with serve(simulator) as base_url:
        made = partial(MangoPay, client_id="acme", api_key=Secret("key"), base_url=base_url)
        new, old = made(name="sca"), made(name="legacy", api=Api.LEGACY)
        with Noted(new) as sca, Noted(old) as legacy:
            yield Beside(Sdk(base_url, simulator), sca, legacy)


# --- each reads the other's ---------------------------------------------------------------------


def without_date_of_terms(user: User) -> User:
    """The user but for the moment of the terms, which MangoPay sets."""
    return user.replace({"terms.accepted_at": None})


def test_the_adapter_reads_a_person_that_the_sdk_registered(beside: Beside) -> None:
    theirs = beside.sdk.natural()

    seen = beside.sca.fetch_user(theirs.id)

    assert without_date_of_terms(seen.user) == THEIR_PERSON
    assert (seen.status, seen.kyc_level) == (UserStatus.PENDING, KYCLevel.LIGHT)


def test_the_adapter_reads_a_company_that_the_sdk_registered(beside: Beside) -> None:
    theirs = beside.sdk.legal()

    seen = beside.sca.fetch_user(theirs.id)

    assert without_date_of_terms(seen.user) == THEIR_COMPANY


def test_the_sdk_reads_a_person_that_the_adapter_registered(beside: Beside) -> None:
    ours = beside.sca.create_user(THEIR_PERSON.replace(tag="ours"))

    seen = beside.known_to_sdk(ours.id)

    assert type(seen) is beside.sdk.r.NaturalUserSca
    assert (seen.first_name, seen.last_name, seen.birthday) == ("Alex", "Smith", date(1990, 9, 1))
    assert (seen.nationality, seen.country_of_residence) == ("FR", "FR")
    assert (seen.address.address_line_1, seen.address.city) == ("3 rue de la Cité", "Paris")
    assert (seen.email, seen.tag) == ("alex.smith@example.com", "ours")
    assert (seen.user_category, seen.kyc_level, seen.user_status) == (
        "OWNER",
        "LIGHT",
        "PENDING_USER_ACTION",
    )


def test_the_sdk_reads_a_company_that_the_adapter_registered(beside: Beside) -> None:
    ours = beside.sca.create_user(THEIR_COMPANY)

    seen = beside.known_to_sdk(ours.id)

    assert type(seen) is beside.sdk.r.LegalUserSca
    assert (seen.name, seen.legal_person_type, seen.company_number) == (
        "ACME",
        "BUSINESS",
        "123456789",
    )
    assert (seen.legal_representative.first_name, seen.legal_representative.email) == (
        "Gunner",
        "gunner@example.com",
    )
    assert seen.headquarters_address.city == "Paris"


@pytest.mark.parametrize("user", [THEIR_PERSON, THEIR_COMPANY], ids=["a person", "a company"])
def test_both_register_the_same_user_with_the_same_words(beside: Beside, user: User) -> None:
    theirs = beside.sdk.natural() if user.company is None else beside.sdk.legal()
    own = {"Id", "CreationDate", "TermsAndConditionsAcceptedDate"}

    ours = beside.sca.create_user(user)

    one, other = (dict(beside.sca.fetch_user(id).raw) for id in (theirs.id, ours.id))
    assert {name for name in one if one[name] != other[name]} <= own
    assert one.keys() == other.keys()


def test_both_list_the_same_users(beside: Beside) -> None:
    made = [beside.sdk.natural().id, beside.sca.create_user(PAYER).id]

    ours = [record.id for record in beside.sca.users()]

    theirs = [user.id for user in beside.sdk.r.User.all(page=1, per_page=100).data]
    assert ours == theirs
    assert set(made) <= set(ours)


# --- each changes the other's -------------------------------------------------------------------


def test_each_updates_the_others_user_and_sees_what_changed(beside: Beside) -> None:
    theirs = beside.sdk.natural(tag="first", occupation="Baker")
    ours = beside.sca.create_user(THEIR_PERSON.replace(tag="first"))
    record = beside.sca.fetch_user(theirs.id)
    held = beside.known_to_sdk(ours.id)

    beside.sca.update_user(record, record.user.replace(tag="second"))
    held.tag = "second"
    held.save()

    seen = beside.known_to_sdk(theirs.id)
    again = beside.sca.fetch_user(ours.id)
    assert (seen.tag, seen.occupation, seen.first_name) == ("second", "Baker", "Alex")
    assert (again.user.tag, again.user.address) == ("second", THEIR_HOME)


def test_an_update_of_the_adapter_leaves_alone_what_the_sdk_changed_meanwhile(
    beside: Beside,
) -> None:
    theirs = beside.sdk.natural(tag="first")
    record = beside.sca.fetch_user(theirs.id)
    theirs.occupation = "Baker"
    theirs.save()

    changed = beside.sca.update_user(record, record.user.replace(tag="second"))

    assert (changed.user.occupation, changed.user.tag) == ("Baker", "second")


def test_each_categorises_the_others_payer(beside: Beside) -> None:
    theirs = beside.sdk.natural(**NOT_YET)
    ours = beside.sca.create_user(PAYER)
    record = beside.sca.fetch_user(theirs.id)
    facts = THEIR_PERSON.identity
    assert facts is not None

    owner = record.user.replace(
        {
            "category": UserCategory.OWNER,
            "terms.accepted": True,
            "identity.birthdate": facts.birthdate,
            "identity.nationality": "FR",
            "identity.country_of_residence": "FR",
        }
    )
    categorised = beside.sca.categorise_user(record, owner)
    beside.known_to_sdk(ours.id).categorize(
        id=ours.id,
        birthday=date(1990, 9, 1),
        nationality="FR",
        country_of_residence="FR",
        user_category="OWNER",
        terms_and_conditions_accepted=True,
    )

    assert len(categorised.next_actions) == 1
    assert beside.known_to_sdk(theirs.id).user_category == "OWNER"
    seen = beside.sca.fetch_user(ours.id)
    assert (seen.user.category, seen.status) == (UserCategory.OWNER, UserStatus.PENDING)


def test_each_takes_up_the_enrolment_that_the_other_began(beside: Beside) -> None:
    theirs = beside.sdk.natural()
    ours = beside.sca.create_user(OWNER)
    link = beside.sdk.r.User.enroll_sca(ours.id).pending_user_action.redirect_url

    action = beside.sca.run(beside.sca.adapter.enrol(theirs.id))
    assert action.url is not None
    beside.sdk.sim.finish_sca(action.url)
    beside.sdk.sim.finish_sca(link)

    status = beside.sca.run(beside.sca.adapter.sca_status(ours.id))
    assert (status.enrolled, beside.sca.fetch_user(ours.id).status) == (True, UserStatus.ACTIVE)
    assert beside.sdk.r.ScaStatus.get(theirs.id).is_enrolled is True


def test_each_hands_in_documents_for_the_others_user(beside: Beside) -> None:
    theirs = beside.sdk.natural()
    ours = beside.sca.create_user(OWNER)

    handed = beside.sca.submit_document(theirs.id, paper())
    other = beside.sdk.document(beside.known_to_sdk(ours.id), "IDENTITY_PROOF")
    beside.sdk.sim.accept_document(handed.id)
    beside.sdk.sim.refuse_document(other.id, "DOCUMENT_UNREADABLE")

    assert beside.sdk.r.Document.get(handed.id).status == "VALIDATED"
    assert beside.known_to_sdk(theirs.id).kyc_level == "REGULAR"
    (seen,) = beside.sca.documents(ours.id)
    assert (seen.id, seen.purpose) == (other.id, DocumentPurpose.IDENTITY)
    assert seen.status is DocumentStatus.REFUSED
    assert seen.refusal is not None
    assert seen.refusal.provider_code == "DOCUMENT_UNREADABLE"
    assert beside.sca.fetch_user(theirs.id).kyc_level is KYCLevel.REGULAR


def test_a_company_whose_owners_the_adapter_declared_is_listed_by_the_sdk(
    beside: Beside,
) -> None:
    ours = beside.sca.create_user(COMPANY)

    declared = beside.sca.declare_owners(ours.id, COMPANY.people)

    seen = beside.sdk.r.UboDeclaration.get(declared.id, user_id=ours.id)
    assert (seen.status, len(seen.ubos)) == ("VALIDATION_ASKED", 1)


@pytest.mark.parametrize("kind", ["natural", "legal"])
def test_each_closes_the_others_user(beside: Beside, kind: str) -> None:
    theirs = beside.sdk.natural() if kind == "natural" else beside.sdk.legal()
    ours = beside.sca.create_user(THEIR_PERSON if kind == "natural" else THEIR_COMPANY)
    classes = {"natural": beside.sdk.r.NaturalUserSca, "legal": beside.sdk.r.LegalUserSca}

    beside.sca.close_user(beside.sca.fetch_user(theirs.id))
    classes[kind].close(ours.id)

    assert beside.known_to_sdk(theirs.id).user_status == "CLOSED"
    assert beside.sca.fetch_user(ours.id).status is UserStatus.CLOSED


# --- what users have ----------------------------------------------------------------------------


def test_each_lists_and_deactivates_the_others_bank_accounts(beside: Beside) -> None:
    theirs = beside.sdk.natural()
    registered = beside.sdk.r.BankAccount(
        owner_name="Alex Smith",
        user_id=theirs.id,
        type="IBAN",
        owner_address=beside.sdk.address(),
        iban=IBAN,
        bic="BNPAFRPP",
    )
    registered.save()
    account = IbanAccount(
        owner_name="Alex Smith",
        owner_address=Address(
            line1="3 rue de la Cité", city="Paris", postal_code="75004", country="FR"
        ),
        iban=IBAN,
        bic="BNPAFRPP",
    )
    ours = beside.sca.add_bank_account(theirs.id, account)

    first, second = beside.sca.bank_accounts(theirs.id)
    closed = beside.sca.deactivate_bank_account(first)
    beside.sdk.r.BankAccount.get(ours.id, user_id=theirs.id).deactivate()

    assert first.account == second.account == account
    assert (first.id, closed.active) == (registered.id, False)
    seen = beside.owned_by(theirs.id).bankaccounts.all()
    assert [(each.id, each.active) for each in seen] == [(first.id, False), (ours.id, False)]


def test_both_see_the_same_money(beside: Beside) -> None:
    theirs = beside.sdk.natural()
    beside.sdk.sim.activate(theirs.id)
    wallet_id = beside.sdk.sim.add_wallet(theirs.id)
    beside.sdk.sim.add_transaction(theirs.id, amount=1250, wallet_id=wallet_id)
    beside.sdk.sim.add_card(theirs.id)
    user = beside.owned_by(theirs.id)

    (wallet,) = beside.sca.wallets(theirs.id)
    (transaction,) = beside.sca.run(beside.sca.adapter.list_transactions(theirs.id)).items
    (card,) = beside.sca.run(beside.sca.adapter.list_cards(theirs.id)).items
    emoney = beside.sca.run(beside.sca.adapter.emoney(theirs.id))

    (their_wallet,) = user.wallets
    (their_card,) = user.cards.all()
    (their_transaction,) = user.transactions.all()
    (their_emoney,) = user.get_emoney().data
    euros = Money(amount=1250, currency="EUR")
    assert wallet.balance == transaction.credited == emoney.credited == euros
    assert (wallet.id, their_wallet.balance.amount) == (their_wallet.id, 1250)
    assert (card.id, card.expires) == (their_card.id, their_card.expiration_date)
    assert transaction.id == their_transaction.id
    assert their_emoney.credited_emoney.amount == 1250


# --- the legacy endpoints side by side with those with SCA ---------------------------------------


PLAIN = {
    "an owner": OWNER,
    "a payer": PAYER,
    "a company": THEIR_COMPANY,
    "a company that pays": THEIR_COMPANY.replace(
        {"category": UserCategory.PAYER, "terms.accepted": False}
    ),
}


@pytest.mark.parametrize("maker", ["sca", "legacy"])
@pytest.mark.parametrize("name", PLAIN)
def test_a_user_looks_the_same_by_either_api_whichever_registered_it(
    beside: Beside, name: str, maker: str
) -> None:
    made = getattr(beside, maker).create_user(PLAIN[name].replace(tag="twice seen"))
    if made.status is UserStatus.PENDING:
        beside.sdk.sim.activate(made.id)

    new, old = beside.sca.fetch_user(made.id), beside.legacy.fetch_user(made.id)

    assert new.user == old.user
    assert (new.kyc_level, new.status, new.created_at) == (
        old.kyc_level,
        old.status,
        old.created_at,
    )
    assert old.absent.items() <= new.absent.items()  # the old endpoints know fewer fields
    assert (new.gateway, old.gateway) == ("sca", "legacy")


def test_that_an_owner_must_still_enrol_is_told_by_the_endpoints_with_sca(beside: Beside) -> None:
    made = beside.sca.create_user(OWNER)

    new, old = beside.sca.fetch_user(made.id), beside.legacy.fetch_user(made.id)

    assert (made.status, new.status) == (UserStatus.PENDING, UserStatus.PENDING)
    assert new.user == old.user


@pytest.mark.parametrize("name", PLAIN)
def test_what_one_api_changed_is_what_the_other_shows(beside: Beside, name: str) -> None:
    record = beside.sca.create_user(PLAIN[name])

    beside.sca.update_user(record, record.user.replace(tag="by sca"))
    seen = beside.legacy.fetch_user(record.id)
    beside.legacy.update_user(seen, seen.user.replace(tag="by legacy"))

    assert seen.user.tag == "by sca"
    assert beside.sca.fetch_user(record.id).user.tag == "by legacy"


def test_a_payer_is_categorised_by_either_api(beside: Beside) -> None:
    facts = {
        "category": UserCategory.OWNER,
        "terms.accepted": True,
        "identity.birthdate": date(1990, 9, 1),
        "identity.nationality": "FR",
        "identity.country_of_residence": "FR",
    }
    first, second = (beside.sca.create_user(PAYER) for _ in range(2))

    beside.sca.categorise_user(first, first.user.replace(facts))
    seen = beside.legacy.fetch_user(second.id)
    beside.legacy.categorise_user(seen, seen.user.replace(facts))

    users = [
        without_date_of_terms(gateway.fetch_user(record.id).user)
        for gateway in (beside.sca, beside.legacy)
        for record in (first, second)
    ]
    assert users == [users[0]] * 4
    assert users[0].category is UserCategory.OWNER


def test_a_record_of_one_gateway_is_not_changed_through_the_other(beside: Beside) -> None:
    record = beside.sca.create_user(PAYER)

    with pytest.raises(ValueError, match="not of legacy"):
        beside.legacy.update_user(record, record.user.replace(tag="x"))
