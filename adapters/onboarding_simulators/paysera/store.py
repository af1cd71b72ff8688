"""The rows on file, in memory or in SQLite."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Set
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from cattrs import Converter

from onboarding_simulators.shared import Tables

from .rows import Account, Claim

T = TypeVar("T")

# What has its default is left out, which keeps rows short, and files readable to what comes later.
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
    """What JSON can say of a row."""
    made: dict[str, Any] = _converter.unstructure(row)
    return made


def row_of(kind: type[T], made: dict[str, Any]) -> T:
    """The row that `plain` was given."""
    return _converter.structure(made, kind)


# Its methods are the statements that a database runs; nothing else keeps state but what limits
# count by the minute. It takes no lock: its owner does.

FIRST_USER_ID = 221
FIRST_WALLET_ID = 14471
_ACCOUNTS, _CLAIMS, _NONCES = "accounts", "claims", "nonces"
_SWEEP = 64  # nonces between two looks for those that are too old


class Row(Protocol):
    @property
    def id(self) -> int | str: ...
    @property
    def user_id(self) -> int | None: ...


R = TypeVar("R", bound=Row)


class TakenError(Exception):
    """Somebody else has what only one user can have; its text is the kind of that."""


class Store:
    """Accounts with what they are found by, rows of any other kind, counters and nonces."""

    def __init__(self, path: str | None = None) -> None:
        """Opens the state file at `path`, or memory without one. Raises ValueError."""
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
        """1 at the first call for this kind, 2 at the second, and so on."""
        return self._tables.number(kind)

    def account(self, user_id: int) -> Account | None:
        row = self._tables.get(_ACCOUNTS, str(user_id))
        return None if row is None else row_of(Account, row)

    def accounts(
        self, skip: int = 0, limit: int = -1, *, newest_first: bool = False
    ) -> list[Account]:
        """Some of the accounts in the order of their registration, any page as fast as the first.

        -1 sets no limit.
        """
        rows = self._tables.page(_ACCOUNTS, skip, limit, newest_first=newest_first)
        return [row_of(Account, row) for row in rows]

    def count_accounts(self) -> int:
        return self._tables.count(_ACCOUNTS)  # no account is ever dropped

    def owner(self, claim: Claim) -> Account | None:
        row = self._tables.get(_CLAIMS, _id(claim))
        return None if row is None else self.account(row["user"])

    def put(self, account: Account) -> None:
        """Inserts or replaces the account, in a block that is undone if this raises `TakenError`.

        A handle, such as a user name, goes to whoever came last.
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
        """Inserts or replaces a row of any kind but an account."""
        owner = "" if row.user_id is None else str(row.user_id)
        self._tables.save(type(row).__name__, str(row.id), plain(row), owner)

    def drop(self, row: Row) -> None:
        self._tables.drop(type(row).__name__, str(row.id))

    def all(self, kind: type[R]) -> list[R]:
        return [row_of(kind, row) for row in self._tables.all(kind.__name__)]

    def of_user(self, kind: type[R], user_id: int) -> list[R]:
        """This user's rows of a kind, oldest first."""
        return [row_of(kind, row) for row in self._tables.owned(kind.__name__, str(user_id))]

    def newest(self, kind: type[R], skip: int, limit: int) -> list[R]:
        """Some rows of a kind of which none is ever dropped, newest first."""
        found = self._tables.page(kind.__name__, skip, limit, newest_first=True)
        return [row_of(kind, row) for row in found]

    def total(self, kind: type[R]) -> int:
        """How many rows there are of a kind of which none is ever dropped."""
        return self._tables.count(kind.__name__)

    def use_nonce(self, key_id: str, nonce: str, ts: int, *, oldest: float) -> bool:
        """Remembers a nonce; False if this key id has used it already.

        One older than `oldest` may come again: its timestamp alone refuses the request it came
        with.
        """
        self._sweep(oldest)
        id = f"{key_id}\n{nonce}"  # no header holds a line feed
        row = {"id": id, "ts": ts}
        if self._tables.add(_NONCES, id, row):
            return True
        used = self._tables.get(_NONCES, id)
        if used is not None and used["ts"] >= oldest:
            return False
        self._tables.save(_NONCES, id, row)
        return True

    def _sweep(self, oldest: float) -> None:
        """Forgets nonces that are too old, every so often some."""
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
