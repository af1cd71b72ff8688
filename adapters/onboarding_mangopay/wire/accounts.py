"""Bank accounts at MangoPay, in their five forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from attrs import frozen
from onboarding import (
    BankAccount,
    CanadianAccount,
    DepositType,
    IbanAccount,
    OtherAccount,
    Problem,
    UkAccount,
    UsAccount,
)
from onboarding.model.base import trust

from onboarding_mangopay.reading import ADDRESS, address, address_body, text

__all__ = ["FORMS", "Form", "Part", "form_of", "read_account"]

AnyAccount: TypeAlias = IbanAccount | UkAccount | UsAccount | CanadianAccount | OtherAccount


@frozen
class Part:
    """One field of a form: its name at MangoPay, in the core, and its documented pattern."""

    wire: str
    core: str
    pattern: str = ""
    words: Mapping[Any, str] | None = None

    def write(self, value: Any) -> str:
        return self.words[value] if self.words is not None else str(value)

    def read(self, value: object) -> Any:
        if self.words is None:
            return text(value)
        return next((member for member, word in self.words.items() if word == value), None)

    def fits(self, value: Any) -> bool:
        return not self.pattern or re.fullmatch(self.pattern, value) is not None


@frozen
class Form:
    """One kind of account: MangoPay's word for it, and the fields that it adds to the owner's."""

    word: str
    account: type[AnyAccount]
    own: tuple[Part, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        return (*_OWNER, *self.own)

    def write(self, account: BankAccount) -> dict[str, Any]:
        """The body that registers an account."""
        body: dict[str, Any] = {}
        for part in self.parts:
            value = getattr(account, part.core)
            if value is not None:
                body[part.wire] = part.write(value)
        if held := address_body(account.owner_address):
            body["OwnerAddress"] = held
        return body

    def problems(self, account: BankAccount) -> Iterator[Problem]:
        """What is not of the documented form; no value is shown."""
        for part in self.parts:
            value = getattr(account, part.core)
            if value is not None and not part.fits(value):
                yield Problem(part.core, "unsupported", "has not the documented form", part.wire)

    def core_path(self, wire_path: str) -> str | None:
        """Where in the account a field of MangoPay's is."""
        head, _, rest = wire_path.partition(".")
        if head == "OwnerAddress":
            inner = ADDRESS.get(rest)
            return f"owner_address.{inner}" if inner else "owner_address"
        return next((part.core for part in self.parts if part.wire == wire_path), None)


_BIC = r"[a-zA-Z]{6}\w{2}(\w{3})?"
_DEPOSIT = {DepositType.CHECKING: "CHECKING", DepositType.SAVINGS: "SAVINGS"}
_OWNER = (Part("OwnerName", "owner_name", r".{1,255}"), Part("Tag", "tag", r".{1,255}"))

FORMS = (
    # docs: create-iban-bank-account
    Form("IBAN", IbanAccount, (Part("IBAN", "iban", r".{1,34}"), Part("BIC", "bic", _BIC))),
    # docs: create-gb-bank-account
    Form(
        "GB",
        UkAccount,
        (
            Part("SortCode", "sort_code", r"[0-9]{6}"),
            Part("AccountNumber", "account_number", r"[0-9]{8}"),
        ),
    ),
    # docs: create-us-bank-account
    Form(
        "US",
        UsAccount,
        (
            Part("AccountNumber", "account_number", r"[0-9]+"),
            Part("ABA", "routing_number", r"[0-9]{9}"),
            Part("DepositAccountType", "deposit_type", words=_DEPOSIT),
        ),
    ),
    # docs: create-ca-bank-account
    Form(
        "CA",
        CanadianAccount,
        (
            Part("BankName", "bank_name", r".{1,50}"),
            Part("InstitutionNumber", "institution_number", r"[0-9]{3}"),
            Part("BranchCode", "branch_code", r"[0-9]{5}"),
            Part("AccountNumber", "account_number", r"[0-9]{7,35}"),
        ),
    ),
    # docs: create-other-bank-account
    Form(
        "OTHER",
        OtherAccount,
        (
            Part("Country", "country"),
            Part("BIC", "bic", _BIC),
            Part("AccountNumber", "account_number", r"[0-9a-zA-Z]{5,35}"),
        ),
    ),
)


def form_of(account: BankAccount) -> Form | None:
    """The form in which an account is registered."""
    return next((form for form in FORMS if isinstance(account, form.account)), None)


def read_account(payload: Mapping[str, Any]) -> AnyAccount | None:
    """The account in an object of MangoPay's; None for a form of another name."""
    form = next((form for form in FORMS if form.word == payload.get("Type")), None)
    if form is None:
        return None
    facts = {part.core: part.read(payload.get(part.wire)) for part in form.parts}
    return trust(form.account, {**facts, "owner_address": address(payload.get("OwnerAddress"))})
