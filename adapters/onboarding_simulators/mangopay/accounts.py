"""Bank accounts of a user, in the five forms that recipients replaced."""

from __future__ import annotations

from onboarding_simulators.shared import Row

from . import ids
from .banking import bic, iban, matching, money_country
from .bodies import json_object
from .errors import RefusedError, bank_account_error, param_error
from .lookup import find, find_open
from .paging import listing
from .shapes import Need, Shape, address, field, nested, read_shape
from .values import boolean, one_of, required, text
from .world import Call, Handler, Reply, World

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
    """Gives the handler that adds an account of one form."""
    form = FORMS[type]

    def create(world: World, call: Call) -> Reply:
        user = find_open(world, call.params["user"])
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
            "Id": ids.ulid("bankacc_m_", now, world.entropy),
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
    user = find(world, call.params["user"])
    return listing(call, world.tables.owned(ACCOUNTS, user.id), words=("Active",))


def view(world: World, call: Call) -> Reply:
    """Shows an account (docs: view-bank-account)."""
    return Reply(body=_account(world, call))


def deactivate(world: World, call: Call) -> Reply:
    """Deactivates an account for good (docs: deactivate-bank-account)."""
    find_open(world, call.params["user"])
    row = _account(world, call)
    body = json_object(call.request)
    # the official Java client sends other fields and no Active
    needs = {ALL} if world.strict else set[Need]()
    reading = read_shape((field("Active", boolean, ALL),), body, needs.__contains__)
    errors = dict(reading.errors)
    if reading.values.get("Active") is True:
        # docs say so, and Mangopay/mangopay issue 26; the text is ours
        errors["Active"] = required("Active")
    if errors:
        raise RefusedError(param_error(errors))
    closed: Row = {**row, "Active": False}
    world.tables.save(ACCOUNTS, closed["Id"], closed)
    return Reply(body=closed)


def _want_british(facts: Row) -> None:
    """Refuses numbers of zeros: which ones the provider's own tables refuse is not documented."""
    refusals = {
        "SortCode": "SortCode is invalid",
        "AccountNumber": "AccountNumber is invalid or is not applicable for this SortCode",
    }
    for name, refusal in refusals.items():
        if not facts[name].strip("0"):
            raise RefusedError(bank_account_error({name: refusal}))


def _account(world: World, call: Call) -> Row:
    """Gives the account; an unknown one is a `param_error` on BankAccountId, not a 404."""
    user = find(world, call.params["user"])
    row = world.tables.get(ACCOUNTS, call.params["id"])
    if row is None or row["UserId"] != user.id:
        text = "The ressource does not exist"  # the key was observed, the text is ours
        raise RefusedError(param_error({"BankAccountId": text}))
    return row
