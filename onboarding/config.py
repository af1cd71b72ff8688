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
from onboarding.model.levels import IdentificationLevel, KYCLevel, LevelPolicy
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
_LEVELS = {
    "kyc": [level.value for level in KYCLevel],
    "identification": [level.value for level in IdentificationLevel],
}


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
        problems: list[Problem] = []
        for key, value in env.items():
            names = key.lower().split("__")[1:]
            if key.startswith("ONBOARDING__") and not _put(tables, names, value):
                path = ".".join(["gateways", *names])
                problems.append(Problem(path, "conflict", "is both a value and a table"))
        config: dict[str, Any] = {"gateways": tables}
        if default := env.get("ONBOARDING_DEFAULT"):
            config["default"] = default
        build = _Build(registry or installed(), env, from_env=True, problems=problems)
        return build.all(config)

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
                like.adapter, connection=like.connection, observe=like.observe
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
        if not isinstance(config, Mapping):
            raise ConfigurationError([Problem("", "type", "expected a table")])
        tables = config.get("gateways", {})
        for key in config:
            if key not in ("default", "gateways"):
                hint = nearest(key, ("default", "gateways"))
                self._note(str(key), "unknown", f"there is no such key{hint}")
        made: dict[str, Gateway[Adapter]] = {}
        if not isinstance(tables, Mapping):
            self._note("gateways", "type", "expected a table of tables")
            tables = {}
        elif not tables:
            self._note("gateways", "missing", "no gateway is configured")
        for name, table in cast("Mapping[str, Any]", tables).items():
            gateway = self._gateway(name, table)
            if gateway is not None:
                made[name] = gateway
        default = config.get("default")
        if default is not None and not isinstance(default, str):
            self._note("default", "type", "expected the name of a gateway")
        elif default is not None and default not in tables:
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
        before = len(self.problems)
        kind = self._provider(at, fields)
        connection = self._read(f"{at}.connection", fields.pop("connection", {}), Connection)
        self._accepted(f"{at}.accept_loss", fields.get("accept_loss"))
        if kind is None:
            return None
        levels = self._levels(f"{at}.levels", fields.pop("levels", None), kind)
        if "name" in fields:
            self._note(f"{at}.name", "unknown", "the table's own name is the gateway's name")
            del fields["name"]
        adapter = self._read(at, fields, kind)
        if len(self.problems) > before or adapter is None or connection is None:
            return None
        adapter = attrs.evolve(adapter, name=name, levels=levels)
        return Gateway(adapter, connection=connection, observe=self.registry.tell)

    def _provider(self, at: str, fields: dict[str, Any]) -> type[Adapter] | None:
        provider = fields.pop("provider", None)
        if provider is None:
            self._note(f"{at}.provider", "missing", "is required: the name of an adapter")
            for key in fields:  # without an adapter nothing else is known of the keys
                if hint := nearest(key, ["provider"]):
                    self._note(f"{at}.{key}", "unknown", f"there is no such field{hint}")
            return None
        if not isinstance(provider, str):
            self._note(f"{at}.provider", "type", "expected the name of an adapter")
            return None
        try:
            return self.registry.find(provider)
        except ConfigurationError as error:
            code, message = error.problems[0].code, error.problems[0].message
            self._note(f"{at}.provider", code, message)
            return None

    def _read(self, at: str, table: Any, kind: type[Any]) -> Any:
        if self.from_env:
            table = _typed(table, kind)
        try:
            return reader(secret=self._secret).structure(table, kind)
        except InvalidInput as error:
            for problem in error.problems:
                if problem.code == "unknown" and issubclass(kind, Adapter):
                    hint = nearest(problem.path, [*attrs.fields_dict(kind), *_SPECIAL])
                    problem = attrs.evolve(problem, message=f"there is no such field{hint}")
                self.problems.append(problem.under(at))
        return None

    def _levels(self, at: str, table: Any, kind: type[Adapter]) -> LevelPolicy | None:
        if table is None:
            return None
        if not isinstance(table, Mapping):
            self._note(at, "type", "expected a table")
            return None
        rows = cast("Mapping[str, Any]", table)
        natives = {row.native.lower() if self.from_env else row.native: row.native
                   for row in kind.native_levels.rows}  # fmt: skip
        before = len(self.problems)
        for native, row in rows.items():
            if native not in natives:
                text = f"the provider has no such level{nearest(native, natives)}"
                self._note(f"{at}.{native}", "unknown", text)
            else:
                self._level(f"{at}.{native}", row)
        if len(self.problems) > before:
            return None
        named = {natives[native]: row for native, row in rows.items()}
        try:
            return LevelPolicy.from_config(named, over=kind.native_levels)
        except ValueError:
            order = ", ".join(natives)
            self._note(at, "shape", f"a level would be worth less than one below it ({order})")
            return None

    def _level(self, at: str, row: Any) -> None:
        if not isinstance(row, Mapping):
            self._note(at, "type", "expected a table")
            return
        for key, word in cast("Mapping[str, Any]", row).items():
            known = _LEVELS.get(key)
            if known is None:
                text = f"there is no such field{nearest(key, _LEVELS)}"
                self._note(f"{at}.{key}", "unknown", text)
            elif word not in known:
                self._note(f"{at}.{key}", "choice", f"expected one of {', '.join(known)}")

    def _accepted(self, at: str, patterns: Any) -> None:
        if self.from_env and isinstance(patterns, str):
            patterns = _toml(patterns)
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
    try:
        return keyring.get_password(service, name)
    except Exception as error:  # a backend may raise anything; its text may show the place
        raise _problem("missing", f"the keyring cannot be read ({type(error).__name__})") from None


def _put(table: dict[str, Any], names: list[str], value: str) -> bool:
    """Puts a value at the end of a path of tables; false when something else is there."""
    *parents, last = names
    for parent in parents:
        table = table.setdefault(parent, {})
        if not isinstance(table, dict):
            return False
    return table.setdefault(last, value) is value


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
