"""What a user owns: wallets, transactions, cards, pre-authorisations, e-money."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import cast

from onboarding_simulators.shared import Row

from .accounts import ACCOUNTS
from .calls import Call, Handler, Reply, World, find_row, find_user, json_object
from .errors import RefusedError, param_error
from .paging import listing
from .sca import want_access
from .shapes import Need, field, read_shape
from .state import User, new_token, ulid
from .values import required, text

WALLETS, TRANSACTIONS = "wallets", "transactions"
CARDS, PREAUTHORIZATIONS = "cards", "preauthorizations"
ALL = Need.EVERYBODY
CURRENCY = re.compile(r"[A-Z]{3}")

_CURRENCY = field("Currency", text(3, 3, CURRENCY), ALL)
_NEW_WALLET = (
    field("Description", text(255, 1), ALL),
    _CURRENCY,
    field("Tag", text(255)),
)
_WALLET_CHANGE = (field("Description", text(255, 1)), field("Tag", text(255)))


def create_wallet(world: World, call: Call) -> Reply:
    """Creates a wallet with one owner (docs: create-wallet)."""
    body = json_object(call.request)
    reading = read_shape(_NEW_WALLET, body, lambda need: need is ALL)
    sent = body.get("Owners")
    owners = cast("list[object]", sent) if isinstance(sent, list) else []
    if not owners:
        reading.errors["Owners"] = required("Owners")
    if reading.errors:
        raise RefusedError(param_error(reading.errors))
    user = find_user(world, str(owners[0]))
    values = reading.values
    tag = values.get("Tag")
    row = add_wallet(
        world,
        user,
        currency=str(values["Currency"]),
        description=str(values["Description"]),
        tag=None if tag is None else str(tag),
    )
    return Reply(body=row)


def add_wallet(
    world: World,
    user: User,
    *,
    currency: str,
    amount: int = 0,
    description: str = "",
    tag: str | None = None,
) -> Row:
    """Returns a new wallet of a user; the amount is in minor units."""
    now = world.clock()
    row: Row = {
        "Description": description,
        "Owners": [user.id],
        "Balance": {"Currency": currency, "Amount": amount},
        "Currency": currency,
        "FundsType": "DEFAULT",
        "Id": ulid("wlt_m_", now, world.entropy),
        "Tag": tag,
        "CreationDate": int(now),
    }
    world.tables.save(WALLETS, row["Id"], row, user.id)
    return row


def add_transaction(
    world: World,
    user: User,
    *,
    type: str,
    currency: str,
    amount: int,
    status: str = "SUCCEEDED",
    nature: str = "REGULAR",
    wallet_id: str | None = None,
) -> Row:
    """Returns a new transaction of a user; if it succeeded, the balance of the wallet changes."""
    wallet = None if wallet_id is None else world.tables.get(WALLETS, wallet_id)
    if wallet_id is not None and wallet is None:
        raise LookupError("no wallet has this id")
    now = int(world.clock())
    succeeded, incoming = status == "SUCCEEDED", type == "PAYIN"
    money = {"Currency": currency, "Amount": amount}
    row: Row = {
        "Id": ulid("txn_m_", now, world.entropy),
        "Tag": None,
        "CreationDate": now,
        "AuthorId": user.id,
        "CreditedUserId": user.id if incoming else None,
        "DebitedFunds": money,
        "CreditedFunds": money,
        "Fees": {"Currency": currency, "Amount": 0},
        "Status": status,
        "ResultCode": "000000" if succeeded else None,
        "ResultMessage": "Success" if succeeded else None,
        "ExecutionDate": now if succeeded else None,
        "Type": type,
        "Nature": nature,
        "CreditedWalletId": wallet_id if incoming else None,
        "DebitedWalletId": None if incoming else wallet_id,
    }
    world.tables.save(TRANSACTIONS, row["Id"], row, user.id)
    if succeeded and wallet is not None:
        balance = wallet["Balance"]["Amount"] + (amount if incoming else -amount)
        changed = {**wallet, "Balance": {**wallet["Balance"], "Amount": balance}}
        world.tables.save(WALLETS, wallet["Id"], changed)
    return row


def add_card(
    world: World, user: User, *, alias: str, expires: str, country: str, currency: str
) -> Row:
    """Returns a new card; `MMYY` expiry, country in three letters (docs: card-object)."""
    now = world.clock()
    row: Row = {
        "ExpirationDate": expires,
        "Alias": alias,
        "CardProvider": "CB",
        "CardType": "CB_VISA_MASTERCARD",
        "Country": country,
        "Product": "I",
        "BankCode": "00000",
        "Active": True,
        "Currency": currency,
        "Validity": "VALID",
        "UserId": user.id,
        "Id": ulid("card_m_", now, world.entropy),
        "Tag": None,
        "CreationDate": int(now),
        "Fingerprint": new_token(world.entropy),
        "CardHolderName": None,
    }
    world.tables.save(CARDS, row["Id"], row, user.id)
    return row


def view_wallet(world: World, call: Call) -> Reply:
    """Shows a wallet, subject to SCA (docs: view-wallet)."""
    row = find_row(world, WALLETS, "Wallet", call.params["id"])
    _want_access(world, call, row["Owners"][0])
    return Reply(body=row)


def update_wallet(world: World, call: Call) -> Reply:
    """Updates the description and the tag of a wallet (docs: update-wallet)."""
    row = find_row(world, WALLETS, "Wallet", call.params["id"])
    reading = read_shape(_WALLET_CHANGE, json_object(call.request), lambda need: False)
    if reading.errors:
        raise RefusedError(param_error(reading.errors))
    row |= reading.values
    world.tables.save(WALLETS, row["Id"], row)
    return Reply(body=row)


def wallet_transactions(world: World, call: Call) -> Reply:
    """Lists the transactions of a wallet (docs: list-transactions-wallet)."""
    wallet = find_row(world, WALLETS, "Wallet", call.params["id"])
    _want_access(world, call, wallet["Owners"][0])
    rows = [
        row
        for row in world.tables.owned(TRANSACTIONS, wallet["Owners"][0])
        if wallet["Id"] in (row["CreditedWalletId"], row["DebitedWalletId"])
    ]
    return listing(call, rows, words=("Status", "Type", "Nature", "ResultCode"))


def account_transactions(world: World, call: Call) -> Reply:
    """Lists the payouts to a bank account: always empty, as payouts are not simulated."""
    find_row(world, ACCOUNTS, "BankAccount", call.params["id"])
    return listing(call, ())


def listing_of(kind: str, *words: str, with_sca: bool) -> Handler:
    """Returns the handler that lists one kind of resource of a user, with its filters."""

    def handle(world: World, call: Call) -> Reply:
        user = find_user(world, call.params["user"])
        if with_sca:
            _want_access(world, call, user.id)
        return listing(call, world.tables.owned(kind, user.id), words=words)

    return handle


def view_card(world: World, call: Call) -> Reply:
    """Shows a card (docs: view-card)."""
    return Reply(body=find_row(world, CARDS, "Card", call.params["id"]))


def emoney(world: World, call: Call) -> Reply:
    """Returns the sums of a year, a month, or in total (docs: view-user-emoney).

    Without a currency it is EUR; this and the answer to an unknown currency are not documented.
    """
    user = find_user(world, call.params["user"])
    currency = (call.query.get("currency") or "EUR").upper()  # an empty value counts as absent
    errors = read_shape((_CURRENCY,), {"Currency": currency}, lambda need: False).errors
    if errors:
        raise RefusedError(param_error(errors))
    sums = {"PAYIN": 0, "PAYOUT": 0}
    for row in world.tables.owned(TRANSACTIONS, user.id):
        done = row["Status"] == "SUCCEEDED" and row["DebitedFunds"]["Currency"] == currency
        if done and row["Type"] in sums and _within(row["CreationDate"], call):
            sums[row["Type"]] += row["DebitedFunds"]["Amount"]
    return Reply(
        body={
            "UserId": user.id,
            "CreditedEMoney": {"Currency": currency, "Amount": sums["PAYIN"]},
            "DebitedEMoney": {"Currency": currency, "Amount": sums["PAYOUT"]},
        }
    )


def _within(created: int, call: Call) -> bool:
    moment = datetime.fromtimestamp(created, UTC)
    asked = {"year": moment.year, "month": moment.month}
    return all(_number(call, name) in (None, value) for name, value in asked.items())


def _number(call: Call, name: str) -> int | None:
    text = call.params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise RefusedError(param_error({name.capitalize(): required(name.capitalize())}))
    return int(text)


def _want_access(world: World, call: Call, user_id: str) -> None:
    want_access(world, find_user(world, user_id), call.query.get("scacontext"))
