"""What the simulator remembers, as rows that a table could hold."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Literal

from attrs import define, evolve, field, frozen

Channel = Literal["email", "phone"]
CHANNELS: tuple[Channel, ...] = ("email", "phone")
# Something that only one user can have: its kind, and its value made comparable.
Claim = tuple[str, str]

FIRST_USER_ID = 221
FIRST_WALLET_ID = 14471


@frozen(kw_only=True, repr=False)
class Contact:
    """An e-mail address or a phone: the confirmed value, and the one that awaits its code."""

    confirmed: str | None = None
    pending: str | None = None
    sent: int = 0  # codes sent so far
    wrong: int = 0  # wrong tries since the last code was sent


@frozen(kw_only=True, repr=False)
class Identity:
    name: str | None = None
    surname: str | None = None
    nationality: str | None = None  # lower case
    code: str | None = None


@frozen(kw_only=True, repr=False)
class Address:
    country: str  # lower case
    city: str
    street: str
    post_index: str | None = None


@frozen(kw_only=True, repr=False)
class Card:
    issuer: str
    number: str


@frozen(kw_only=True, repr=False)
class Account:
    id: int
    wallet_id: int | None = None
    email: Contact = Contact()
    phone: Contact = Contact()
    identity: Identity | None = None
    address: Address | None = None
    card: Card | None = None
    locale: str | None = None
    identification_level: str = "unidentified"
    calculated_level: str = "unidentified"
    offline_scopes: frozenset[str] = frozenset()

    def contact(self, channel: Channel) -> Contact:
        return self.email if channel == "email" else self.phone

    def with_contact(self, channel: Channel, contact: Contact) -> Account:
        if channel == "email":
            return evolve(self, email=contact)
        return evolve(self, phone=contact)

    def claims(self) -> Iterator[Claim]:
        """What nobody else can have, in the order in which the documents list the refusals."""
        if self.card is not None:
            yield "card", f"{self.card.issuer}:{self.card.number}"
        if self.identity is not None and self.identity.nationality and self.identity.code:
            yield "person_code", f"{self.identity.nationality}:{self.identity.code}"
        for channel in CHANNELS:
            contact = self.contact(channel)
            for value in (contact.confirmed, contact.pending):
                if value is not None:
                    yield channel, value.lower()


@frozen(kw_only=True)
class Token:
    """An access token: what a user's consent gave to the client."""

    access_token: str = field(repr=False)
    mac_key: str = field(repr=False)
    user_id: int
    scopes: frozenset[str]
    expires_at: float | None = None


@define
class Store:
    """The only thing that changes: rows are frozen, and replaced as a whole.

    Its methods are the statements that a database would run. It takes no lock: its owner does.
    """

    _accounts: dict[int, Account] = field(factory=dict[int, Account], repr=False)
    _owners: dict[Claim, int] = field(factory=dict[Claim, int], repr=False)
    _tokens: dict[str, Token] = field(factory=dict[str, Token], repr=False)
    _nonces: set[tuple[str, str]] = field(factory=set[tuple[str, str]], repr=False)
    _nonce_ages: list[tuple[int, str, str]] = field(factory=list[tuple[int, str, str]], repr=False)

    def next_user_id(self) -> int:
        return FIRST_USER_ID + len(self._accounts)

    def account(self, user_id: int) -> Account | None:
        return self._accounts.get(user_id)

    def owner(self, claim: Claim) -> Account | None:
        user_id = self._owners.get(claim)
        return None if user_id is None else self._accounts[user_id]

    def put(self, account: Account) -> None:
        """Inserts or replaces the row; its claims must have been found free."""
        before = self._accounts.get(account.id)
        if before is not None:
            for claim in before.claims():
                self._owners.pop(claim, None)
        self._accounts[account.id] = account
        for claim in account.claims():
            self._owners[claim] = account.id

    def token(self, access_token: str) -> Token | None:
        return self._tokens.get(access_token)

    def token_count(self) -> int:
        return len(self._tokens)

    def put_token(self, token: Token) -> None:
        self._tokens[token.access_token] = token

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
