"""The gateways of a backend, by name."""

from __future__ import annotations

import os
import typing
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from attrs import define, field, frozen

from onboarding.adapter import Adapter
from onboarding.config.build import Build
from onboarding.config.environment import tables_of
from onboarding.config.references import References
from onboarding.config.toml import read_toml
from onboarding.errors import ConfigurationError, InvalidInput, Problem, UnknownGateway
from onboarding.gateway import Gateway
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.registry import Registry, installed
from onboarding.requirements import Questionnaire, Target, questionnaire
from onboarding.routing import Routes
from onboarding.serialization import nearest

if typing.TYPE_CHECKING:
    from onboarding.aio import AsyncGateway

__all__ = ["AsyncGateways", "Gateways"]

A = TypeVar("A", bound=Adapter)


@define(eq=False, repr=False)
class Gateways:
    """Every gateway of a backend, by name: `gateways["fr"]`, `gateways.default`.

    A context manager that closes every connection its gateways opened.
    """

    _made: dict[str, Gateway[Adapter]]
    _default: str | None = None
    routes: Routes = field(factory=Routes)
    """The routes of new users."""
    _async: dict[str, AsyncGateway[Adapter]] = field(
        factory=lambda: dict[str, "AsyncGateway[Adapter]"](), init=False
    )

    # -- reading

    @classmethod
    def from_config(
        cls,
        config: Mapping[str, Any],
        *,
        registry: Registry | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Gateways:
        """Builds the gateways of a mapping: the keys `default`, `gateways` and `routes`.

        A secret is a `Secret` or a reference: `env:NAME`, `file:PATH`, `keyring:SERVICE/NAME`.

        Raises `ConfigurationError`, which lists every mistake by its path.
        """
        secrets = References(os.environ if env is None else env)
        return cls(*Build(registry or installed(), secrets).all(config))

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        *,
        registry: Registry | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Gateways:
        """Builds the gateways of a TOML file; `file:` paths are relative to it.

        See `from_config`.
        """
        place = Path(path)
        config = read_toml(place)
        secrets = References(os.environ if env is None else env, folder=place.parent)
        return cls(*Build(registry or installed(), secrets).all(config))

    @classmethod
    def from_env(
        cls, env: Mapping[str, str] | None = None, *, registry: Registry | None = None
    ) -> Gateways:
        """Builds the gateways of `ONBOARDING_DEFAULT` and `ONBOARDING__<GATEWAY>__<FIELD>`.

        `ONBOARDING_ROUTES` has the routes as a TOML list.

        Names are converted to lower case; a further `__` starts a nested table
        (`ONBOARDING__FR__CONNECTION__TIMEOUT`). A secret is the value itself or a reference. Values
        of other types than text are written as in TOML.
        """
        env = os.environ if env is None else env
        config, problems = tables_of(env)
        secrets = References(env, literal=True)
        build = Build(registry or installed(), secrets, from_env=True, problems=problems)
        return cls(*build.all(config))

    # -- choosing

    def __getitem__(self, name: str) -> Gateway[Adapter]:
        """Returns the gateway of that name. Raises `UnknownGateway`."""
        try:
            return self._made[name]
        except KeyError:
            hint = nearest(name, self._made) or f"; configured: {', '.join(self._made)}"
            problem = Problem(str(name), "unknown", f"no such gateway{hint}")
        raise UnknownGateway([problem])

    @property
    def default(self) -> Gateway[Adapter]:
        """The default gateway. Raises `ConfigurationError` if no default is configured."""
        return self[self._named_default()]

    def typed(self, name: str, kind: type[A]) -> Gateway[A]:
        """Returns the gateway of that name, typed for the calls of its own adapter.

        Raises `UnknownGateway`, and `ConfigurationError` if it is a gateway of another provider.
        """
        gateway: Gateway[Any] = self[name]
        if not isinstance(gateway.adapter, kind):
            text = f"is of {gateway.provider}, not a {kind.__name__}"
            raise ConfigurationError([Problem(name, "type", text)])
        return gateway

    @property
    def aio(self) -> AsyncGateways:
        """The same gateways for an event loop (extra `async`)."""
        return AsyncGateways(self, self._async)

    @property
    def default_name(self) -> str | None:
        """The name of the default gateway."""
        return self._default

    def _named_default(self) -> str:
        if self._default is None:
            text = f"no default is configured; name one of {', '.join(self._made)}"
            raise ConfigurationError([Problem("default", "missing", text)])
        return self._default

    if not typing.TYPE_CHECKING:  # with it, a type checker would accept any attribute

        def __getattr__(self, name: str) -> object:
            hint = '; use gateways["name"] or gateways.default' if name == "get" else ""
            raise AttributeError(f"Gateways has no attribute {name}{hint}", name=name, obj=self)

    def reload_secrets(self) -> tuple[str, ...]:
        """Reads every secret by reference again; returns the names of the gateways that changed.

        Raises `ConfigurationError` with each reference that cannot be read; then none is changed.
        A gateway also reads its secrets again after the provider refused them.
        """
        fresh: dict[str, Adapter] = {}
        problems: list[Problem] = []
        for name, gateway in self._made.items():
            if gateway.reread is not None:
                try:
                    fresh[name] = gateway.reread(gateway.adapter)
                except InvalidInput as error:
                    problems += [problem.under(f"gateways.{name}") for problem in error.problems]
        if problems:
            raise ConfigurationError(problems)
        changed: dict[str, None] = {}
        for name, adapter in fresh.items():
            for one in (self._made[name], self._async.get(name)):
                if one is not None and one.adapter != adapter:
                    one.adopt(adapter)
                    changed[name] = None
        return tuple(changed)

    # -- before anything is sent

    def target(self, name: str) -> Target:
        """Returns the target of a gateway, named `gateway/target`: `fr/create_owner`.

        Raises `UnknownGateway`, and `InvalidInput` for an unknown target.
        """
        gateway, _, target = name.partition("/")
        return self[gateway].adapter.target(target)

    def questionnaire(self, held: User | UserRecord, targets: Iterable[str]) -> Questionnaire:
        """Returns the fewest questions for several targets, each named `gateway/target`."""
        return questionnaire(held, [self.target(name) for name in targets])

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __contains__(self, name: object) -> bool:
        return name in self._made

    def __len__(self) -> int:
        return len(self._made)

    def __repr__(self) -> str:
        return f"Gateways({', '.join(self._made)})"

    # -- closing

    def close(self) -> None:
        """Closes every gateway for threads."""
        for gateway in self._made.values():
            gateway.close()

    async def aclose(self) -> None:
        """Closes every gateway, and the connections that this event loop opened."""
        self.close()
        for gateway in self._async.values():
            await gateway.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


@frozen(eq=False, repr=False)
class AsyncGateways:
    """The gateways of a `Gateways` for an event loop: `gateways.aio["fr"]`."""

    _gateways: Gateways
    _made: dict[str, AsyncGateway[Adapter]]

    def __getitem__(self, name: str) -> AsyncGateway[Adapter]:
        """Returns the gateway of that name. Raises `UnknownGateway`."""
        return self._like(self._gateways[name])

    @property
    def default(self) -> AsyncGateway[Adapter]:
        """The default gateway. Raises `ConfigurationError` if no default is configured."""
        return self._like(self._gateways.default)

    def typed(self, name: str, kind: type[A]) -> AsyncGateway[A]:
        """Returns the gateway of that name, typed for the calls of its own adapter.

        Raises `UnknownGateway`, and `ConfigurationError` if it is a gateway of another provider.
        """
        return self._like(self._gateways.typed(name, kind))

    def _like(self, like: Gateway[Any]) -> AsyncGateway[Any]:
        from onboarding.aio import AsyncGateway

        # If two threads create one at the same time, setdefault keeps one; the other is unused.
        return self._made.get(like.name) or self._made.setdefault(
            like.name,
            AsyncGateway(
                like.adapter,
                connection=like.connection,
                observe=like.observe,
                reread=like.reread,
                debug=like.debug,
                retry=like.retry,
                guard=like.guard,
                pace=like.pacer or False,
            ),
        )

    def __contains__(self, name: object) -> bool:
        return name in self._gateways

    def __iter__(self) -> Iterator[str]:
        return iter(self._gateways)

    def __len__(self) -> int:
        return len(self._gateways)

    def __repr__(self) -> str:
        return f"AsyncGateways({', '.join(self)})"
