"""How a broken adapter comes into the zoo, with the law that catches it; two kinds of spoilers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen
from onboarding import User, UserRecord
from onboarding.spi import Flow, Request

from .ark import Json, Sound, Zoo, key

__all__ = ["ANIMALS", "Spoiler", "Writer", "breaks"]

ANIMALS: dict[str, tuple[str, str, type[Zoo]]] = {}


def breaks(
    law: str, says: str = "", *, zoo: type[Zoo] = Zoo, **declared: Any
) -> Callable[[type[Sound]], type[Sound]]:
    """Puts a broken adapter into the zoo, with the law that must catch it, and what that says."""

    def decorate(cls: type[Sound]) -> type[Sound]:
        made = frozen(cls, kw_only=True, repr="__repr__" not in vars(cls))
        told = {"adapter": made(api_key=key()), **declared, "asked": ()}
        ANIMALS[cls.__name__] = law, says, type(cls.__name__, (zoo,), told)
        return made

    return decorate


class Writer(Sound):
    """An adapter that spoils what it sends."""

    def ask(
        self,
        method: str,
        operation: str,
        *path: str,
        body: Json | None = None,
        query: tuple[tuple[str, str], ...] = (),
    ) -> Request:
        spoilt = body if body is None else self.spoil(dict(body), operation)
        return super().ask(method, operation, *path, body=spoilt, query=query)

    def spoil(self, body: Json, operation: str) -> Json:
        return body


class Spoiler(Sound):
    """An adapter that spoils what an update sends, by the record and the user given."""

    def update_user(self, record: UserRecord, user: User) -> Flow[UserRecord]:
        self.require_own(record, UserRecord)
        wire = self.wire_for(self.validated(user, record))
        body, losses = wire.update(record.user, user, unmapped=record.unmapped)
        losses = self.refuse(losses)
        body = self.spoilt(body, record, user)
        if not body:
            return self.unchanged(record, losses)
        response = yield self.ask("PATCH", "update_user", record.id, body=body)
        return self.kept(response, losses)

    def spoilt(self, body: Json, record: UserRecord, user: User) -> Json:
        return body
