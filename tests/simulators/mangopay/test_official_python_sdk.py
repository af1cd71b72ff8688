"""MangoPay's own Python SDK against the simulator: unmodified, but for the address it calls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from onboarding.simulation import serve
from tests.mangopay.python_sdk import PNG, Sdk

from onboarding_simulators.mangopay import MangoPaySimulator

pytestmark = pytest.mark.filterwarnings("ignore:.*utcfromtimestamp:DeprecationWarning")


@pytest.fixture(scope="module")
def sdk() -> Iterator[Sdk]:
    simulator = MangoPaySimulator(client_id="acme", api_key="key")
    with serve(simulator) as base_url:
        yield Sdk(base_url, simulator)


def test_a_natural_user_is_created_read_updated_and_closed(sdk: Sdk) -> None:
    user = sdk.natural(tag="first")
    sdk.sim.activate(user.id)

    user.tag, user.occupation = "second", "Baker"
    user.save()
    seen = sdk.r.User.get_sca(user.id)
    typed = sdk.r.NaturalUserSca.get(user.id)
    sdk.r.NaturalUserSca.close(user.id)

    assert user.pending_user_action is None
    assert (seen.tag, seen.occupation, seen.birthday) == ("second", "Baker", date(1990, 9, 1))
    assert (seen.user_status, typed.address.city) == ("ACTIVE", "Paris")
    assert sdk.r.User.get_sca(user.id).user_status == "CLOSED"


def test_a_new_owner_has_a_redirect_and_an_sca_status(sdk: Sdk) -> None:
    user = sdk.natural()

    before = sdk.r.ScaStatus.get(user.id)
    again = sdk.r.User.enroll_sca(user.id)
    sdk.sim.finish_sca(again.pending_user_action.redirect_url)
    after = sdk.r.ScaStatus.get(user.id)

    assert user.pending_user_action.redirect_url.startswith("http://127.0.0.1:")
    assert (before.user_status, before.is_enrolled) == ("PENDING_USER_ACTION", False)
    assert (after.user_status, after.is_enrolled) == ("ACTIVE", True)
    assert after.consent_scope.transfer == "INACTIVE"


def test_a_payer_of_either_kind_becomes_an_owner(sdk: Sdk) -> None:
    facts = {"nationality": "FR", "country_of_residence": "FR"}
    terms = {"user_category": "OWNER", "terms_and_conditions_accepted": True}
    payer = {"user_category": "PAYER", "terms_and_conditions_accepted": False}
    natural, legal = sdk.natural(**payer), sdk.legal(**payer)
    representative = sdk.utils.LegalRepresentative(
        email="gunner@example.com", birthday=315619200, **facts
    )

    first = natural.categorize(id=natural.id, birthday=date(1990, 9, 1), **facts, **terms)
    second = legal.categorize(
        id=legal.id,
        legal_representative=representative,
        headquarters_address=sdk.address(),
        company_number="123456789",
        **terms,
    )

    assert (natural.user_category, natural.birthday) == ("PAYER", None)
    assert (first["user_category"], first["user_status"]) == ("OWNER", "PENDING_USER_ACTION")
    assert (second["user_category"], second["user_status"]) == ("OWNER", "PENDING_USER_ACTION")


def test_a_legal_user_is_created_read_updated_and_closed(sdk: Sdk) -> None:
    user = sdk.legal()

    user.name = "ACME Bakery"
    user.save()
    seen = sdk.r.LegalUserSca.get(user.id)
    sdk.r.LegalUserSca.close(user.id)

    assert (seen.name, seen.legal_representative.first_name) == ("ACME Bakery", "Gunner")
    assert sdk.r.User.get(user.id).user_status == "CLOSED"


def test_legacy_users_are_still_made_and_read(sdk: Sdk) -> None:
    user = sdk.r.NaturalUser(
        first_name="Vic",
        last_name="Toire",
        birthday=date(1970, 1, 1),
        nationality="FR",
        country_of_residence="FR",
        email="vic@example.com",
        terms_and_conditions_accepted=True,
        user_category="OWNER",
    )
    user.save()

    seen = sdk.r.User.get(user.id)

    assert type(seen) is sdk.r.NaturalUser
    assert (seen.birthday, seen.kyc_level) == (date(1970, 1, 1), "LIGHT")


def test_users_are_listed_page_by_page(sdk: Sdk) -> None:
    made = [sdk.natural(tag=str(number)).id for number in range(3)]

    page = sdk.r.User.all(page=1, per_page=2, sort="CreationDate:DESC")

    assert [user.id for user in page.data] == made[:0:-1]
    assert int(page.total_items) >= 3
    assert int(page.total_pages) == -(-int(page.total_items) // 2)


def test_an_unknown_user_does_not_exist(sdk: Sdk) -> None:
    with pytest.raises(sdk.r.User.DoesNotExist):
        sdk.r.User.get("user_m_none")


def test_a_proof_of_identity_makes_a_user_regular(sdk: Sdk) -> None:
    user = sdk.natural()

    document = sdk.document(user, "IDENTITY_PROOF")
    asked = sdk.r.Document.get(document.id)
    sdk.sim.accept_document(document.id)
    seen = sdk.r.User.get_sca(user.id)

    assert asked.status == "VALIDATION_ASKED"
    assert sdk.r.Document.get(document.id).status == "VALIDATED"
    assert (seen.kyc_level, seen.proof_of_identity) == ("REGULAR", document.id)


def test_a_refused_document_says_why(sdk: Sdk) -> None:
    user = sdk.natural()
    document = sdk.document(user, "IDENTITY_PROOF", tag="refuse_unreadable")

    (seen,) = sdk.owned_by(user).documents.all()
    everywhere = sdk.r.Document.all(per_page=100).data

    assert (seen.status, seen.refused_reason_type) == ("REFUSED", "DOCUMENT_UNREADABLE")
    assert document.id in [each.id for each in everywhere]


def test_the_pages_of_a_document_are_consulted(sdk: Sdk) -> None:
    document = sdk.document(sdk.natural(), "IDENTITY_PROOF")

    (link,) = sdk.r.DocumentConsult.get_kyc_document_consult(document.id)

    assert sdk.handler._session.get(link["url"], timeout=5).content == PNG


def test_a_company_declares_its_owners(sdk: Sdk) -> None:
    user = sdk.legal()
    declaration = sdk.r.UboDeclaration(user=user)
    opened = declaration.create(user_id=user.id)

    ubo = sdk.r.Ubo(
        user=user,
        ubo_declaration=sdk.r.UboDeclaration(id=opened["id"]),
        first_name="AcceptUBO",
        last_name="Smith",
        address=sdk.address(),
        nationality="FR",
        birthday=date(1970, 1, 1),
        birthplace=sdk.utils.Birthplace(city="Paris", country="FR"),
    )
    ubo.save()
    sdk.r.UboDeclaration.update(opened["id"], user_id=user.id, status="VALIDATION_ASKED").execute()
    seen = sdk.r.UboDeclaration.get(opened["id"], user_id=user.id)

    assert (opened["status"], seen.status) == ("CREATED", "VALIDATED")
    assert [each["Id"] for each in seen.ubos] == [ubo.id]


@pytest.mark.parametrize(
    ("type", "details"),
    [
        ("IBAN", {"iban": "FR7630004000031234567890143", "bic": "BNPAFRPP"}),
        ("GB", {"sort_code": "200000", "account_number": "55779911"}),
        ("US", {"account_number": "11696419", "aba": "071000288"}),
        (
            "CA",
            {
                "bank_name": "TheBank",
                "institution_number": "123",
                "branch_code": "12345",
                "account_number": "1234567",
            },
        ),
        ("OTHER", {"country": "JP", "bic": "BNPAFRPP", "account_number": "ABC12345"}),
    ],
)
def test_a_bank_account_is_added_listed_and_deactivated(
    sdk: Sdk, type: str, details: dict[str, str]
) -> None:
    user = sdk.natural()
    account = sdk.r.BankAccount(
        user=user, owner_name="Alex Smith", owner_address=sdk.address(), type=type, **details
    )
    account.save()

    (listed,) = sdk.owned_by(user).bankaccounts.all()
    account.deactivate()
    seen = sdk.r.BankAccount.get(account.id, user_id=user.id)

    assert (listed.id, listed.type, listed.active) == (account.id, type, True)
    assert {name: getattr(seen, name) for name in details} == details
    assert seen.active is False


def test_a_recipient_is_made_listed_and_deactivated(sdk: Sdk) -> None:
    user = sdk.natural()
    recipient = sdk.r.Recipient(
        display_name="My account",
        payout_method_type="LocalBankTransfer",
        recipient_type="Individual",
        currency="EUR",
        country="FR",
        individual_recipient={
            "FirstName": "Alex",
            "LastName": "Smith",
            "Address": {
                "AddressLine1": "3 rue de la Cité",
                "City": "Paris",
                "PostalCode": "75004",
                "Country": "FR",
            },
        },
        local_bank_transfer={"EUR": {"IBAN": "FR7630004000031234567890143"}},
    )

    recipient.validate(user.id)
    made = recipient.create(user.id)
    sdk.sim.finish_sca(made["pending_user_action"].redirect_url)
    seen = sdk.r.Recipient.get(made["id"])
    (listed,) = sdk.r.Recipient.get_user_recipients(user.id).data
    gone = sdk.r.Recipient.deactivate(made["id"], status="DEACTIVATED")

    assert (made["status"], seen.status, gone["status"]) == ("PENDING", "ACTIVE", "DEACTIVATED")
    assert listed.id == made["id"]


def test_the_schema_of_a_recipient_is_shown(sdk: Sdk) -> None:
    schema = sdk.r.RecipientSchema.get("LocalBankTransfer", "Individual", "EUR", "FR")
    methods = sdk.r.PayoutMethod.get("FR", "EUR")

    assert (schema.display_name.required, schema.display_name.max_length) == (True, 50)
    assert schema.local_bank_transfer["EUR"]["IBAN"]["Required"] is True
    assert "LocalBankTransfer" in methods.available_payout_methods


def test_what_a_user_has_is_listed(sdk: Sdk) -> None:
    user = sdk.natural()
    sdk.sim.activate(user.id)
    wallet = sdk.r.Wallet(owners=[user], description="Savings", currency="EUR")
    wallet.save()
    sdk.sim.add_transaction(user.id, amount=1250, wallet_id=wallet.id)
    sdk.sim.add_transaction(user.id, type="PAYOUT", amount=50, wallet_id=wallet.id)
    card = sdk.sim.add_card(user.id)

    user = sdk.owned_by(user)
    (listed,) = user.wallets
    (money,) = user.get_emoney().data
    payouts = user.transactions.all(type="PAYOUT")

    assert (listed.id, str(listed.balance)) == (wallet.id, str(sdk.utils.Money(1200, "EUR")))
    assert (money.credited_emoney.amount, money.debited_emoney.amount) == (1250, 50)
    assert [each.type for each in payouts] == ["PAYOUT"]
    assert [each.id for each in user.cards.all()] == [card]
    assert user.get_pre_authorizations().data == []


def test_emoney_is_summed_by_year_and_month(sdk: Sdk) -> None:
    user = sdk.natural()
    sdk.sim.add_transaction(user.id, amount=1250)
    today = date.fromtimestamp(sdk.sim.clock())

    (month,) = user.get_emoney(year=today.year, month=today.month).data
    (earlier,) = user.get_emoney(year=today.year - 1).data

    assert (month.credited_emoney.amount, earlier.credited_emoney.amount) == (1250, 0)


def test_accounts_of_a_user_who_is_not_enrolled_ask_for_sca(sdk: Sdk) -> None:
    user = sdk.owned_by(sdk.natural())

    with pytest.raises(sdk.exceptions.APIError) as caught:
        _ = user.wallets

    header = caught.value.headers["WWW-Authenticate"]
    assert header.startswith("PendingUserAction RedirectUrl=http://127.")


def test_an_identity_is_verified_on_a_hosted_page(sdk: Sdk) -> None:
    user = sdk.natural()

    made = sdk.r.IdentityVerification(return_url="https://example.com").create(user.id)
    sdk.sim.complete_verification(made["id"], verified={"LastName": "Smythe"})
    seen = sdk.r.IdentityVerification.get(made["id"])
    (listed,) = sdk.r.IdentityVerification.get_all(user.id).data
    user = sdk.r.User.get_sca(user.id)

    assert (made["status"], seen.status, listed.id) == ("PENDING", "VALIDATED", made["id"])
    assert seen.checks[0]["Type"] == "IDENTITY_DOCUMENT_VERIFICATION"
    assert (user.kyc_level, user.last_name) == ("REGULAR", "Smythe")


def test_blocks_are_shown(sdk: Sdk) -> None:
    user = sdk.natural()
    sdk.sim.block(user.id, inflows=False, code="008701")

    for shown in (user.get_regulatory(), user.get_block_status()):
        assert (shown.action_code, shown.scope_blocked.outflows) == ("008701", True)
        assert shown.scope_blocked.inflows is False


def test_a_company_number_is_checked(sdk: Sdk) -> None:
    check = sdk.r.UserDataFormatValidation(
        company_number=sdk.utils.CompanyNumberValidation("123456789", "FR")
    )

    check.save()

    assert check.company_number.is_valid is True


def test_countries_say_what_is_blocked(sdk: Sdk) -> None:
    france = sdk.r.CountryAuthorization.get_country_authorizations("FR")
    everywhere = sdk.r.CountryAuthorization.get_all_countries_authorizations().data

    assert (france.country_name, france.authorization.block_payout) == ("France", False)
    assert len(everywhere) > 200


def test_a_hook_is_registered_viewed_listed_and_changed(sdk: Sdk) -> None:
    hook = sdk.r.Notification(event_type="USER_KYC_REGULAR", url="http://127.0.0.1:9/hook")
    hook.save()

    hook.status = "DISABLED"
    hook.save()
    seen = sdk.r.Notification.get(hook.id)

    assert (seen.status, seen.validity) == ("DISABLED", "VALID")
    assert hook.id in [each.id for each in sdk.r.Notification.all().data]


def test_events_are_listed(sdk: Sdk) -> None:
    user = sdk.natural()

    events = sdk.r.Event.all(EventType="USER_ACCOUNT_VALIDATION_ASKED", per_page=100)

    assert user.id in [event.resource_id for event in events.data]


def test_the_first_answer_of_an_idempotency_key_is_found_again(sdk: Sdk) -> None:
    key = str(uuid4())
    user = sdk.r.NaturalUserSca(
        first_name="Alex",
        last_name="Smith",
        email="alex@example.com",
        terms_and_conditions_accepted=False,
        user_category="PAYER",
    )
    user.save(idempotency_key=key)

    found = sdk.r.IdempotencyResponse.get(key)

    assert (found.status, found.get_resource(sdk.r.NaturalUserSca).id) == ("200", user.id)
    with pytest.raises(sdk.exceptions.APIError) as caught:
        sdk.r.NaturalUserSca(**{**user._data, "id": None}).save(idempotency_key=key)
    assert caught.value.code == 409


def test_the_rate_limits_are_read_from_the_headers(sdk: Sdk) -> None:
    sdk.r.User.all()

    limits = sdk.handler.get_rate_limits()

    assert [limit.interval_minutes for limit in limits] == [15, 30, 60, 1440]
    assert all(limit.calls_made > 0 for limit in limits)
