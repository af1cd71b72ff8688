"""Configuration: which gateways there are, and which one is meant when none is named."""

from __future__ import annotations

import os
import tomllib
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast, overload

import attrs
from attrs import define, field

from onboarding.adapter import Adapter
from onboarding.errors import ConfigurationError, InvalidInput, Problem
from onboarding.gateway import Gateway
from onboarding.mapping.paths import leaves
from onboarding.model.base import field_types
from onboarding.model.levels import LevelPolicy
from onboarding.model.secret import Secret
from onboarding.model.user import User
from onboarding.plain import nearest, reader
from onboarding.registry import Registry, installed
from onboarding.transports.connection import Connection

if typing.TYPE_CHECKING:
    from onboarding.aio import AsyncGateway

__all__ = ["Gateways"]

A = TypeVar("A", bound=Adapter)

_REFERENCES = ("env:", "file:", "keyring:")
_SPECIAL = ("provider", "levels", "connection")


@define(eq=False, repr=False)
class Gateways:
    """Every gateway of a backend, by name. It closes what it opened; a context manager."""

    _made: dict[str, Gateway[Adapter]]
    _default: str | None = None
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
        """Builds the gateways of a mapping with the keys `default` and `gateways`.

        A secret is a `Secret`, or a text that says where it is: `env:NAME`, `file:PATH`,
        `keyring:SERVICE/NAME`.

        Raises `ConfigurationError`, which lists every mistake by its path.
        """
        return _Build(registry or installed(), os.environ if env is None else env).all(config)

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        *,
        registry: Registry | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Gateways:
        """Reads a TOML file; `file:` paths in it are relative to it. See `from_config`."""
        place = Path(path)
        try:
            config = tomllib.loads(place.read_text("utf-8"))
        except OSError as error:
            problem = Problem("", "missing", f"the file cannot be read ({error.strerror})")
            raise ConfigurationError([problem]) from None
        except ValueError as error:
            where = str(error).rpartition("(")[2].rstrip(")") if "(at" in str(error) else "?"
            raise ConfigurationError([Problem("", "shape", f"not TOML ({where})")]) from None
        build = _Build(registry or installed(), os.environ if env is None else env, place.parent)
        return build.all(config)

    @classmethod
    def from_env(
        cls, env: Mapping[str, str] | None = None, *, registry: Registry | None = None
    ) -> Gateways:
        """Reads `ONBOARDING_DEFAULT` and `ONBOARDING__<GATEWAY>__<FIELD>` from the environment.

        Names are taken in lower case; a further `__` goes one table deeper
        (`ONBOARDING__FR__CONNECTION__TIMEOUT`). A secret stands there itself, or by reference.
        Values of other types than text are written as in TOML.
        """
        env = os.environ if env is None else env
        tables: dict[str, Any] = {}
        for key, value in env.items():
            if key.startswith("ONBOARDING__"):
                *parents, last = key.lower().split("__")[1:]
                table = tables
                for parent in parents:
                    table = table.setdefault(parent, {})
                table[last] = value
        config: dict[str, Any] = {"gateways": tables}
        if default := env.get("ONBOARDING_DEFAULT"):
            config["default"] = default
        return _Build(registry or installed(), env, from_env=True).all(config)

    # -- choosing

    @overload
    def get(self, name: str | None = None) -> Gateway[Adapter]: ...
    @overload
    def get(self, name: str | None, kind: type[A]) -> Gateway[A]: ...
    def get(self, name: str | None = None, kind: type[Adapter] = Adapter) -> Gateway[Any]:
        """The gateway of that name, or the default one.

        With an adapter class, the gateway is typed for its own flows. Raises
        `ConfigurationError` when there is none, or when it is of another provider.
        """
        wanted = name if name is not None else self._default
        if wanted is None:
            raise ConfigurationError([Problem("default", "missing", "no default is configured")])
        if wanted not in self._made:
            hint = nearest(wanted, self._made)
            raise ConfigurationError([Problem(wanted, "unknown", f"no such gateway{hint}")])
        gateway = self._made[wanted]
        if not isinstance(gateway.adapter, kind):
            text = f"is of {gateway.provider}, not a {kind.__name__}"
            raise ConfigurationError([Problem(wanted, "type", text)])
        return gateway

    @overload
    def get_async(self, name: str | None = None) -> AsyncGateway[Adapter]: ...
    @overload
    def get_async(self, name: str | None, kind: type[A]) -> AsyncGateway[A]: ...
    def get_async(
        self, name: str | None = None, kind: type[Adapter] = Adapter
    ) -> AsyncGateway[Any]:
        """The same gateway for an event loop (extra `async`); see `get`."""
        from onboarding.aio import AsyncGateway

        like = self.get(name, kind)
        if like.name not in self._async:
            self._async[like.name] = AsyncGateway(
                like.adapter, connection=like.connection, observers=like.observers
            )
        return self._async[like.name]

    @property
    def default(self) -> str | None:
        """The name of the default gateway."""
        return self._default

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

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
        """Closes every gateway."""
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


@define
class _Build:
    """One reading of a configuration, which gathers every mistake."""

    registry: Registry
    env: Mapping[str, str]
    folder: Path = field(factory=Path)
    from_env: bool = False
    problems: list[Problem] = field(factory=list[Problem])

    def all(self, config: Mapping[str, Any]) -> Gateways:
        tables = config.get("gateways", {})
        for key in config:
            if key not in ("default", "gateways"):
                hint = nearest(key, ("default", "gateways"))
                self._note(str(key), "unknown", f"there is no such key{hint}")
        made: dict[str, Gateway[Adapter]] = {}
        if not isinstance(tables, Mapping) or not tables:
            self._note("gateways", "missing", "no gateway is configured")
            tables = {}
        for name, table in cast("Mapping[str, Any]", tables).items():
            gateway = self._gateway(name, table)
            if gateway is not None:
                made[name] = gateway
        default = config.get("default")
        if default is not None and default not in tables:
            hint = nearest(default, cast("Mapping[str, Any]", tables))
            self._note("default", "unknown", f"names no gateway{hint}")
        if self.problems:
            raise ConfigurationError(self.problems)
        if default is None and len(made) == 1:
            default = next(iter(made))
        return Gateways(made, default)

    def _note(self, path: str, code: str, message: str) -> None:
        self.problems.append(Problem(path, code, message))

    def _gateway(self, name: str, table: Any) -> Gateway[Adapter] | None:
        at = f"gateways.{name}"
        if not isinstance(table, Mapping):
            self._note(at, "type", "expected a table")
            return None
        fields = dict(cast("Mapping[str, Any]", table))
        provider = fields.pop("provider", None)
        if not isinstance(provider, str):
            self._note(f"{at}.provider", "missing", "is required: the name of an adapter")
            return None
        try:
            kind = self.registry.find(provider)
        except ConfigurationError as error:
            code, message = error.problems[0].code, error.problems[0].message
            self._note(f"{at}.provider", code, message)
            return None
        before = len(self.problems)
        levels = self._levels(f"{at}.levels", fields.pop("levels", None), kind)
        connection = self._read(f"{at}.connection", fields.pop("connection", {}), Connection)
        self._accepted(f"{at}.accept_loss", fields.get("accept_loss"))
        if "name" in fields:
            self._note(f"{at}.name", "unknown", "the table's own name is the gateway's name")
            del fields["name"]
        adapter = self._read(at, fields, kind)
        if len(self.problems) > before or adapter is None or connection is None:
            return None
        adapter = attrs.evolve(adapter, name=name, levels=levels)
        return Gateway(adapter, connection=connection, observers=self.registry.observers())

    def _read(self, at: str, table: Any, kind: type[Any]) -> Any:
        if self.from_env:
            table = _typed(table, kind)
        try:
            return reader(secret=self._secret).structure(table, kind)
        except InvalidInput as error:
            for problem in error.problems:
                hidden = attrs.fields_dict(Adapter) if issubclass(kind, Adapter) else {}
                if problem.code == "unknown" and problem.path in _SPECIAL and not hidden:
                    continue
                self.problems.append(problem.under(at))
        return None

    def _levels(self, at: str, table: Any, kind: type[Adapter]) -> LevelPolicy | None:
        if table is None:
            return None
        try:
            return LevelPolicy.from_config(table, over=kind.native_levels)
        except (ValueError, TypeError, KeyError, AttributeError):
            words = ", ".join(row.native for row in kind.native_levels.rows)
            text = f"expected rows that never fall, by the provider's words ({words})"
            self._note(at, "shape", text)
            return None

    def _accepted(self, at: str, patterns: Any) -> None:
        if not isinstance(patterns, list | tuple):
            return  # the reader says so
        known = set(leaves(User))
        tables = {path.rsplit(".", 1)[0] for path in known if "." in path}
        for index, pattern in enumerate(cast("list[Any]", patterns)):
            if not isinstance(pattern, str) or pattern.startswith("extras."):
                continue
            if pattern not in known and pattern.removesuffix(".*") not in tables | {"*"}:
                hint = nearest(pattern, known)
                self._note(f"{at}.{index}", "unknown", f"no datum has this path{hint}")

    # -- secrets

    def _secret(self, value: Any, _: Any) -> Secret:
        if isinstance(value, Secret):
            return value
        if not isinstance(value, str):
            raise _problem("type", "expected a secret by reference")
        scheme, _, rest = value.partition(":")
        match scheme + ":":
            case "env:":
                return self._found(self.env.get(rest), f"the environment has no {rest}")
            case "file:":
                return self._found(self._file(rest), f"the file {rest} cannot be read, or is empty")
            case "keyring:":
                return self._found(_keyring(rest), f"the keyring has no {rest}")
            case _ if self.from_env and value:
                return Secret(value)
            case _:
                text = f"a secret is given by reference: {', '.join(_REFERENCES)} or in code"
                raise _problem("literal_secret", text)

    def _file(self, path: str) -> str | None:
        try:
            return (self.folder / path).read_text("utf-8").strip()
        except (OSError, ValueError):
            return None

    @staticmethod
    def _found(text: str | None, otherwise: str) -> Secret:
        if not text:
            raise _problem("missing", otherwise)
        return Secret(text)


def _problem(code: str, message: str) -> InvalidInput:
    return InvalidInput([Problem("", code, message)])


def _keyring(place: str) -> str | None:
    try:
        import keyring
    except ImportError:
        raise _problem("missing", "needs the package keyring") from None
    service, _, name = place.partition("/")
    return keyring.get_password(service, name)


def _typed(table: Any, kind: type[Any]) -> Any:
    """A table from the environment, with the values of other types than text read as TOML."""
    if not isinstance(table, Mapping):
        return table
    hints = field_types(kind)
    return {
        name: _toml(text) if isinstance(text, str) and _is_not_text(hints.get(name)) else text
        for name, text in cast("Mapping[str, Any]", table).items()
    }


def _is_not_text(hint: Any) -> bool:
    kinds = {arg for arg in (hint, *typing.get_args(hint)) if isinstance(arg, type)}
    textual = any(issubclass(kind, str | Secret | Enum) for kind in kinds)
    return hint is not None and (typing.get_origin(hint) is tuple or not textual)


def _toml(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
