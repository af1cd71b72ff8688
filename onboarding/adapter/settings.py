"""The settings of an adapter, the checks between them, and the provenance that they give."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar, Protocol, TypedDict, runtime_checkable

from attrs import field, fields_dict, frozen

from onboarding.errors import InvalidInput, Problem
from onboarding.levels import LevelPolicy
from onboarding.operations import Operations
from onboarding.urls import is_loopback
from onboarding.values.base import checks_of
from onboarding.values.secret import Secret

__all__ = ["Held", "Provenance", "Settings"]


@runtime_checkable
class Held(Protocol):
    """A value that a gateway returned and accepts again, with its provenance."""

    @property
    def provider(self) -> str: ...
    @property
    def gateway(self) -> str: ...
    @property
    def environment(self) -> str | None: ...


class Provenance(TypedDict):
    """The provenance of a value: the provider, the gateway and the environment it came from."""

    provider: str
    gateway: str
    environment: str | None


def _has_provenance(value: object) -> bool:
    return (
        hasattr(value, "provider") and hasattr(value, "gateway") and hasattr(value, "environment")
    )


def _not_one_text(_: object, __: object, value: object) -> None:
    if isinstance(value, str):  # it would be read letter by letter
        raise InvalidInput([Problem("accept_loss", "type", "expected a tuple of paths")])


def _word(environment: object) -> str | None:
    word: object = getattr(environment, "value", environment)  # an enum of any kind
    return None if word is None else str(word)


def _in_clear(cls: type, settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Yields a problem for each address that would receive keys and personal data unencrypted."""
    in_production = _word(settings.get("environment")) == "production"
    allowed = settings.get("allow_insecure_http") is True
    if allowed and in_production:
        yield Problem(
            "allow_insecure_http", "conflict", "not allowed in production, which requires https://"
        )
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
class Settings(Operations):
    """The settings of every adapter. The fields of a subclass are its own settings."""

    default_level_policy: ClassVar[LevelPolicy] = LevelPolicy(())
    """The level policy of the provider, used unless the configuration sets `levels`."""

    certificate_settings: ClassVar[tuple[str, ...]] = ()
    """Settings that, if on, authenticate the caller by the connection's TLS certificate."""

    api_version: ClassVar[str] = ""
    """The version of the provider's API that the adapter speaks; empty if it has none."""

    name: str = ""
    """The name of the gateway: the name of its table in the configuration."""

    accept_loss: tuple[str, ...] = field(default=(), validator=_not_one_text)
    """Core paths of fields that may be left out: `identity.birthdate`; `address` or `address.*`."""

    levels: LevelPolicy | None = None
    """The level policy of this gateway; None for the provider's default."""

    allow_insecure_http: bool = False
    """Whether `http://` to another machine is allowed; never in the environment `production`."""

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
        """Returns the problems between settings by path: the general ones and those of `rules`."""
        return [*_in_clear(cls, settings), *cls.rules(settings)]

    @classmethod
    def rules(cls, settings: Mapping[str, Any]) -> list[Problem]:
        """Returns the problems between settings of this adapter, by path.

        `settings` may lack settings that are invalid by themselves.
        """
        return []

    @cached_property
    def environment_name(self) -> str | None:
        """The environment of the provider, such as `sandbox`; None if the provider has only one."""
        return _word(getattr(self, "environment", None))

    @property
    def base(self) -> str | None:
        """The base URL of the API, None if it is not known before a call."""
        found: object = getattr(self, "base_url", None)
        return found if isinstance(found, str) else None

    @property
    def quota_account(self) -> str:
        """A digest of the account whose calls the provider counts together: gateways share it.

        It is made of the provider, its environment, the base URL if it is a setting, and the
        setting `client_id`. An adapter without one overrides this.
        """
        named = [getattr(self, name, None) for name in ("base_url", "client_id")]
        text = json.dumps([self.provider, self.environment_name, *named], default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def provenance(self) -> Provenance:
        """The provenance of the values that this gateway returns.

        Used as `UserRecord(**self.provenance, ...)`; `require_own` compares it.
        """
        return {
            "provider": self.provider,
            "gateway": self.name,
            "environment": self.environment_name,
        }

    @property
    def policy(self) -> LevelPolicy:
        """The level policy in use."""
        return self.levels if self.levels is not None else self.default_level_policy

    def require_alike(self, other: Settings) -> None:
        """Raises `InvalidInput` for an adapter of another class or name."""
        if (type(other), other.name) != (type(self), self.name):
            text = f"expected a {type(self).__name__} with the name {self.name}"
            raise InvalidInput([Problem("adapter", "type", text)])

    def require_own(self, held: Held, kind: type[Any] | None = None) -> None:
        """Raises `InvalidInput` for a value of another provider, gateway or environment.

        `kind` is the class that the call accepts. A value without an environment is accepted:
        it was stored by a version that did not record one.
        """
        if not (isinstance(held, kind) if kind is not None else _has_provenance(held)):
            what = "value that a gateway returned" if kind is None else kind.__name__
            article = "an" if what[0] in "AEIO" else "a"
            raise InvalidInput([Problem("", "type", f"expected {article} {what}")])
        if (held.provider, held.gateway) != (self.provider, self.name):
            text = f"is of {held.gateway} ({held.provider}), not of {self.name} ({self.provider})"
            raise InvalidInput([Problem("gateway", "conflict", text)])
        if held.environment and held.environment != self.environment_name:
            text = f"is of {held.environment}, not of {self.environment_name}"
            raise InvalidInput([Problem("environment", "conflict", text)])
