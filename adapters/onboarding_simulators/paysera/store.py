"""The stored rows, in memory or in SQLite."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Set
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from cattrs import Converter

from onboarding_simulators.shared import Tables

from .rows import Account, Claim

T = TypeVar("T")

# Defaults are omitted, which keeps rows short and old files readable.
_converter = Converter(
    omit_if_default=True, detailed_validation=False, unstruct_collection_overrides={Set: sorted}
)


@_converter.register_unstructure_hook
def _base64(value: bytes) -> str:
    return b64encode(value).decode("ascii")


@_converter.register_structure_hook
def _from_base64(value: str, _: type[bytes]) -> bytes:
    return b64decode(value)


def plain(row: object) -> dict[str, Any]:
    """Returns a row as plain JSON data."""
    made: dict[str, Any] = _converter.unstructure(row)
    return made


def row_of(kind: type[T], made: dict[str, Any]) -> T:
    """Returns the row of plain JSON data."""
    return _converter.structure(made, kind)


# All state is here, except the counters of rate limits. Not thread-safe: the owner holds a lock.

FIRST_USER_ID = 221
FIRST_WALLET_ID = 14471
_ACCOUNTS, _CLAIMS, _NONCES = "accounts", "claims", "nonces"
_SWEEP = 64  # nonces between two removals of old ones


class Row(Protocol):
    @property
    def id(self) -> int | str: ...
    @property
    def user_id(self) -> int | None: ...


R = TypeVar("R", bound=Row)


class TakenError(Exception):
    """Another user has a value that must be unique; the text is the kind of the value."""


class Store:
    """Accounts and the keys that find them, rows of all other kinds, counters and nonces."""

    def __init__(self, path: str | None = None) -> None:
        """Opens the state file at `path`, or memory without a path. Raises ValueError."""
        self._tables = Tables(path)
        self._unswept = 0

    def __repr__(self) -> str:
        return "Store()"

    def all_or_nothing(self) -> AbstractContextManager[None]:
        """Undoes what the block stored if an exception leaves it."""
        return self._tables.all_or_nothing()

    def next_user_id(self) -> int:
        return FIRST_USER_ID + self.count_accounts()

    def next_wallet_id(self) -> int:
        return FIRST_WALLET_ID - 1 + self.count("wallet")

    def count(self, kind: str) -> int:
        """Returns the next number of a kind, starting at 1."""
        return self._tables.number(kind)

    def account(self, user_id: int) -> Account | None:
        row = self._tables.get(_ACCOUNTS, str(user_id))
        return None if row is None else row_of(Account, row)

    def accounts(
        self, skip: int = 0, limit: int = -1, *, newest_first: bool = False
    ) -> list[Account]:
        """Returns some accounts in the order of their registration; -1 sets no limit.

        The last page is as fast as the first.
        """
        rows = self._tables.page(_ACCOUNTS, skip, limit, newest_first=newest_first)
        return [row_of(Account, row) for row in rows]

    def count_accounts(self) -> int:
        return self._tables.count(_ACCOUNTS)  # accounts are never dropped

    def owner(self, claim: Claim) -> Account | None:
        row = self._tables.get(_CLAIMS, _id(claim))
        return None if row is None else self.account(row["user"])

    def put(self, account: Account) -> None:
        """Saves an account; call it in a block that is undone if this raises `TakenError`.

        A key that is not unique, such as a user name, finds the last account that has it.
        """
        before = self.account(account.id)
        had: set[Claim] = set() if before is None else {*before.claims(), *before.handles()}
        for claim in had - {*account.claims(), *account.handles()}:
            if self._tables.get(_CLAIMS, _id(claim)) == _mark(account):
                self._tables.drop(_CLAIMS, _id(claim))
        for claim in dict.fromkeys(account.claims()):
            if claim not in had and not self._tables.add(_CLAIMS, _id(claim), _mark(account)):
                raise TakenError(claim[0])
        for handle in account.handles():
            if handle not in had:
                self._tables.save(_CLAIMS, _id(handle), _mark(account))
        self._tables.save(_ACCOUNTS, str(account.id), plain(account))

    def get(self, kind: type[R], key: int | str) -> R | None:
        row = self._tables.get(kind.__name__, str(key))
        return None if row is None else row_of(kind, row)

    def keep(self, row: Row) -> None:
        """Saves a row of any kind except accounts."""
        owner = "" if row.user_id is None else str(row.user_id)
        self._tables.save(type(row).__name__, str(row.id), plain(row), owner)

    def drop(self, row: Row) -> None:
        self._tables.drop(type(row).__name__, str(row.id))

    def all(self, kind: type[R]) -> list[R]:
        return [row_of(kind, row) for row in self._tables.all(kind.__name__)]

    def of_user(self, kind: type[R], user_id: int) -> list[R]:
        """Returns the user's rows of a kind, oldest first."""
        return [row_of(kind, row) for row in self._tables.owned(kind.__name__, str(user_id))]

    def newest(self, kind: type[R], skip: int, limit: int) -> list[R]:
        """Returns some rows, newest first; only for kinds whose rows are never dropped."""
        found = self._tables.page(kind.__name__, skip, limit, newest_first=True)
        return [row_of(kind, row) for row in found]

    def total(self, kind: type[R]) -> int:
        """Returns the number of rows; only for kinds whose rows are never dropped."""
        return self._tables.count(kind.__name__)

    def use_nonce(self, key_id: str, nonce: str, ts: int, *, oldest: float) -> bool:
        """Records a nonce; returns False if the key id used it before.

        Nonces before `oldest` may be reused: their timestamp alone refuses the request.
        """
        self._sweep(oldest)
        id = f"{key_id}\n{nonce}"  # headers cannot contain a line feed
        row = {"id": id, "ts": ts}
        if self._tables.add(_NONCES, id, row):
            return True
        used = self._tables.get(_NONCES, id)
        if used is not None and used["ts"] >= oldest:
            return False
        self._tables.save(_NONCES, id, row)
        return True

    def _sweep(self, oldest: float) -> None:
        """Removes old nonces from time to time."""
        self._unswept += 1
        if self._unswept >= _SWEEP:
            self._unswept = 0
            for row in self._tables.page(_NONCES, 0, 2 * _SWEEP):
                if row["ts"] < oldest:
                    self._tables.drop(_NONCES, row["id"])


def _id(claim: Claim) -> str:
    return ":".join(claim)


def _mark(account: Account) -> dict[str, int]:
    return {"user": account.id}
