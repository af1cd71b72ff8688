"""The state of the simulated provider, as rows in memory or in a file, and its ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from attrs import asdict, field, frozen

from onboarding_simulators.shared import Row, Tables

from .values import Value

Entropy = Callable[[int], bytes]
"""Returns the given number of random bytes."""

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(prefix: str, now: float, entropy: Entropy) -> str:
    """Returns a prefix and a ULID: 48 bits of milliseconds, 80 random (docs: data-formats)."""
    milliseconds = int(now * 1000) & (2**48 - 1)
    number = milliseconds << 80 | int.from_bytes(entropy(10), "big")
    return prefix + "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def new_token(entropy: Entropy) -> str:
    """Returns 32 hexadecimal digits, the form of access tokens and SCA tokens."""
    return entropy(16).hex()


def error_id(now: float, entropy: Entropy) -> str:
    """Returns a UUID with the time in seconds after a hash, one of the two documented forms."""
    return f"{UUID(bytes=entropy(16), version=4)}#{int(now)}"


USERS, TOKENS, RESPONSES = "users", "tokens", "responses"


@frozen(kw_only=True)
class User:
    """A stored user; the facts about the person are keyed by their dotted SCA path."""

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
    """Whether an enrolment was ever triggered; until then there is no SCA status."""
    last_access: int | None = None
    """The last time the user passed SCA to view an account."""
    consents: tuple[str, ...] = ()
    """The scopes in which the platform may act for the user."""
    last_consent: int | None = None
    inflows_blocked: bool = False
    outflows_blocked: bool = False
    action_code: str = ""
    """The reason of the block, in six digits."""
    last_kyc: str | None = None
    renewal_deadline: str | None = None
    facts: Mapping[str, Value] = field(repr=False)


@frozen(kw_only=True)
class StoredResponse:
    """The first answer given for an idempotency key."""

    made: float
    status: int
    content_type: str
    url: str = field(repr=False)
    body: str = field(repr=False)


class Store:
    """Stores users, tokens and first answers; `tables` has all other resources."""

    def __init__(self, path: str | None = None) -> None:
        """Opens the state file at `path`, or memory without a path."""
        self.tables = Tables(path)

    def __repr__(self) -> str:
        return "Store()"

    def save_user(self, user: User) -> None:
        """Saves a user; replaces the user with the same id."""
        self.tables.save(USERS, user.id, asdict(user))

    def user(self, id: str) -> User | None:
        """Returns the user with that id; ids are case-sensitive."""
        row = self.tables.get(USERS, id)
        return None if row is None else _user(row)

    def count_users(self) -> int:
        """Returns the number of users."""
        return self.tables.count(USERS)

    def users(self, skip: int, limit: int, *, newest_first: bool = False) -> list[User]:
        """Returns some of the users, in order of creation."""
        rows = self.tables.page(USERS, skip, limit, newest_first=newest_first)
        return [_user(row) for row in rows]

    def save_token(self, token: str, expires: float, now: float) -> None:
        """Saves a token until it expires; deletes some expired tokens."""
        for row in self.tables.page(TOKENS, 0, 8):
            if row["Expires"] <= now:
                self.tables.drop(TOKENS, row["Token"])
        self.tables.save(TOKENS, token, {"Token": token, "Expires": expires})

    def token_expiry(self, token: str) -> float | None:
        """Returns the time at which a token expires, or None if it is unknown."""
        row = self.tables.get(TOKENS, token)
        return None if row is None else row["Expires"]

    def forget_tokens(self) -> None:
        """Deletes every token."""
        self.tables.drop(TOKENS)

    def save_response(self, key: str, response: StoredResponse) -> None:
        """Stores the answer given for an idempotency key."""
        self.tables.save(RESPONSES, key, asdict(response))

    def response(self, key: str) -> StoredResponse | None:
        """Returns the answer stored for an idempotency key, or None."""
        row = self.tables.get(RESPONSES, key)
        return None if row is None else StoredResponse(**row)


def _user(row: Row) -> User:
    row["consents"] = tuple(row["consents"])  # JSON has no tuples
    return User(**row)
