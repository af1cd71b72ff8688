"""What the simulated provider remembers, as flat rows in memory or in a file; its ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from attrs import asdict, field, frozen

from onboarding_simulators.shared import Row, Tables

from .values import Value

Entropy = Callable[[int], bytes]
"""Gives that many random bytes."""

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(prefix: str, now: float, entropy: Entropy) -> str:
    """Gives a prefix with a ULID: 48 bits of milliseconds, 80 random ones (docs: data-formats)."""
    milliseconds = int(now * 1000) & (2**48 - 1)
    number = milliseconds << 80 | int.from_bytes(entropy(10), "big")
    return prefix + "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def new_token(entropy: Entropy) -> str:
    """Gives 32 hexadecimal digits, the form of access tokens, also in SCA links."""
    return entropy(16).hex()


def error_id(now: float, entropy: Entropy) -> str:
    """Gives a UUID with the second behind a hash, one of the two forms documented."""
    return f"{UUID(bytes=entropy(16), version=4)}#{int(now)}"


USERS, TOKENS, RESPONSES = "users", "tokens", "responses"


@frozen(kw_only=True)
class User:
    """One user on file; the facts about the person are keyed by their dotted SCA path."""

    id: str
    person_type: str
    category: str
    status: str
    kyc_level: str = "LIGHT"
    created: int
    terms: bool
    terms_date: int | None = None
    enrolled: bool = False
    last_enrolment: int | None = None
    sca_triggered: bool = False
    """Whether an enrolment was ever triggered; before that there is no SCA status."""
    last_access: int | None = None
    """When the user last passed SCA to look at an account."""
    consents: tuple[str, ...] = ()
    """The scopes in which the platform may act for the user."""
    last_consent: int | None = None
    inflows_blocked: bool = False
    outflows_blocked: bool = False
    action_code: str = ""
    """Why the user is blocked, in six digits."""
    last_kyc: str | None = None
    renewal_deadline: str | None = None
    facts: Mapping[str, Value] = field(repr=False)


@frozen(kw_only=True)
class StoredResponse:
    """The first answer that was given under an idempotency key."""

    made: float
    status: int
    content_type: str
    url: str = field(repr=False)
    body: str = field(repr=False)


class Store:
    """Users, tokens, first answers; `tables` keeps every other resource as the API shows it."""

    def __init__(self, path: str | None = None) -> None:
        """Opens the state file at `path`, or memory without one."""
        self.tables = Tables(path)

    def __repr__(self) -> str:
        return "Store()"

    def save_user(self, user: User) -> None:
        """Keeps a user, in place of the one with its id if there is one."""
        self.tables.save(USERS, user.id, asdict(user))

    def user(self, id: str) -> User | None:
        """Gives the user with that id; ids are case-sensitive."""
        row = self.tables.get(USERS, id)
        return None if row is None else _user(row)

    def count_users(self) -> int:
        """Says how many users there are."""
        return self.tables.count(USERS)

    def users(self, skip: int, limit: int, *, newest_first: bool = False) -> list[User]:
        """Gives some of the users in the order of their creation."""
        rows = self.tables.page(USERS, skip, limit, newest_first=newest_first)
        return [_user(row) for row in rows]

    def save_token(self, token: str, expires: float, now: float) -> None:
        """Keeps a token until it expires; forgets the oldest ones that did."""
        for row in self.tables.page(TOKENS, 0, 8):
            if row["Expires"] <= now:
                self.tables.drop(TOKENS, row["Token"])
        self.tables.save(TOKENS, token, {"Token": token, "Expires": expires})

    def token_expiry(self, token: str) -> float | None:
        """Gives the second at which a token expires."""
        row = self.tables.get(TOKENS, token)
        return None if row is None else row["Expires"]

    def forget_tokens(self) -> None:
        """Makes every token unknown, as a restart of the provider may."""
        self.tables.drop(TOKENS)

    def save_response(self, key: str, response: StoredResponse) -> None:
        """Keeps the answer given under an idempotency key."""
        self.tables.save(RESPONSES, key, asdict(response))

    def response(self, key: str) -> StoredResponse | None:
        """Gives the answer that was given under an idempotency key."""
        row = self.tables.get(RESPONSES, key)
        return None if row is None else StoredResponse(**row)


def _user(row: Row) -> User:
    row["consents"] = tuple(row["consents"])  # JSON has lists only
    return User(**row)
