"""What an adapter is: settings, flows, and how its requests are signed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, ClassVar, Protocol, TypedDict, cast, runtime_checkable

from attrs import evolve, field, fields_dict, frozen

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
    is_loopback,
)
from onboarding.mapping.effects import Effect, effects
from onboarding.mapping.explain import Explanation, explain
from onboarding.mapping.translation import Translation, translation
from onboarding.mapping.unread import coarsened
from onboarding.model.answers import Loss, Partial, RateLimit, refused
from onboarding.model.levels import LevelPolicy, level_word
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.operations import Operations
from onboarding.reading import identifier
from onboarding.requirements.evaluation import missing
from onboarding.requirements.report import RequirementReport
from onboarding.requirements.target import Target
from onboarding.serialization import problems_of
from onboarding.values.base import checks_of
from onboarding.values.secret import Secret

__all__ = ["Adapter", "Held", "Provenance"]


@runtime_checkable
class Held(Protocol):
    """What a gateway returned and takes back; it says where it comes from."""

    @property
    def provider(self) -> str: ...
    @property
    def gateway(self) -> str: ...
    @property
    def environment(self) -> str | None: ...


class Provenance(TypedDict):
    """The fields of a `Held` value that say where it comes from."""

    provider: str
    gateway: str
    environment: str | None


def _not_one_text(_: object, __: object, value: object) -> None:
    if isinstance(value, str):  # which would be taken letter by letter
        raise InvalidInput([Problem("accept_loss", "type", "expected a tuple of paths")])


def _word(environment: object) -> str | None:
    word: object = getattr(environment, "value", environment)  # of an enum, whatever its kind
    return None if word is None else str(word)


def _in_clear(cls: type, settings: Mapping[str, Any]) -> Iterator[Problem]:
    """A problem for each address to which keys and personal data would go unencrypted."""
    in_production = _word(settings.get("environment")) == "production"
    allowed = settings.get("allow_insecure_http") is True
    if allowed and in_production:
        yield Problem("allow_insecure_http", "conflict", "production takes https:// only")
    for name, check in checks_of(cls).items():
        address = settings.get(name)
        if check.shape is None or check.shape.name != "url" or not isinstance(address, str):
            continue
        is_safe = address.lower().startswith("https:") or is_loopback(address)
        if not is_safe and (in_production or not allowed):
            text = "expected https://, or a host on this machine: http:// is not encrypted"
            more = "" if in_production else "; allow_insecure_http permits it outside production"
            yield Problem(name, "insecure", text + more)


@frozen(kw_only=True)
class Adapter(Operations):
    """The code for one provider. A subclass is a frozen attrs class; its fields are its settings.

    Each operation is a generator that yields requests, is sent responses and returns a core
    object; an adapter opens no socket, reads no clock and keeps no state. What a provider cannot
    do is left as it is here: it raises `Unsupported`.
    """

    default_level_policy: ClassVar[LevelPolicy] = LevelPolicy(())
    """What the provider's own levels are worth, unless the configuration says otherwise."""

    extras: ClassVar[type | None] = None
    """The class of `User.extras[provider]`, if there is one."""

    wires: ClassVar[tuple[type, ...]] = ()
    """Every wire class that holds a user, the one most used first."""

    targets: ClassVar[Mapping[str, Target]] = {}
    """Where a user can get with the provider, by name: `create_owner`."""

    certificate_settings: ClassVar[tuple[str, ...]] = ()
    """Settings that, when on, have the connection's TLS certificate say who calls."""

    key_lifetime: ClassVar[timedelta | None] = None
    """How long the provider remembers the idempotency key of `create_user`; None: it takes none.

    Within this time the same call with the same key gives the user of the first call.
    """

    simulated_by: ClassVar[str] = ""
    """Where the class that simulates the provider is, as `module:Class`; empty for none."""

    name: str = ""
    """The gateway's name, for provenance; taken from the configuration's table."""

    accept_loss: tuple[str, ...] = field(default=(), validator=_not_one_text)
    """Core paths that may be left out: `identity.birthdate`; `address` or `address.*` for all."""

    levels: LevelPolicy | None = None
    """What the provider's own levels are worth to this gateway."""

    allow_insecure_http: bool = False
    """Whether `http://` may lead to another machine; the environment `production` refuses it."""

    def __attrs_post_init__(self) -> None:
        found = [
            problem
            for name, check in checks_of(type(self)).items()
            if Secret in check.kind or check.shape is not None
            for problem in check.problems(getattr(self, name))
        ]
        settings = {name: getattr(self, name) for name in fields_dict(type(self))}
        bad = {problem.path.partition(".")[0] for problem in found}
        found += [x for x in self.problems_in(settings) if x.path.partition(".")[0] not in bad]
        if found:
            raise InvalidInput(found)

    @classmethod
    def problems_in(cls, settings: Mapping[str, Any]) -> list[Problem]:
        """Problems between settings, by path: those of every adapter, and those of `rules`."""
        return [*_in_clear(cls, settings), *cls.rules(settings)]

    @classmethod
    def rules(cls, settings: Mapping[str, Any]) -> list[Problem]:
        """Problems between settings, by path; a setting that is bad by itself may be left out."""
        return []

    @classmethod
    def supports(cls, operation: str) -> bool:
        """Whether the adapter has an operation of its own, by its name: `find_user`."""
        return getattr(cls, operation) is not getattr(Adapter, operation)

    # -- translation alone: offline

    def wire_for(self, user: User) -> Translation:
        """The translation that these settings register and change such a user with."""
        self.unsupported("wire_for")

    @classmethod
    def read_user(cls, payload: Mapping[str, Any]) -> tuple[User, tuple[Loss, ...]]:
        """The user in an object of the provider's, and what of it the core has no place for.

        Raises `UnexpectedResponse` for an object of another kind.
        """
        cls.unsupported("read_user")

    @classmethod
    def write_user(cls, user: User) -> tuple[dict[str, Any], tuple[Loss, ...]]:
        """The object that registers a user, and what it cannot carry: reported, not refused."""
        cls.unsupported("write_user")

    # -- before anything is sent

    @classmethod
    def explain(cls, path: str) -> tuple[Explanation, ...]:
        """How the field at a core path goes to the provider, by each of its wire classes.

        For an object (`address`), each field below it. Raises `InvalidInput` for a path that
        the core does not have.
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
        """A target as these settings would reach it. Raises `InvalidInput` for an unknown name."""
        if name not in self.targets:
            known = ", ".join(self.targets) or "none"
            text = f"{self.provider} has no such target; it has {known}"
            raise InvalidInput([Problem("target", "unknown", text)])
        return self.targets[name]

    def missing(self, held: User | UserRecord, target: str) -> RequirementReport:
        """What a user still lacks for a target, without asking the provider."""
        return missing(held, self.target(target), accept_loss=self.accept_loss)

    def effects(self, record: UserRecord, user: User) -> tuple[Effect, ...]:
        """What `update_user` would bring with it, without asking the provider."""
        self.require_own(record, UserRecord)
        return effects(self.wire_for(user), record, user)

    # -- the protocol

    def sign(self, request: Request, proof: Proof) -> Request:
        """The request with its credentials: a pure function of its arguments."""
        return request

    def login(self) -> Flow[Token] | None:
        """How a token is got, for providers that want one; None for the others."""
        return None

    def token_refused(self, response: Response) -> bool:
        """Whether an answer says that the token is no longer good (and nothing was done)."""
        return False

    def is_transient(self, response: Response) -> bool:
        """Whether an answer says that nobody judged the request: a read is then sent once more."""
        return False

    def rate_limits(self, response: Response) -> tuple[RateLimit, ...]:
        """What an answer says of the calls left, by window; nothing where it says nothing."""
        return ()

    def clock_refused(self, response: Response) -> bool:
        """Whether an answer says that the time of the signature is wrong (and nothing was done)."""
        return False

    def server_time(self) -> Flow[datetime]:
        """The provider's time, for adapters whose signatures hold one; its request is anonymous."""
        self.unsupported("server_time")

    # -- what subclasses share

    @property
    def environment_name(self) -> str | None:
        """Which environment of the provider these settings reach, for provenance: `sandbox`."""
        return _word(getattr(self, "environment", None))

    @property
    def base(self) -> str | None:
        """The URL that the calls of these settings go to, as far as one is known before a call."""
        found: object = getattr(self, "base_url", None)
        return found if isinstance(found, str) else None

    @property
    def provenance(self) -> Provenance:
        """Where a value that this gateway returns comes from: `UserRecord(**self.provenance, ...)`.

        `own` compares it when the value is taken back.
        """
        return {
            "provider": self.provider,
            "gateway": self.name,
            "environment": self.environment_name,
        }

    @property
    def policy(self) -> LevelPolicy:
        return self.levels if self.levels is not None else self.default_level_policy

    @staticmethod
    def validated_key(key: str | None) -> str | None:
        """The caller's idempotency key, for every operation that takes one; None for none.

        Raises `InvalidInput` for a key that is blank, not a text, or that UTF-8 cannot hold.
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
        """The user, once its extras for this provider are in order.

        What the record to be changed shows already is let through as it came. Raises
        `InvalidInput`, which lists every problem by path.
        """
        if not isinstance(user, User):  # pyright: ignore[reportUnnecessaryIsInstance]
            text = "expected a User; User.parse makes one of plain data"
            raise InvalidInput([Problem("", "type", text)])
        shown: Mapping[str, Any] = since.user.extras.get(self.provider, {}) if since else {}
        given: Mapping[str, Any] = user.extras.get(self.provider, {})
        new = {name: value for name, value in given.items() if value != shown.get(name)}
        if new and self.extras is not None and (found := problems_of(new, self.extras)):
            raise InvalidInput(x.under(f"extras.{self.provider}") for x in found)
        return user

    def require_own(self, held: Held, kind: type[Any] | None = None) -> None:
        """Raises `InvalidInput` for what another provider, gateway or environment returned.

        `kind` is the class that the call takes. A value that was stored before records had an
        environment has none, and is not refused for it.
        """
        wanted = kind if kind is not None else Held
        if not isinstance(held, wanted):
            what = "value that a gateway returned" if kind is None else kind.__name__
            article = "an" if what[0] in "AEIO" else "a"
            raise InvalidInput([Problem("", "type", f"expected {article} {what}")])
        if (held.provider, held.gateway) != (self.provider, self.name):
            text = f"is of {held.gateway} ({held.provider}), not of {self.name} ({self.provider})"
            raise InvalidInput([Problem("gateway", "conflict", text)])
        if held.environment and held.environment != self.environment_name:
            text = f"is of {held.environment}, not of {self.environment_name}"
            raise InvalidInput([Problem("environment", "conflict", text)])

    def resumable(self, partial: Partial, content: str) -> None:
        """Raises what keeps a call from being resumed with the content of this `digest`.

        `InvalidInput` for a partial of another gateway or environment, `IdempotencyConflict` for
        other content. A partial without a digest takes any content: compare it with what the
        provider shows.
        """
        self.require_own(partial)
        if partial.digest and partial.digest != content:
            raise IdempotencyConflict(partial.operation, partial.id)

    @staticmethod
    def unchanged(record: UserRecord, losses: tuple[Loss, ...]) -> UserRecord:
        """The record after an update that had nothing to send, with what that left out."""
        read = tuple(loss for loss in record.losses if loss.wire_path in record.unmapped)
        return evolve(record, losses=(*losses, *read)) if losses else record

    def refuse(self, losses: Iterable[Loss]) -> tuple[Loss, ...]:
        """Raises `Unsupported` for what must not be left out; else gives the losses back."""
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
        levels: Iterable[str] = (),
        scopes: Collection[str] | None = None,
        losses: tuple[Loss, ...] = (),
        **facts: Any,
    ) -> UserRecord:
        """What the provider has on file, from its own object in a response.

        `id` and `levels` are wire paths of what the object keeps; the record's levels are the
        least that any of the provider's words is worth, None where one of them is unknown. A
        level that is there and is no word (null, false) is unknown too; one whose key is not
        there, because a scope hides it, says nothing. `facts` are further fields of the record.

        A field that cannot be read is `Absence.UNREADABLE`, and the rest is sound. Raises
        `UnexpectedResponse` for what is no object, and for one without a usable id.
        """
        try:
            user, unmapped = wire.from_wire(payload)
        except UnexpectedResponse as error:
            status, raw = response.status, response.body
            raise UnexpectedResponse(error.problems, status=status, raw=raw) from None
        provider_fields = wire.provider_fields(payload)
        found = identifier(provider_fields, id, response)
        provider_fields.pop(id)
        said = {path: word for path in levels if (word := _level_at(payload, path)) is not None}
        words = said.values()
        return UserRecord(
            **self.provenance,
            id=found,
            user=user,
            retrieved_at=response.received_at,
            kyc_level=self.policy.kyc(*words),
            identification_level=self.policy.identification(*words),
            eidas_level=self.policy.eidas(*words),
            nist_ial=self.policy.nist(*words),
            provider_levels=said,
            absent=wire.absent(user, payload, unmapped=unmapped, scopes=scopes),
            provider_fields=provider_fields,
            unmapped=unmapped,
            losses=(*losses, *coarsened(wire, user, unmapped)) if unmapped else losses,
            rate_limits=self.rate_limits(response),
            raw=payload,
            **facts,
        )

    @classmethod
    def simulator(cls) -> Any:
        """Returns the class that simulates the provider (extra `simulators`), or None."""
        module, _, name = cls.simulated_by.partition(":")
        return getattr(import_module(module), name) if module else None


def _level_at(payload: object, path: str) -> str | None:
    """The word at the wire path of a level; None where the payload has no such key."""
    for name in path.split("."):
        if payload == []:  # an empty object, as some providers spell one
            return None
        if not isinstance(payload, Mapping):
            break
        if name not in payload:
            return None
        payload = cast("Mapping[str, object]", payload)[name]
    return level_word(payload)
