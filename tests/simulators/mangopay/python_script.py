"""A script that calls every user-related method of MangoPay's Python SDK, each by its name."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import date
from typing import Any

from attrs import define, field
from tests.mangopay.python_sdk import PNG, Sdk


@define
class Script:
    """Calls the SDK by name and keeps what came over the wire."""

    sdk: Sdk
    seen: list[tuple[str, str]] = field(factory=list[tuple[str, str]])
    answers: dict[str, tuple[int, bytes]] = field(factory=dict[str, tuple[int, bytes]])
    last: tuple[int, bytes] = (0, b"")

    def call(self, name: str, *args: Any, **keywords: Any) -> Any:
        resource, method = name.split()[0].split(".")
        answer = getattr(getattr(self.sdk.r, resource), method)(*args, **keywords)
        self.keep(name)
        return answer

    def list_of(self, user: Any, relation: str) -> None:
        related = getattr(user, relation)
        assert related if isinstance(related, list) else related.all()
        self.keep(f"User {relation}")

    def keep(self, name: str) -> None:
        self.answers[name] = self.last

    def heard(self, response: Any, *_: object, **__: object) -> None:
        path = re.sub(r"^https?://[^/]+/v2\.01/(acme/)?", "", response.url)
        self.seen.append((response.request.method, "/" + path.partition("?")[0]))
        self.last = (response.status_code, response.content)

    def run(self) -> None:
        self.sdk.handler._session.hooks["response"].append(self.heard)
        users = self.users()
        self.accounts(users["natural"])
        self.verification(users["natural"], users["legal"])
        self.platform()
        for kind, user in users["closing"].items():
            self.call(f"{kind}.close", user.id)

    def users(self) -> dict[str, Any]:
        sdk = self.sdk
        rep = {"nationality": "FR", "country_of_residence": "FR"}
        terms = {"user_category": "OWNER", "terms_and_conditions_accepted": True}
        natural = sdk.natural(email="alex.accept@example.com")
        self.keep("NaturalUserSca.save")
        legal = sdk.legal()
        self.keep("LegalUserSca.save")
        payer = {"user_category": "PAYER", "terms_and_conditions_accepted": False}
        buying, buyer = sdk.natural(**payer), sdk.legal(**payer)
        closing = {"NaturalUserSca": buying, "LegalUserSca": buyer}
        for kind, whole in (("NaturalUser", natural), ("LegalUser", legal)):
            user = self.legacy(kind, whole)
            self.call(f"{kind}.save", user)
            user.tag = "second"
            self.call(f"{kind}.save again", user)
            self.call(f"{kind}.get", user.id)
            closing[kind] = user
            whole.tag = "second"
            self.call(f"{kind}Sca.save again", whole)
            self.call(f"{kind}Sca.get", whole.id)
        self.call(
            "NaturalUserSca.categorize",
            buying,
            id=buying.id,
            birthday=date(1990, 9, 1),
            **rep,
            **terms,
        )
        who = sdk.utils.LegalRepresentative(email="gunner@example.com", birthday=315619200, **rep)
        self.call(
            "LegalUserSca.categorize",
            buyer,
            id=buyer.id,
            legal_representative=who,
            headquarters_address=sdk.address(),
            company_number="123456789",
            **terms,
        )
        self.call("User.get", natural.id)
        self.call("User.get_sca", natural.id)
        self.call("User.all", page=1, per_page=2)
        self.call("User.enroll_sca", buying.id)
        self.call("User.manage_consent", natural.id)
        self.call("ScaStatus.get", buying.id)
        return {"natural": natural, "legal": legal, "closing": closing}

    def legacy(self, kind: str, user: Any) -> Any:
        """Gives a user of the deprecated class with the same facts, not yet registered."""
        sdk = self.sdk
        common = {
            "email": user.email,
            "terms_and_conditions_accepted": True,
            "user_category": "OWNER",
        }
        facts = {"birthday": date(1970, 1, 1), "nationality": "FR", "country_of_residence": "FR"}
        if kind == "NaturalUser":
            return sdk.r.NaturalUser(
                first_name="Vic", last_name="Toire", address=sdk.address(), **facts, **common
            )
        named = {f"legal_representative_{name}": value for name, value in facts.items()}
        return sdk.r.LegalUser(
            name="ACME",
            legal_person_type="BUSINESS",
            company_number="123456789",
            headquarters_address=sdk.address(),
            legal_representative_address=sdk.address(),
            legal_representative_first_name="Gunner",
            legal_representative_last_name="Beier",
            legal_representative_email="gunner@example.com",
            **named,
            **common,
        )

    def accounts(self, user: Any) -> None:
        sdk = self.sdk
        details = {"iban": "FR7630004000031234567890143", "bic": "BNPAFRPP"}
        account = sdk.r.BankAccount(
            user=user, owner_name="Alex", owner_address=sdk.address(), type="IBAN", **details
        )
        self.call("BankAccount.save", account)
        self.call("BankAccount.get", account.id, user_id=user.id)
        self.call("BankAccount.get_transactions", account)
        self.call("BankAccount.deactivate", account)
        wallet = sdk.r.Wallet(owners=[user], description="Savings", currency="EUR")
        self.call("Wallet.save", wallet)
        self.call("Wallet.get", wallet.id)
        self.call("Wallet.get_all_for_user", user.id)
        sdk.sim.add_transaction(user.id, amount=1250, wallet_id=wallet.id)
        self.call("Card.get", sdk.sim.add_card(user.id))
        self.document(user)
        known = sdk.owned_by(user)
        for relation in ("wallets", "transactions", "cards", "bankaccounts", "documents"):
            self.list_of(known, relation)
        self.call("User.get_emoney", known)
        self.call("User.get_emoney year", known, year=2026)
        self.call("User.get_emoney month", known, year=2026, month=1)
        self.call("User.get_pre_authorizations", known)
        self.call("User.get_block_status", known)
        self.call("User.get_regulatory", known)
        self.recipient(user)

    def document(self, user: Any) -> None:
        r = self.sdk.r
        document = r.Document(type="IDENTITY_PROOF", user=user)
        self.call("Document.save", document)
        page = r.Page(document=document, user=user, file=b64encode(PNG).decode())
        self.call("Page.save", page)
        document.status = "VALIDATION_ASKED"
        self.call("Document.save again", document)
        self.call("Document.get", document.id)
        self.call("Document.all", per_page=1)
        self.call("KYC.all", per_page=1)
        self.call("DocumentConsult.get_kyc_document_consult", document.id)
        self.sdk.sim.accept_document(document.id)  # what the regulatory status tells of

    def recipient(self, user: Any) -> None:
        home = {"AddressLine1": "3 rue", "City": "Paris", "PostalCode": "75004", "Country": "FR"}
        recipient = self.sdk.r.Recipient(
            display_name="My account",
            payout_method_type="LocalBankTransfer",
            recipient_type="Individual",
            currency="EUR",
            country="FR",
            individual_recipient={"FirstName": "Alex", "LastName": "Smith", "Address": home},
            local_bank_transfer={"EUR": {"IBAN": "FR7630004000031234567890143"}},
        )
        self.call("Recipient.validate", recipient, user.id)
        made = self.call("Recipient.create", recipient, user.id)
        self.call("Recipient.get", made["id"])
        self.call("Recipient.get_user_recipients", user.id)
        self.call("Recipient.deactivate", made["id"], status="DEACTIVATED")
        self.call("RecipientSchema.get", "LocalBankTransfer", "Individual", "EUR", "FR")
        self.call("PayoutMethod.get", "FR", "EUR")

    def verification(self, user: Any, company: Any) -> None:
        sdk, r = self.sdk, self.sdk.r
        made = self.call(
            "UboDeclaration.create", r.UboDeclaration(user=company), user_id=company.id
        )
        owner = r.Ubo(
            user=company,
            ubo_declaration=r.UboDeclaration(id=made["id"]),
            first_name="Alex",
            last_name="Smith",
            address=sdk.address(),
            nationality="FR",
            birthday=date(1970, 1, 1),
            birthplace=sdk.utils.Birthplace(city="Paris", country="FR"),
        )
        self.call("Ubo.save", owner)
        owner.last_name = "Smythe"
        self.call("Ubo.save again", owner)
        above = {"user_id": company.id, "ubo_declaration_id": made["id"]}
        self.call("Ubo.get", owner.id, **above)
        self.call("UboDeclaration.get", made["id"], user_id=company.id)
        self.call("UboDeclaration.all", user_id=company.id)
        asked = {"user_id": company.id, "status": "VALIDATION_ASKED"}
        r.UboDeclaration.update(made["id"], **asked).execute()
        self.keep("UboDeclaration.update")
        session = r.IdentityVerification(return_url="https://example.com")
        begun = self.call("IdentityVerification.create", session, company.id)
        sdk.sim.complete_verification(begun["id"], invited=[{"FirstName": "Gunner"}])
        seen = self.call("IdentityVerification.get", begun["id"])
        self.call("IdentityVerification.get_all", company.id)
        self.call("Psc.retry", begun["id"], seen.pscs[0]["Id"], email="gunner@example.com")
        number = sdk.utils.CompanyNumberValidation("123456789", "FR")
        check = r.UserDataFormatValidation(company_number=number)
        self.call("UserDataFormatValidation.save", check)
        self.call("CountryAuthorization.get_country_authorizations", "FR")
        self.call("CountryAuthorization.get_all_countries_authorizations")

    def platform(self) -> None:
        r = self.sdk.r
        hook = r.Notification(event_type="USER_KYC_REGULAR", url="http://127.0.0.1:9/hook")
        self.call("Notification.save", hook)
        hook.status = "DISABLED"
        self.call("Notification.save again", hook)
        self.call("Notification.get", hook.id)
        self.call("Notification.all")
        self.call("Event.all", per_page=1)
        key = "0123456789abcdef"
        r.NaturalUserSca(
            first_name="Alex",
            last_name="Smith",
            email="alex@example.com",
            terms_and_conditions_accepted=False,
            user_category="PAYER",
        ).save(idempotency_key=key)
        self.call("IdempotencyResponse.get", key)
