"""The call that a handler receives, the reply, and the objects that calls are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from attrs import field, frozen
from werkzeug.wrappers import Request

from onboarding_simulators.shared import Row

from .errors import no_access, not_found
from .settings import Settings

World: TypeAlias = Settings
"""The simulator as handlers see it; settings may change between calls."""

ACCOUNTS, PERSONS, BANKS, FILES, TOKENS = "accounts", "persons", "banks", "files", "tokens"
PLATFORM = "platform"
"""The owner of the rows of the platform itself, and the id of its row."""


@frozen(kw_only=True)
class Call:
    """One request: the named segments of its path, its parameters, and the account it is for."""

    request: Request = field(repr=False)
    params: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    given: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)
    on_behalf: str | None = None
    """The connected account of the header Stripe-Account."""
    request_id: str = ""

    @property
    def key(self) -> str | None:
        """The idempotency key."""
        return self.request.headers.get("Idempotency-Key") or None


@frozen(kw_only=True)
class Reply:
    """An answer with status 200; bytes are the content of a file."""

    body: Any = field(repr=False)


Handler = Callable[[World, Call], Reply]


def find_account(world: World, id: str) -> Row:
    """Returns a connected account; a missing one is refused like another platform's."""
    row = world.tables.get(ACCOUNTS, id)
    if row is None:
        raise no_access()
    return row


def account_of(world: World, call: Call) -> Row:
    """Returns the account that the path names."""
    return find_account(world, call.params["account"])


def person_of(world: World, call: Call) -> Row:
    """Returns the person that the path names, which must belong to the account of the path."""
    account = account_of(world, call)
    row = world.tables.get(PERSONS, call.params["person"])
    if row is None or row["account"] != account["id"]:
        raise not_found("person", "person")
    return row


def persons_of(world: World, account: Row) -> list[Row]:
    """Returns the persons of an account, oldest first."""
    return world.tables.owned(PERSONS, account["id"])


def banks_of(world: World, account: Row) -> list[Row]:
    """Returns the bank accounts of an account, oldest first."""
    return world.tables.owned(BANKS, account["id"])


def save_account(world: World, row: Row) -> None:
    """Saves an account."""
    world.tables.save(ACCOUNTS, row["id"], row)


def save_person(world: World, row: Row) -> None:
    """Saves a person."""
    world.tables.save(PERSONS, row["id"], row, row["account"])


def dig(value: Any, path: str) -> Any:
    """Returns the value at a dotted path, or None."""
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return value  # pyright: ignore[reportUnknownVariableType]
