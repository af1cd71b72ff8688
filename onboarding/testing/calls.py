"""Sample calls of every operation, with arguments made by the kit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import evolve, field, frozen

from onboarding.adapter import Adapter
from onboarding.banking import BankAccountRecord, IbanAccount
from onboarding.http import Flow
from onboarding.model.action import NextAction, NextActionKind
from onboarding.model.answers import Partial
from onboarding.model.documents import Document, DocumentKind, DocumentPage, DocumentPurpose
from onboarding.model.notification import Notification
from onboarding.model.people import Address, Birthplace, Identity, Person, PersonRole
from onboarding.model.user import User
from onboarding.operations import Criterion, call_of
from onboarding.testing.subject import Subject

__all__ = ["Call", "CallValues", "calls"]

PNG = b"\x89PNG\r\n\x1a\n" + bytes(33 * 1024)


@frozen(kw_only=True)
class CallValues:
    """The values that the arguments of sample calls contain."""

    id: str = "1"
    text: str = "abcd"
    phone: str = "+37066612345"
    iban: str = "FR7630004000031234567890143"
    born: date = date(1968, 3, 9)

    @property
    def email(self) -> str:
        """An e-mail address with `text` as its local part."""
        return f"{self.text}@example.com"


@frozen
class Call:
    """A call of a gateway: the operation and its arguments."""

    operation: str
    arguments: tuple[Any, ...] = field(default=(), repr=False)
    named: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)

    @property
    def method(self) -> str:
        """The name of the gateway's method: `documents` for `list_documents`."""
        return call_of(self.operation)

    def flow(self, adapter: Adapter) -> Flow[Any]:
        """Returns the adapter's flow for the call."""
        operation: Any = getattr(adapter, self.operation)
        if self.operation == "find_user":
            return operation(Criterion(**self.named))  # type: ignore[no-any-return]
        return operation(*self.arguments, **self.named)  # type: ignore[no-any-return]


def calls(
    subject: Subject, adapter: Adapter, user: User, values: CallValues | None = None
) -> tuple[Call, ...]:
    """Returns at least one call of each operation of an adapter, for one user.

    `Subject.arguments` replaces the arguments of the kit.
    """
    given = subject.arguments
    return tuple(
        evolve(call, arguments=given.get(call.operation, call.arguments))
        for call in _every(subject, adapter, user, values or CallValues())
        if adapter.supports(call.operation)
    )


def _every(subject: Subject, adapter: Adapter, user: User, values: CallValues) -> list[Call]:
    text, id = values.text, values.id
    record = evolve(subject.record_of(adapter, User(email="someone@example.com")), id=id)
    home = Address(line1=text, city=text, postal_code="75004", country="FR")
    person = Identity(
        given_name=text,
        family_name=text,
        birthdate=values.born,
        nationality="FR",
        country_of_residence="FR",
        birthplace=Birthplace(city=text, country="FR"),
    )
    people = (
        Person(
            ref="ada",
            roles=(PersonRole.REPRESENTATIVE,),
            identity=person,
            email=values.email,
        ),
        Person(ref="bob", roles=(PersonRole.BENEFICIAL_OWNER,), identity=person, address=home),
    )
    document = Document(
        purpose=DocumentPurpose.IDENTITY,
        kind=DocumentKind.PASSPORT,
        pages=(DocumentPage(content=PNG, media_type="image/png", filename=f"{text}.png"),),
        title=text,
        number=text,
        issued_on=values.born,
    )
    account = IbanAccount(owner_name=text, owner_address=home, iban=values.iban)
    held = BankAccountRecord(
        provider=adapter.provider, gateway=adapter.name, id=id, user_id=id, account=account
    )
    code = NextAction(
        kind=NextActionKind.CONFIRM_CODE,
        provider=adapter.provider,
        gateway=adapter.name,
        user_id=id,
        concerns="phone",
        value=values.phone,
    )
    email = evolve(code, concerns="email", value=values.email)
    link = evolve(
        code,
        kind=NextActionKind.REDIRECT,
        concerns="",
        value=None,
        url=f"https://provider.invalid/session?token={text}",
    )
    broken = Partial(
        provider=adapter.provider,
        gateway=adapter.name,
        operation="submit_document",
        user_id=id,
        id=id,
    )
    half = evolve(broken, operation="create_user")
    return [
        Call("create_user", (user,)),
        Call("fetch_user", (id,)),
        Call("fetch_capabilities", (record,)),
        Call("find_user", named={"email": values.email}),
        Call("find_user", named={"phone": values.phone}),
        Call("find_user", named={"national_id": text, "country": "LT"}),
        Call("update_user", (record, user)),
        Call("categorise_user", (record, user)),
        Call("list_users"),
        Call("close_user", (record,)),
        Call("assign_contact", (record,), {"email": values.email}),
        Call("assign_contact", (record,), {"phone": values.phone}),
        Call("confirm", (code, text)),
        Call("confirm", (email, text)),
        Call("renew", (code,)),
        Call("renew", (email,)),
        Call("renew", (link,)),
        Call("create_link", (link,), {"return_url": "https://platform.example/back"}),
        Call("submit_document", (id, document)),
        Call("fetch_document", (id,), {"user_id": id}),
        Call("list_documents", (id,)),
        Call("declare_owners", (id, people)),
        Call("fetch_declaration", (id,), {"user_id": id}),
        Call("list_declarations", (id,)),
        Call("list_wallets", (id,)),
        Call("add_bank_account", (id, account)),
        Call("list_bank_accounts", (id,)),
        Call("deactivate_bank_account", (held,)),
        Call("resume", (broken, document)),
        Call("resume", (half, user)),
        Call("read_notification", (Notification(query={"id": id, "note": text}),)),
        Call("raw", ("GET", id), {"query": (("q", text),)}),
        Call("raw", ("POST", id), {"body": {"name": text}}),
    ]
