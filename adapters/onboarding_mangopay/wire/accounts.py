"""MangoPay's bank account objects, one form per kind.

docs: api-reference/bank-accounts
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from attrs import frozen
from onboarding import Problem
from onboarding.spi import (
    BankAccount,
    CanadianAccount,
    DepositType,
    IbanAccount,
    OtherAccount,
    Pattern,
    UkAccount,
    UsAccount,
    trust,
)

from onboarding_mangopay.values import ADDRESS, address, address_body, text

__all__ = ["FORMS", "Form", "Part", "form_of", "read_account"]

AnyAccount: TypeAlias = IbanAccount | UkAccount | UsAccount | CanadianAccount | OtherAccount


@frozen
class Part:
    """One field of a form: MangoPay's name, the core's name, the documented pattern or words."""

    wire: str
    core: str
    pattern: Pattern | None = None
    words: Mapping[Any, str] | None = None

    def write(self, value: Any) -> str:
        return self.words[value] if self.words is not None else str(value)

    def read(self, value: object) -> Any:
        if self.words is None:
            return text(value)
        return next((member for member, word in self.words.items() if word == value), None)


@frozen
class Form:
    """One kind of account: MangoPay's word, and the fields beside those of the owner."""

    word: str
    account: type[AnyAccount]
    own: tuple[Part, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        return (*_OWNER, *self.own)

    def write(self, account: BankAccount) -> dict[str, Any]:
        """Returns the body that registers an account."""
        body: dict[str, Any] = {}
        for part in self.parts:
            value = getattr(account, part.core)
            if value is not None:
                body[part.wire] = part.write(value)
        if held := address_body(account.owner_address):
            body["OwnerAddress"] = held
        return body

    def problems(self, account: BankAccount) -> Iterator[Problem]:
        """Yields the fields that MangoPay would refuse, with the accepted form but no value."""
        for part in self.parts:
            value = getattr(account, part.core)
            if value is not None and part.pattern is not None and not part.pattern.fits(value):
                text = f"MangoPay accepts {part.pattern.words}"
                yield Problem(part.core, "unsupported", text, part.wire)

    def core_path(self, wire_path: str) -> str | None:
        """Returns the core path of a field of MangoPay's."""
        head, _, rest = wire_path.partition(".")
        if head == "OwnerAddress":
            inner = ADDRESS.get(rest)
            return f"owner_address.{inner}" if inner else "owner_address"
        return next((part.core for part in self.parts if part.wire == wire_path), None)


_BIC = Pattern(
    r"[a-zA-Z]{6}\w{2}(\w{3})?", "8 or 11 characters: six letters, then letters and digits"
)
_DEPOSIT = {DepositType.CHECKING: "CHECKING", DepositType.SAVINGS: "SAVINGS"}
_ANY = Pattern(r".{1,255}", "1 to 255 characters without a line break")
_OWNER = (
    Part("OwnerName", "owner_name", _ANY),
    Part("Tag", "tag", _ANY),
)

FORMS = (
    # docs: create-iban-bank-account
    Form(
        "IBAN",
        IbanAccount,
        (
            Part("IBAN", "iban", Pattern(r".{1,34}", "1 to 34 characters")),
            Part("BIC", "bic", _BIC),
        ),
    ),
    # docs: create-gb-bank-account
    Form(
        "GB",
        UkAccount,
        (
            Part("SortCode", "sort_code", Pattern(r"[0-9]{6}", "6 digits")),
            Part("AccountNumber", "account_number", Pattern(r"[0-9]{8}", "8 digits")),
        ),
    ),
    # docs: create-us-bank-account
    Form(
        "US",
        UsAccount,
        (
            Part("AccountNumber", "account_number", Pattern(r"[0-9]+", "digits only")),
            Part("ABA", "routing_number", Pattern(r"[0-9]{9}", "9 digits")),
            Part("DepositAccountType", "deposit_type", words=_DEPOSIT),
        ),
    ),
    # docs: create-ca-bank-account
    Form(
        "CA",
        CanadianAccount,
        (
            Part("BankName", "bank_name", Pattern(r".{1,50}", "1 to 50 characters")),
            Part("InstitutionNumber", "institution_number", Pattern(r"[0-9]{3}", "3 digits")),
            Part("BranchCode", "branch_code", Pattern(r"[0-9]{5}", "5 digits")),
            Part("AccountNumber", "account_number", Pattern(r"[0-9]{7,35}", "7 to 35 digits")),
        ),
    ),
    # docs: create-other-bank-account
    Form(
        "OTHER",
        OtherAccount,
        (
            Part("Country", "country"),
            Part("BIC", "bic", _BIC),
            Part(
                "AccountNumber",
                "account_number",
                Pattern(r"[0-9a-zA-Z]{5,35}", "5 to 35 ASCII letters and digits"),
            ),
        ),
    ),
)


def form_of(account: BankAccount) -> Form | None:
    """Returns the form of an account; None for a kind that MangoPay does not support."""
    return next((form for form in FORMS if isinstance(account, form.account)), None)


def read_account(payload: Mapping[str, Any]) -> AnyAccount | None:
    """Returns the account of an object; None for an unknown kind."""
    form = next((form for form in FORMS if form.word == payload.get("Type")), None)
    if form is None:
        return None
    facts = {part.core: part.read(payload.get(part.wire)) for part in form.parts}
    return trust(form.account, {**facts, "owner_address": address(payload.get("OwnerAddress"))})
