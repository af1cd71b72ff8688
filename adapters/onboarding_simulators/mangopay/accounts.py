"""Bank accounts of a user, in the five forms that recipients replaced."""

from __future__ import annotations

import re

from onboarding_simulators.shared import Row

from .calls import Call, Handler, Reply, World, find_open_user, find_user, json_object
from .errors import RefusedError, bank_account_error, param_error
from .paging import listing
from .shapes import Need, Shape, address, field, nested, read_shape
from .state import ulid
from .values import (
    ALPHA_2,
    MONEY_BLOCKED,
    BadValueError,
    Reader,
    Value,
    boolean,
    leaf,
    one_of,
    open_country,
    required,
    text,
)

# docs: create-iban-bank-account prints the pattern of a BIC
BIC = re.compile(r"^[a-zA-Z]{6}\w{2}(\w{3})?$")
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def is_iban(value: str) -> bool:
    """Whether a number is an IBAN with valid check digits (ISO 13616); blanks are ignored."""
    number = value.replace(" ", "").upper()
    if IBAN.fullmatch(number) is None:
        return False
    return int("".join(str(int(each, 36)) for each in number[4:] + number[:4])) % 97 == 1


def iban(value: object, path: str) -> Value:
    """Reads an IBAN (docs: create-iban-bank-account)."""
    number = str(text(255)(value, path))
    if not is_iban(number):
        raise BadValueError("The value is not a valid IBAN")
    return number


def bic(value: object, path: str) -> Value:
    """Reads a BIC (docs: create-iban-bank-account) and checks its country (ISO 9362)."""
    code = str(matching(BIC.pattern)(value, path))
    if code[4:6].upper() not in ALPHA_2:
        raise BadValueError("The value is not a valid BIC")
    return code


def matching(pattern: str) -> Reader:
    """Returns a reader of text that matches a pattern."""
    compiled = re.compile(pattern, re.ASCII)

    def read(value: object, path: str) -> Value:
        if compiled.fullmatch(str(text(255)(value, path))) is None:
            raise BadValueError(
                f"The field {leaf(path)} must match the regular expression '{pattern}'."
            )
        return str(value)

    return read


def money_country(value: object, path: str) -> Value:
    """Reads a country that allows bank accounts (docs: guides/users/country-restrictions)."""
    if isinstance(value, str) and value in MONEY_BLOCKED:
        raise BadValueError(f"The {path} used is blocked")
    return open_country(value, path)


ACCOUNTS = "accounts"
ALL = Need.EVERYBODY

_OWNER: Shape = (
    field("OwnerName", text(255, 1), ALL),
    address("OwnerAddress", ALL),
    field("Tag", text(255)),
)
# docs: create-iban-bank-account and its four siblings
FORMS: dict[str, Shape] = {
    "IBAN": (field("IBAN", iban, ALL), field("BIC", bic)),
    "GB": (
        field("SortCode", matching(r"\d{6}"), ALL),
        field("AccountNumber", matching(r"\d{8}"), ALL),
    ),
    "US": (
        field("AccountNumber", matching(r"^[0-9]+$"), ALL),
        field("ABA", matching(r"^[0-9]{9}$"), ALL),
        field("DepositAccountType", one_of("CHECKING", "SAVINGS")),
    ),
    "CA": (
        field("BankName", text(50, 1), ALL),
        field("InstitutionNumber", matching(r"^[0-9]{3}$"), ALL),
        field("BranchCode", matching(r"^[0-9]{5}$"), ALL),
        field("AccountNumber", matching(r"^[0-9]{7,35}$"), ALL),
    ),
    "OTHER": (
        field("Country", money_country, ALL),
        field("BIC", bic, ALL),
        field("AccountNumber", matching(r"^[a-zA-Z0-9]{5,35}$"), ALL),
    ),
}


def creating(type: str) -> Handler:
    """Returns the handler that creates an account of one form."""
    form = FORMS[type]

    def create(world: World, call: Call) -> Reply:
        user = find_open_user(world, call.params["user"])
        shape = (*_OWNER, *form)
        reading = read_shape(shape, json_object(call.request), lambda need: need is ALL)
        if reading.errors:
            raise RefusedError(param_error(reading.errors))
        now = world.clock()
        facts = nested(reading.values)
        if type == "GB":
            _want_british(facts)
        if type == "US":
            facts.setdefault("DepositAccountType", "CHECKING")
        row: Row = {
            "UserId": user.id,
            "OwnerName": facts["OwnerName"],
            "OwnerAddress": facts["OwnerAddress"],
            "Type": type,
            "Id": ulid("bankacc_m_", now, world.entropy),
            "Tag": facts.get("Tag"),
            "CreationDate": int(now),
            "Active": True,
            **{part.name: facts.get(part.name) for part in form},
        }
        world.tables.save(ACCOUNTS, row["Id"], row, user.id)
        return Reply(body=row)

    return create


def list_of_user(world: World, call: Call) -> Reply:
    """Lists the accounts of a user (docs: list-bank-accounts-user)."""
    user = find_user(world, call.params["user"])
    return listing(call, world.tables.owned(ACCOUNTS, user.id), words=("Active",))


def view(world: World, call: Call) -> Reply:
    """Shows an account (docs: view-bank-account)."""
    return Reply(body=_account(world, call))


def deactivate(world: World, call: Call) -> Reply:
    """Deactivates an account permanently (docs: deactivate-bank-account)."""
    find_open_user(world, call.params["user"])
    row = _account(world, call)
    body = json_object(call.request)
    # the official Java client sends other fields instead of Active
    needs = {ALL} if world.strict else set[Need]()
    reading = read_shape((field("Active", boolean, ALL),), body, needs.__contains__)
    errors = dict(reading.errors)
    if reading.values.get("Active") is True:
        # the docs and Mangopay/mangopay issue 26 say so; the text is ours
        errors["Active"] = required("Active")
    if errors:
        raise RefusedError(param_error(errors))
    closed: Row = {**row, "Active": False}
    world.tables.save(ACCOUNTS, closed["Id"], closed)
    return Reply(body=closed)


def _want_british(facts: Row) -> None:
    """Refuses numbers of zeros only; which numbers MangoPay refuses is not documented."""
    refusals = {
        "SortCode": "SortCode is invalid",
        "AccountNumber": "AccountNumber is invalid or is not applicable for this SortCode",
    }
    for name, refusal in refusals.items():
        if not facts[name].strip("0"):
            raise RefusedError(bank_account_error({name: refusal}))


def _account(world: World, call: Call) -> Row:
    """Returns the account; for an unknown one the error is a `param_error`, not a 404."""
    user = find_user(world, call.params["user"])
    row = world.tables.get(ACCOUNTS, call.params["id"])
    if row is None or row["UserId"] != user.id:
        text = "The ressource does not exist"  # the key was observed; the text is ours
        raise RefusedError(param_error({"BankAccountId": text}))
    return row
