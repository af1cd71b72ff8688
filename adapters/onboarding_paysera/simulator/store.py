"""The only thing that changes: tables of frozen rows, replaced as a whole."""

# Its methods are the statements that a database would run; nothing else keeps state. It takes
# no lock: its owner does.

from __future__ import annotations

import heapq
from typing import Any, Protocol, TypeVar, cast

from attrs import define, field

from .rows import Account, Claim

FIRST_USER_ID = 221
FIRST_WALLET_ID = 14471


class Row(Protocol):
    @property
    def id(self) -> int | str: ...
    @property
    def user_id(self) -> int | None: ...


R = TypeVar("R", bound=Row)
_Key = int | str


@define
class Store:
    """Accounts with what they are found by, tables of any other rows, counters and nonces."""

    _accounts: dict[int, Account] = field(factory=dict[int, Account], repr=False)
    _owners: dict[Claim, int] = field(factory=dict[Claim, int], repr=False)
    _tables: dict[type, dict[_Key, Any]] = field(factory=dict[type, dict[_Key, Any]], repr=False)
    # The keys of the rows of a kind that one user has, in order.
    _owned: dict[tuple[type, int], dict[_Key, None]] = field(
        factory=dict[tuple[type, int], dict[_Key, None]], repr=False
    )
    _counters: dict[str, int] = field(factory=dict[str, int], repr=False)
    _nonces: set[tuple[str, str]] = field(factory=set[tuple[str, str]], repr=False)
    _nonce_ages: list[tuple[int, str, str]] = field(factory=list[tuple[int, str, str]], repr=False)

    def next_user_id(self) -> int:
        return FIRST_USER_ID + len(self._accounts)

    def next_wallet_id(self) -> int:
        return FIRST_WALLET_ID - 1 + self.count("wallet")

    def count(self, kind: str) -> int:
        """1 at the first call for this kind, 2 at the second, and so on."""
        self._counters[kind] = self._counters.get(kind, 0) + 1
        return self._counters[kind]

    def account(self, user_id: int) -> Account | None:
        return self._accounts.get(user_id)

    def accounts(self) -> list[Account]:
        return list(self._accounts.values())

    def owner(self, claim: Claim) -> Account | None:
        user_id = self._owners.get(claim)
        return None if user_id is None else self._accounts[user_id]

    def put(self, account: Account) -> None:
        """Inserts or replaces the account; its claims must have been found free."""
        before = self._accounts.get(account.id)
        if before is not None:
            for claim in (*before.claims(), *before.handles()):
                self._owners.pop(claim, None)
        self._accounts[account.id] = account
        for claim in (*account.claims(), *account.handles()):
            self._owners[claim] = account.id

    def get(self, kind: type[R], key: _Key) -> R | None:
        return cast("R | None", self._tables.get(kind, {}).get(key))

    def keep(self, row: Row) -> None:
        """Inserts or replaces a row of any kind but an account."""
        kind = type(row)
        self._tables.setdefault(kind, {})[row.id] = row
        if row.user_id is not None:
            self._owned.setdefault((kind, row.user_id), {})[row.id] = None

    def drop(self, row: Row) -> None:
        kind = type(row)
        self._tables.get(kind, {}).pop(row.id, None)
        if row.user_id is not None:
            self._owned.get((kind, row.user_id), {}).pop(row.id, None)

    def all(self, kind: type[R]) -> list[R]:
        return cast("list[R]", list(self._tables.get(kind, {}).values()))

    def of_user(self, kind: type[R], user_id: int) -> list[R]:
        """This user's rows of a kind, oldest first."""
        table = self._tables.get(kind, {})
        return [cast("R", table[key]) for key in self._owned.get((kind, user_id), {})]

    def use_nonce(self, key_id: str, nonce: str, ts: int, *, oldest: float) -> bool:
        """Remembers a nonce; False if this key id has used it already.

        Nonces older than `oldest` are forgotten: their timestamp alone refuses them.
        """
        while self._nonce_ages and self._nonce_ages[0][0] < oldest:
            _, old_id, old_nonce = heapq.heappop(self._nonce_ages)
            self._nonces.discard((old_id, old_nonce))
        if (key_id, nonce) in self._nonces:
            return False
        self._nonces.add((key_id, nonce))
        heapq.heappush(self._nonce_ages, (ts, key_id, nonce))
        return True
