"""The base class of adapters: flows, translation, and the hooks that the engine calls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, ClassVar, cast

from attrs import frozen

from onboarding.adapter.reading import identifier, reference
from onboarding.adapter.settings import Settings
from onboarding.errors import (
    IdempotencyConflict,
    InvalidInput,
    Problem,
    UnexpectedResponse,
    Unsupported,
)
from onboarding.http import (
    Flow,
    Proof,
    Request,
    Response,
    Token,
    has_lone_surrogate,
)
from onboarding.levels import level_word
from onboarding.mapping.effects import Effect, effects
from onboarding.mapping.explain import Explanation, explain
from onboarding.mapping.translation import Translation, translation
from onboarding.mapping.unread import coarsened
from onboarding.model.answers import Loss, Partial, RateLimit, refused
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.requirements.evaluation import missing
from onboarding.requirements.report import RequirementReport
from onboarding.requirements.target import Target
from onboarding.serialization import problems_of
from onboarding.values.base import trust

__all__ = ["Adapter"]


@frozen(kw_only=True)
class Adapter(Settings):
    """The base class of adapters. A subclass is a frozen attrs class whose fields are its settings.

    Each operation is a generator that yields requests, receives responses and returns a core
    object. An adapter opens no socket, reads no clock and keeps no state. An operation that is not
    overridden raises `Unsupported`.
    """

    extras: ClassVar[type | None] = None
    """The class of `User.extras[provider]`, if the provider has extras."""

    wires: ClassVar[tuple[type, ...]] = ()
    """The wire classes of users, the most used first."""

    targets: ClassVar[Mapping[str, Target]] = {}
    """The targets of the provider, by name such as `create_owner`."""

    key_lifetime: ClassVar[timedelta | None] = None
    """How long the provider remembers the idempotency key of `create_user`; None: not supported.

    Within this time, the same call with the same key returns the user of the first call.
    """

    simulated_by: ClassVar[str] = ""
    """The class that simulates the provider, as `module:Class`; empty if there is none."""

    @classmethod
    def supports(cls, operation: str) -> bool:
        """Whether the adapter implements an operation, by its name such as `find_user`."""
        return getattr(cls, operation) is not getattr(Adapter, operation)

    # -- translation, offline

    def wire_for(self, user: User) -> Translation:
        """Returns the translation with which such a user is created and updated."""
        self.unsupported("wire_for")

    @classmethod
    def read_user(cls, payload: Mapping[str, Any]) -> tuple[User, tuple[Loss, ...]]:
        """Returns the user in an object of the provider, and the losses of reading it.

        Raises `UnexpectedResponse` for an object of another kind.
        """
        cls.unsupported("read_user")

    @classmethod
    def write_user(cls, user: User) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        """Returns the object that creates a user, and its losses, which are not refused here."""
        cls.unsupported("write_user")

    # -- before anything is sent

    @classmethod
    def explain(cls, path: str) -> tuple[Explanation, ...]:
        """Returns how each wire class writes the field at a core path.

        For an object (`address`), one explanation per field in it. Raises `InvalidInput` for a path
        that the core does not have.
        """
        plans = [
            plan
            for wire in cls.wires
            if (plan := translation(wire, cls.provider).plan).concerns(path)
        ]
        found = tuple(one for plan in plans for one in explain(path, plan))
        if plans and not found:
            raise InvalidInput([Problem(path, "unknown", "the core has no such path")])
        return found

    def target(self, name: str) -> Target:
        """Returns a target under these settings. Raises `InvalidInput` for an unknown name."""
        if name not in self.targets:
            known = ", ".join(self.targets) or "none"
            text = f"{self.provider} has no such target; it has {known}"
            raise InvalidInput([Problem("target", "unknown", text)])
        return self.targets[name]

    def missing(self, held: User | UserRecord, target: str) -> RequirementReport:
        """Returns what a user lacks for a target, without a call to the provider."""
        return missing(held, self.target(target), accept_loss=self.accept_loss)

    def effects(self, record: UserRecord, user: User) -> tuple[Effect, ...]:
        """Returns the effects that `update_user` would have, without a call to the provider."""
        self.require_own(record, UserRecord)
        return effects(self.wire_for(user), record, user)

    # -- hooks of the engine

    def sign(self, request: Request, proof: Proof) -> Request:
        """Returns the request with its credentials: a pure function of its arguments."""
        return request

    def login(self) -> Flow[Token] | None:
        """Returns the flow that fetches a token, None if the provider uses no tokens."""
        return None

    def token_refused(self, response: Response) -> bool:
        """Whether an answer refuses the token; the request was not carried out."""
        return False

    def is_transient(self, response: Response) -> bool:
        """Whether an answer comes from a proxy, not from the provider; a read is then repeated."""
        return False

    def rate_limits(self, response: Response) -> tuple[RateLimit, ...]:
        """Returns the rate limits in an answer, one per window; empty if it has none."""
        return ()

    def clock_refused(self, response: Response) -> bool:
        """Whether an answer refuses the time of the signature; the request was not carried out."""
        return False

    def server_time(self) -> Flow[datetime]:
        """Returns the flow that fetches the provider's time, if signatures contain one.

        Its request is anonymous.
        """
        self.unsupported("server_time")

    # -- shared by subclasses

    @staticmethod
    def validated_key(key: str | None) -> str | None:
        """Returns the caller's idempotency key, None for none.

        Raises `InvalidInput` for a key that is blank, not a string, or not encodable as UTF-8.
        """
        if key is None:
            return None
        if not isinstance(key, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidInput([Problem("idempotency_key", "type", "expected a text")])
        if not key.strip():
            raise InvalidInput([Problem("idempotency_key", "shape", "is blank")])
        if has_lone_surrogate(key):
            raise InvalidInput([Problem("idempotency_key", "shape", "has a lone surrogate")])
        return key

    def validated(self, user: User, since: UserRecord | None = None) -> User:
        """Returns the user after checking its extras for this provider.

        Extras that the record `since` already has are not checked again. Raises `InvalidInput`,
        which lists every problem by path.
        """
        if not isinstance(user, User):  # pyright: ignore[reportUnnecessaryIsInstance]
            text = "expected a User; User.parse builds one from plain data"
            raise InvalidInput([Problem("", "type", text)])
        given: Mapping[str, Any] = user.extras.get(self.provider, {})
        if not given:
            return user
        shown: Mapping[str, Any] = since.user.extras.get(self.provider, {}) if since else {}
        new = {name: value for name, value in given.items() if value != shown.get(name)}
        if new and self.extras is not None and (found := problems_of(new, self.extras)):
            raise InvalidInput(x.under(f"extras.{self.provider}") for x in found)
        return user

    def resumable(self, partial: Partial, content: str) -> None:
        """Raises an error if a call cannot be resumed with the content of the digest `content`.

        `InvalidInput` for a partial of another gateway or environment, `IdempotencyConflict` for
        other content. A partial without a digest accepts any content: compare it with the content
        at the provider.
        """
        self.require_own(partial)
        if partial.digest and partial.digest != content:
            raise IdempotencyConflict(partial.operation, partial.id)

    @staticmethod
    def unchanged(record: UserRecord, losses: tuple[Loss, ...]) -> UserRecord:
        """Returns the record after an update that sent nothing, with the losses of the update."""
        read = tuple(loss for loss in record.losses if loss.wire_path in record.unmapped)
        return trust(UserRecord, {**vars(record), "losses": (*losses, *read)}) if losses else record

    def refuse(self, losses: Iterable[Loss]) -> tuple[Loss, ...]:
        """Raises `Unsupported` for losses that are not accepted; else returns the losses."""
        found = tuple(losses)
        if bad := refused(found, self.accept_loss):
            raise Unsupported(
                (Problem(x.core_path, "unsupported", x.reason, x.wire_path) for x in bad),
                provider=self.provider,
            )
        return found

    def record(
        self,
        wire: Translation,
        payload: Mapping[str, Any],
        response: Response,
        *,
        id: str,
        references: Iterable[str] = (),
        levels: Iterable[str] = (),
        scopes: Collection[str] | None = None,
        losses: tuple[Loss, ...] = (),
        **facts: Any,
    ) -> UserRecord:
        """Returns the record of a user from the provider's object in a response.

        `id`, `references` and `levels` are wire paths in the object. A reference is an id or a list
        of ids, which are numbered: `wallets.0`. Each level of the record is the lowest
        level of the provider's words, None if one of the words is unknown. A level that is no word
        (null, false) counts as unknown; a level without a key, hidden by a scope, does not count.
        `facts` are further fields of the record.

        A field that cannot be read is `Absence.UNREADABLE`; the other fields are read. The record
        is not checked: the law `valid_records` checks what an adapter puts into it. Raises
        `UnexpectedResponse` if the payload is not an object, or has no usable id.
        """
        try:
            user, unmapped = wire.from_wire(payload)
        except UnexpectedResponse as error:
            status, raw = response.status, response.body
            raise UnexpectedResponse(error.problems, status=status, raw=raw) from None
        provider_fields = wire.provider_fields(payload)
        found = identifier(provider_fields, id, response)
        provider_fields.pop(id)
        said: dict[str, str] = {}
        for path in levels:
            if (word := _level_at(payload, path)) is not None:
                said[path] = word
        kyc, identification, eidas, nist = self.policy.levels(*said.values())
        values = {
            **self.provenance,
            "id": found,
            "references": dict(_references(provider_fields, references)),
            "user": user,
            "retrieved_at": response.received_at,
            "kyc_level": kyc,
            "identification_level": identification,
            "eidas_level": eidas,
            "nist_ial": nist,
            "provider_levels": said,
            "absent": wire.absent(user, payload, unmapped=unmapped, scopes=scopes),
            "provider_fields": provider_fields,
            "unmapped": unmapped,
            "losses": (*losses, *coarsened(wire, user, unmapped)) if unmapped else losses,
            "rate_limits": self.rate_limits(response),
            "raw": payload,
            **facts,
        }
        return trust(UserRecord, values)

    @classmethod
    def simulator(cls) -> Any:
        """Returns the class that simulates the provider (extra `simulators`), or None."""
        module, _, name = cls.simulated_by.partition(":")
        return getattr(import_module(module), name) if module else None


def _references(shown: Mapping[str, Any], paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yields the ids at wire paths, each with its path; those of a list are numbered."""
    for path in paths:
        value = shown.get(path)
        many = isinstance(value, list)
        items = cast("list[Any]", value) if many else [value]
        for index, item in enumerate(items):
            if (found := reference(item)) is not None:
                yield f"{path}.{index}" if many else path, found


def _level_at(payload: object, path: str) -> str | None:
    """Returns the word at the wire path of a level, None if the payload has no such key."""
    for name in path.split("."):
        if payload == []:  # an empty object, as some providers spell one
            return None
        if not isinstance(payload, Mapping):
            break
        if name not in payload:
            return None
        payload = cast("Mapping[str, object]", payload)[name]
    return level_word(payload)
