"""The rules of recipients: one table that both checks bodies and shows the schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from attrs import evolve, frozen

from .accounts import BIC, is_iban
from .values import ALPHA_2, MONEY_BLOCKED

METHODS = ("LocalBankTransfer", "InternationalBankTransfer")
KINDS = ("Individual", "Business")
SCOPES = ("PAYOUT", "PAYIN")
CURRENCY = re.compile(r"[A-Z]{3}")

Json = dict[str, Any]


@frozen
class Rule:
    """The rule of one field, as the schema shows it."""

    label: str
    required: bool = True
    least: int | None = None
    most: int | None = None
    pattern: str | None = None
    allowed: tuple[str, ...] | None = None

    def shown(self) -> Json:
        """Returns the rule as the schema spells it (docs: view-recipient-schema)."""
        return {
            "Required": self.required,
            "MaxLength": self.most,
            "MinLength": self.least,
            "Pattern": self.pattern,
            "AllowedValues": None if self.allowed is None else list(self.allowed),
            "Label": self.label,
            "EndUserDisplay": "Always",
        }

    def broken(self, value: object) -> str | None:
        """Returns the error code of a value, or None if it is valid."""
        if value is None or value == "":
            return "REQUIRED" if self.required else None
        if not isinstance(value, str):
            return "INVALID_FORMAT"
        if self.allowed is not None and value not in self.allowed:
            return "NOT_IN_ALLOWED_VALUES"
        if self.most is not None and len(value) > self.most:
            return "LENGTH_MORE_THAN_MAX"
        if self.least is not None and len(value) < self.least:
            return "LENGTH_LESS_THAN_MIN"
        if self.pattern is not None and re.fullmatch(self.pattern, value) is None:
            return "INVALID_FORMAT"
        return None


# docs: create-recipient
TOP = {
    "DisplayName": Rule("DisplayName", least=1, most=50, pattern=r"[^&,'/]*"),
    "PayoutMethodType": Rule("PayoutMethodType", allowed=METHODS),
    "RecipientType": Rule("RecipientType", allowed=KINDS),
    "Currency": Rule("Currency", least=3, most=3),
    "Country": Rule("Country", required=False, least=2, most=2),
    "RecipientScope": Rule("RecipientScope", required=False, allowed=SCOPES),
    "Tag": Rule("Tag", required=False, most=255),
}
_LINE = Rule("AddressLine1", most=255)
ADDRESS = {
    "AddressLine1": _LINE,
    "AddressLine2": evolve(_LINE, label="AddressLine2", required=False),
    "City": evolve(_LINE, label="City"),
    "Region": evolve(_LINE, label="Region", required=False),
    "PostalCode": evolve(_LINE, label="PostalCode"),
    "Country": Rule("Country", least=2, most=2),
}
_NAME = Rule("FirstName", least=1, most=100)
PERSON = {"FirstName": _NAME, "LastName": evolve(_NAME, label="LastName")}
BUSINESS = {"BusinessName": Rule("BusinessName", least=1, most=255)}

_ACCOUNT = Rule("AccountNumber", pattern=r"[0-9]+")
# docs: create-recipient names the currencies with fields of their own; for other currencies no page
# names any, so none are required
SCHEMA_DETAILS: Mapping[str, Mapping[str, Rule]] = {
    "EUR": {"IBAN": Rule("IBAN", most=34)},
    "GBP": {
        "SortCode": Rule("SortCode", least=6, most=6, pattern=r"[0-9]{6}"),
        "AccountNumber": evolve(_ACCOUNT, least=8, most=8, pattern=r"[0-9]{8}"),
    },
    "USD": {"AccountNumber": _ACCOUNT, "ABA": Rule("ABA", pattern=r"[0-9]{9}")},
    "CAD": {
        "AccountNumber": evolve(_ACCOUNT, pattern=r"[0-9]{7,35}"),
        "InstitutionNumber": Rule("InstitutionNumber", required=False, pattern=r"[0-9]{3}"),
        "BranchCode": Rule("BranchCode", required=False, pattern=r"[0-9]{5}"),
        "BankName": Rule("BankName", required=False, most=50),
    },
}
INTERNATIONAL = {
    "AccountNumber": Rule("AccountNumber", most=35),
    "BIC": Rule("BIC", pattern=BIC.pattern),
}


def check(body: Json) -> dict[str, str]:
    """Returns the code of each broken field by its dotted path."""
    errors = _broken(TOP, body, "")
    currency, country = body.get("Currency"), body.get("Country")
    if isinstance(currency, str) and CURRENCY.fullmatch(currency) is None:
        errors.setdefault("Currency", "UNSUPPORTED_CURRENCY")
    if isinstance(country, str) and (country not in ALPHA_2 or country in MONEY_BLOCKED):
        errors.setdefault("Country", "UNSUPPORTED_COUNTRY")
    if body.get("RecipientType") in KINDS:
        _check_person(body, str(body["RecipientType"]), errors)
    if body.get("PayoutMethodType") in METHODS:
        _check_account(body, str(body["PayoutMethodType"]), errors)
    return errors


def schema(method: str, kind: str, currency: str, country: str) -> Json:
    """Returns the rules of one payout method; rules that do not apply are omitted."""
    person = PERSON if kind == "Individual" else BUSINESS
    details = SCHEMA_DETAILS.get(currency, {})
    account = {currency: _shown(details)} if method == METHODS[0] else _shown(INTERNATIONAL)
    return {
        **_shown(TOP),
        "Country": evolve(TOP["Country"], allowed=(country,)).shown(),
        f"{kind}Recipient": {**_shown(person), "Address": _shown(ADDRESS)},
        method: account,
    }


def _check_person(body: Json, kind: str, errors: dict[str, str]) -> None:
    name = f"{kind}Recipient"
    inner = _object(body, name, "", errors)
    if inner is not None:
        errors.update(_broken(PERSON if kind == "Individual" else BUSINESS, inner, f"{name}."))
        place = _object(inner, "Address", f"{name}.", errors)
        if place is not None:
            errors.update(_broken(ADDRESS, place, f"{name}.Address."))


def _check_account(body: Json, method: str, errors: dict[str, str]) -> None:
    inner = _object(body, method, "", errors)
    if inner is None:
        return
    if method == "InternationalBankTransfer":
        errors.update(_broken(INTERNATIONAL, inner, f"{method}."))
        return
    currency = body.get("Currency")
    if not isinstance(currency, str):
        return
    details = _object(inner, currency, f"{method}.", errors)
    if details is None:
        return
    prefix = f"{method}.{currency}."
    errors.update(_broken(SCHEMA_DETAILS.get(currency, {}), details, prefix))
    path = f"{prefix}IBAN"
    if currency == "EUR" and path not in errors and not is_iban(str(details.get("IBAN"))):
        errors[path] = "INVALID_IBAN"


def _object(body: Json, name: str, prefix: str, errors: dict[str, str]) -> Json | None:
    value = body.get(name)
    if isinstance(value, dict):
        return cast("Json", value)
    errors[prefix + name] = "REQUIRED" if value is None else "INVALID_FORMAT"
    return None


def _broken(rules: Mapping[str, Rule], body: Json, prefix: str) -> dict[str, str]:
    codes = {prefix + name: rule.broken(body.get(name)) for name, rule in rules.items()}
    return {path: code for path, code in codes.items() if code is not None}


def _shown(rules: Mapping[str, Rule]) -> Json:
    return {name: rule.shown() for name, rule in rules.items()}
