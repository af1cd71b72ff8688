"""The base class of adapters: flows, translation, and the hooks that the engine calls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any, ClassVar, TypeVar

from attrs import evolve, frozen

from onboarding.adapter.agreement import digest_of
from onboarding.adapter.reconciling import CONTENT
from onboarding.adapter.recording import Recording
from onboarding.errors import (
    IdempotencyConflict,
    InvalidInput,
    Problem,
    Unsupported,
)
from onboarding.http import Flow, Proof, Request, Response, Token, retry_after
from onboarding.mapping.effects import Effect, effects
from onboarding.mapping.explain import Explanation, explain
from onboarding.mapping.plan import Plan
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation, translation
from onboarding.model.answers import Loss, Partial, refused
from onboarding.model.capabilities import Capability, CapabilityState
from onboarding.model.quota import Quota
from onboarding.model.record import UserRecord, UserStatus
from onboarding.model.user import User
from onboarding.model.webhooks import WebhookReport
from onboarding.provider_errors import ErrorDetails
from onboarding.requirements.evaluation import missing
from onboarding.requirements.report import RequirementReport
from onboarding.requirements.target import Target
from onboarding.serialization import problems_of
from onboarding.urls import has_lone_surrogate
from onboarding.values.base import Model, trust

__all__ = ["Adapter"]

M = TypeVar("M", bound=Model)

_WRITTEN = {
    "create_user": (On.CREATE,),
    "update_user": (On.UPDATE,),
    "categorise_user": (On.UPDATE, On.CATEGORISE),  # which is an update at some providers
}


@frozen(kw_only=True)
class Adapter(Recording):
    """The base class of adapters. A subclass is a frozen attrs class whose fields are its settings.

    Each operation is a generator that yields requests, receives responses and returns a core
    object. An adapter opens no socket, reads no clock and keeps no state. An operation that is not
    overridden raises `Unsupported`.
    """

    extras: ClassVar[type | None] = None
    """The class of `User.extras[provider]`, if the provider has extras."""

    wires: ClassVar[tuple[type, ...]] = ()
    """The wire classes of users, the most used first."""

    other_wires: ClassVar[tuple[type, ...]] = ()
    """The wire classes of everything else: bank accounts, documents, what is only read."""

    targets: ClassVar[Mapping[str, Target]] = {}
    """The targets of the provider, by name such as `create_owner`."""

    idempotency_header: ClassVar[str] = ""
    """The header of the provider's idempotency keys; empty if it takes none.

    The engine puts a random key into it where the flow gave none, and repeats such a request.
    """

    keyed_methods: ClassVar[tuple[str, ...]] = ("POST",)
    """The methods that the provider accepts an idempotency key with."""

    quotas: ClassVar[tuple[Quota, ...]] = ()
    """The quotas that the provider documents for an account. A gateway stays under them."""

    @property
    def own_quotas(self) -> tuple[Quota, ...]:
        """The quotas of this account: `quotas`, unless they depend on the settings."""
        return self.quotas

    simulated_by: ClassVar[str] = ""
    """The class that simulates the provider, as `module:Class`; empty if there is none."""

    @classmethod
    def supports(cls, operation: str) -> bool:
        return getattr(cls, operation) is not getattr(Adapter, operation)

    # -- translation, offline

    def wire_for(self, user: User) -> Translation:
        """Returns the translation with which such a user is created and updated."""
        self.unsupported("wire_for")

    def keeps_reference(self, user: User) -> bool:
        return "reference" in self.wire_for(user).plan.by_core

    def comparable(self, user: User, operation: str) -> set[str]:
        wire = self.wire_for(user)
        written = [wire.plan.writable(on) for on in _WRITTEN.get(operation, ())]
        _, losses = wire.to_wire(user, On.CREATE)
        return set[str]().union(*written) - {loss.core_path for loss in losses}

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

        For an object (`address`), one explanation per field in it. A path of another class than
        users starts with its name: `IbanAccount.iban`, or `IbanAccount` for all of its fields.
        Raises `InvalidInput` for a path that the core does not have.
        """
        name, _, rest = path.partition(".")
        every = (Plan(wire, cls.provider) for wire in cls.other_wires)
        if others := [plan for plan in every if plan.root.__name__ == name]:
            plans, place = others, f"{name}."
        else:
            every = (translation(wire, cls.provider).plan for wire in cls.wires)
            plans, rest, place = [plan for plan in every if plan.concerns(path)], path, ""
        found = [one for plan in plans for one in explain(rest, plan)]
        if plans and not found:
            raise InvalidInput([Problem(path, "unknown", "the core has no such path")])
        return tuple(evolve(x, core_path=place + x.core_path) if place else x for x in found)

    def target(self, name: str) -> Target:
        """Returns a target under these settings. Raises `InvalidInput` for an unknown name."""
        if name not in self.targets:
            known = ", ".join(self.targets) or "none"
            text = f"{self.provider} has no such target; it has {known}"
            raise InvalidInput([Problem("target", "unknown", text)])
        return self.targets[name]

    def missing(self, held: User | UserRecord, target: str) -> RequirementReport:
        """Returns what a user, given as it is or as held on a record, lacks for a target.

        `held` is a user or a record. There is no call to the provider.
        """
        return missing(held, self.target(target), accept_loss=self.accept_loss)

    def calls_to_create(self, user: User) -> int:
        """Returns how many requests `create_user` makes for a user, besides logging in."""
        return 1

    def effects(self, record: UserRecord, user: User) -> tuple[Effect, ...]:
        """Returns the effects that `update_user(record, user)` would have, without a call to the
        provider.
        """
        self.require_own(record, UserRecord)
        return effects(self.wire_for(user), record, user)

    # -- hooks of the engine

    def sign(self, request: Request, proof: Proof) -> Request:
        """Returns the request with its credentials: a pure function of its arguments.

        `proof` has the time, a nonce and the token of the login.
        """
        return request

    def login(self) -> Flow[Token] | None:
        """Returns the flow that fetches a token, None if the provider uses no tokens."""
        return None

    def token_refused(self, response: Response) -> bool:
        """Whether an answer refuses the token; the request was not carried out."""
        return False

    def clock_refused(self, response: Response) -> bool:
        """Whether an answer refuses the time of the signature; the request was not carried out."""
        return False

    def server_time(self) -> Flow[datetime]:
        """Returns the flow that fetches the provider's time, if signatures contain one.

        Its request is anonymous.
        """
        self.unsupported("server_time")

    def refuses_credentials(self, details: ErrorDetails) -> bool:
        """Whether an `Unauthorized` refuses these settings; after several, calls are not sent.

        False for what is wrong with one call only, such as the expired code of a user.
        """
        return details.status == 401

    def retry_advice(self, response: Response) -> bool | None:
        """Whether an answer itself says that the request may be sent again; None if it does not.

        It is asked of answers that are not 2xx. The advice replaces the engine's own rules; the
        limits of the policy stay.
        """
        return None

    def retry_after(self, response: Response) -> float | None:
        """Returns the seconds that an answer asks to wait before another attempt; None for none.

        Reads the header `Retry-After`. An adapter overrides it if the provider has another one.
        """
        return retry_after(response)

    def key_spent(self, response: Response) -> bool:
        """Whether an error answer refuses an idempotency key because it was used before.

        The engine asks only about keys that it made. A provider that answers a repeated request
        with its first answer needs no override.
        """
        return False

    def first_response(self, key: str) -> Flow[Response | None]:
        """Returns the flow that fetches the first answer to a key; None if there is none."""
        self.unsupported("first_response")

    def probe(self) -> Flow[datetime | None]:
        """Returns the flow of `gateway.check()`: cheap reads, of which one needs the key.

        Its result is the provider's time, None if no answer has it in its body.
        """
        self.unsupported("probe")

    # -- webhooks, for `onboarding webhooks`

    returns_webhook_secret: ClassVar[bool] = False
    """Whether `install_webhooks` may return a secret, which the provider shows only then."""

    def check_webhooks(self, url: str) -> Flow[WebhookReport]:
        """Returns the flow that looks whether the provider notifies `url` of what concerns users.

        It only reads.
        """
        self.unsupported("check_webhooks")

    def install_webhooks(self, url: str, *, replace: bool = False) -> Flow[WebhookReport]:
        """Returns the flow that registers `url` for what is missing or wrong.

        What is registered for another address is changed only if `replace` is true.
        """
        self.unsupported("install_webhooks")

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

    def resumable(self, partial: Partial, content: object, operation: str = "") -> None:
        """Raises an error if a call cannot be resumed with `content`, or with a digest of it.

        `InvalidInput` for a partial of another gateway or environment, or of another call than
        `operation`, and for content of another class; `IdempotencyConflict` for other content. A
        partial without a digest accepts any content: compare it with the content at the provider.
        """
        self.require_own(partial, Partial)
        kind = CONTENT.get(operation, object)
        if operation and not (partial.operation == operation and isinstance(content, kind)):
            text = f"expected the partial of a {operation}, and a {kind.__name__}"
            raise InvalidInput([Problem("operation", "conflict", text)])
        if partial.digest and partial.digest != digest_of(content):
            raise IdempotencyConflict(partial.operation, partial.id)

    @staticmethod
    def unchanged(record: UserRecord, losses: tuple[Loss, ...]) -> UserRecord:
        """Returns the record after an update that sent nothing, with the losses of the update."""
        read = tuple(loss for loss in record.losses if loss.wire_path in record.unmapped)
        return trust(UserRecord, {**vars(record), "losses": (*losses, *read)}) if losses else record

    @staticmethod
    def closed(record: UserRecord, response: Response, **facts: Any) -> UserRecord:
        """Returns a record as closed: its user may do nothing, and nothing is asked for.

        `response` is the one that closed it; `facts` are further fields of the record.
        """
        found = {
            "status": UserStatus.CLOSED,
            "capabilities": tuple(map(_stopped, record.capabilities)),
            "requirements": (),
            "next_actions": (),
            "retrieved_at": response.received_at,
        }
        return trust(UserRecord, {**vars(record), **found, **facts})

    def refuse(
        self, losses: Iterable[Loss], *, under: str = "", accepted: Collection[str] | None = None
    ) -> tuple[Loss, ...]:
        """Raises `Unsupported` for losses that are not accepted; else returns the losses.

        `under` is put before their core paths, such as `documents.`; `accepted` replaces the paths
        that the settings accept.
        """
        found = tuple(losses)
        if under:
            found = tuple(evolve(x, core_path=under + x.core_path) for x in found)
        if not found:
            return found
        if bad := refused(found, self.accept_loss if accepted is None else accepted):
            raise Unsupported(
                (Problem(x.core_path, "unsupported", x.reason, x.wire_path) for x in bad),
                provider=self.provider,
            )
        return found

    @classmethod
    def simulator(cls) -> Any:
        """Returns the class that simulates the provider (extra `simulators`), or None."""
        module, _, name = cls.simulated_by.partition(":")
        return getattr(import_module(module), name) if module else None


def _stopped(one: Capability) -> Capability:
    """Returns a capability of a user who was closed: no requirement brings it back."""
    off = one.state in (CapabilityState.NOT_REQUESTED, CapabilityState.REJECTED)
    state = one.state if off else CapabilityState.RESTRICTED
    facts = {"state": state, "deadline": None, "blocked_by": (), "reason": ""}
    return trust(Capability, {**vars(one), **facts})
