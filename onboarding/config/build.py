"""Builds gateways from a configuration, and collects every mistake by its path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import attrs
from attrs import define, field, frozen

from onboarding.adapter import Adapter
from onboarding.config.environment import as_toml, typed
from onboarding.config.references import References, SecretSettings
from onboarding.config.routes import read_routes
from onboarding.engine.guard import GuardPolicy
from onboarding.engine.retries import RetryPolicy
from onboarding.errors import ConfigurationError, InvalidInput, Problem
from onboarding.gateway import Gateway
from onboarding.levels import (
    EidasLevel,
    IdentificationLevel,
    KYCLevel,
    LevelPolicy,
    LevelRow,
    NistIal,
)
from onboarding.mapping.losses import document_paths
from onboarding.mapping.paths import leaves
from onboarding.model.people import Person
from onboarding.model.user import User
from onboarding.quotas import PacePolicy
from onboarding.registry import Registry
from onboarding.routing import Routes
from onboarding.serialization import nearest, reader
from onboarding.transports.connection import Connection, uncertified, unusable
from onboarding.urls import is_loopback

__all__ = ["Build"]

T = TypeVar("T")

_KEYS = ("default", "gateways", "routes")
_SPECIAL = ("provider", "levels", "connection", "retry", "guard", "pace", "debug")


@frozen(kw_only=True)
class _Worth:
    """The levels that a configuration assigns to a provider's level."""

    kyc: KYCLevel | None = None
    identification: IdentificationLevel | None = None
    eidas: EidasLevel | None = None
    nist: NistIal | None = None


def _changed(row: LevelRow, worth: _Worth | None) -> LevelRow:
    if worth is None:
        return row
    return LevelRow(
        row.provider_level,
        worth.kyc or row.kyc,
        worth.identification or row.identification,
        "from the configuration",
        eidas=worth.eidas or row.eidas,
        nist=worth.nist or row.nist,
    )


def _files(table: Any) -> Connection:
    """Returns a connection with the files that a table names; ignores its other settings."""
    named: Mapping[str, object] = {}
    if isinstance(table, Mapping):
        named = cast("Mapping[str, object]", table)

    def path(name: str) -> str | None:
        found = named.get(name)
        return found if isinstance(found, str) and found.strip() else None

    return Connection(
        ca_bundle=path("ca_bundle"),
        certificate=path("certificate"),
        private_key=path("private_key"),
    )


@define
class Build:
    """The state of building one configuration, with every mistake so far."""

    registry: Registry
    secrets: References
    from_env: bool = False
    problems: list[Problem] = field(factory=list[Problem])

    def all(self, config: Any) -> tuple[dict[str, Gateway[Adapter]], str | None, Routes]:
        """Returns the gateways by name, the default and the routes.

        Raises `ConfigurationError`.
        """
        if not isinstance(config, Mapping):
            raise ConfigurationError([Problem("", "type", "expected a table")])
        keys = cast("Mapping[str, Any]", config)
        for key in keys:
            if key not in _KEYS:
                hint = nearest(key, _KEYS)
                self._note(str(key), "unknown", f"there is no such key{hint}")
        tables = self._tables(keys.get("gateways"))
        found = {name: self._gateway(name, table) for name, table in tables.items()}
        default = self._default(keys.get("default"), tables)
        routes, problems = read_routes(keys.get("routes"), tables)
        self.problems += problems
        if self.problems:
            raise ConfigurationError(self.problems)
        return (
            {name: made for name, made in found.items() if made is not None},
            default,
            Routes(routes=routes, default=default),
        )

    def _tables(self, tables: Any) -> Mapping[str, Any]:
        if isinstance(tables, Mapping) and tables:
            named = cast("Mapping[object, Any]", tables)
            for name in named:
                if not isinstance(name, str):
                    self._note(f"gateways.{name}", "type", "expected a text as the gateway's name")
            return {name: table for name, table in named.items() if isinstance(name, str)}
        if not tables and (tables is None or isinstance(tables, Mapping)):
            self._note("gateways", "missing", "no gateway is configured")
        else:
            self._note("gateways", "type", "expected a table of tables")
        return {}

    def _default(self, default: Any, tables: Mapping[str, Any]) -> str | None:
        if default is None:
            return next(iter(tables)) if len(tables) == 1 else None
        if not isinstance(default, str):
            self._note("default", "type", "expected the name of a gateway")
        elif default not in tables:
            self._note("default", "unknown", f"no such gateway{nearest(default, tables)}")
        else:
            return default
        return None

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
        table = fields.pop("connection", {})
        connection = self._read(f"{at}.connection", table, Connection)
        files = _files(table)
        self.problems += [problem.under(at) for problem in unusable(files)]
        retry = self._policy(f"{at}.retry", fields.pop("retry", {}), RetryPolicy)
        guard = self._policy(f"{at}.guard", fields.pop("guard", {}), GuardPolicy)
        paced = "pace" in fields  # without a table, the adapter's quotas are kept
        pace = self._policy(f"{at}.pace", fields.pop("pace", {}), PacePolicy)
        debug = self._debug(f"{at}.debug", fields.pop("debug", False))
        self._accepted(f"{at}.accept_loss", fields.get("accept_loss"))
        if kind is None:
            return None
        levels = self._levels(f"{at}.levels", fields.pop("levels", None), kind)
        if "name" in fields:
            self._note(f"{at}.name", "unknown", "the table's own name is the gateway's name")
            del fields["name"]
        certified = [name for name in kind.certificate_settings if self._is_on(fields, name)]
        self.problems += [x.under(at) for x in uncertified(certified, files.certificate)]
        # An API key of a simulator on this machine may be in the table itself: it is no secret.
        here = is_loopback(str(fields.get("base_url", "")))
        secrets = attrs.evolve(self.secrets, literal=True) if here else self.secrets
        adapter = self._read(at, fields, kind, also=_SPECIAL, secrets=secrets)
        if len(self.problems) > before or adapter is None or connection is None:
            return None
        adapter = attrs.evolve(adapter, name=name, levels=levels)
        try:
            return Gateway(
                adapter,
                connection=connection,
                observe=self.registry.tell,
                debug=debug,
                retry=retry,
                guard=guard,
                reread=SecretSettings.of(kind, fields, secrets),
                pace=(pace or False) if paced else None,
            )
        except ConfigurationError as error:  # the store of the quotas cannot be opened
            self.problems += [problem.under(at) for problem in error.problems]
            return None

    def _is_on(self, fields: Mapping[str, Any], name: str) -> bool:
        value = fields.get(name)
        return (as_toml(value) if self.from_env and isinstance(value, str) else value) is True

    def _policy(self, at: str, table: Any, kind: type[T]) -> T | None:
        """Returns a policy from its table; None for `false`, which switches it off."""
        if self.from_env and isinstance(table, str):
            table = as_toml(table)
        found: T | None = None if table is False else self._read(at, table, kind)
        return found

    def _debug(self, at: str, value: Any) -> bool:
        if self.from_env and isinstance(value, str):
            value = as_toml(value)
        if not isinstance(value, bool):
            self._note(at, "type", "expected true or false")
        return value is True

    def _provider(self, at: str, fields: dict[str, Any]) -> type[Adapter] | None:
        provider = fields.pop("provider", None)
        if provider is None:
            self._note(f"{at}.provider", "missing", "is required: the name of an adapter")
            for key in fields:  # without an adapter, no other key is known
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

    def _read(
        self,
        at: str,
        table: Any,
        kind: Any,
        *,
        also: tuple[str, ...] = (),
        secrets: References | None = None,
    ) -> Any:
        if self.from_env and attrs.has(kind):
            table = typed(table, kind)
        try:
            return reader(secret=(secrets or self.secrets).read).structure(table, kind)
        except InvalidInput as error:
            for problem in error.problems:
                if problem.code == "unknown" and also:
                    hint = nearest(problem.path, [*attrs.fields_dict(kind), *also])
                    problem = attrs.evolve(problem, message=f"there is no such field{hint}")
                self.problems.append(problem.under(at))
        return None

    def _levels(self, at: str, table: Any, kind: type[Adapter]) -> LevelPolicy | None:
        if table is None:
            return None
        before = len(self.problems)
        policy = kind.default_level_policy
        spelled = {
            row.provider_level.lower() if self.from_env else row.provider_level: row
            for row in policy.rows
        }
        named = set(cast("Mapping[str, Any]", table)) if isinstance(table, Mapping) else set[str]()
        for word in sorted(map(str, named - set(spelled))):
            text = f"the provider has no such level{nearest(word, spelled)}"
            self._note(f"{at}.{word}", "unknown", text)
        rows = self._read(at, table, Mapping[str, _Worth])
        if len(self.problems) > before:
            return None
        changed = [_changed(row, rows.get(word)) for word, row in spelled.items()]
        try:
            return LevelPolicy(tuple(changed))
        except ValueError:
            order = ", ".join(spelled)
            self._note(at, "shape", f"a level must not be worth less than a lower one ({order})")
            return None

    def _accepted(self, at: str, patterns: Any) -> None:
        if self.from_env and isinstance(patterns, str):
            patterns = as_toml(patterns)
        if not isinstance(patterns, list | tuple):
            return  # the reader reports it
        known = {*leaves(User), *document_paths(), *(f"people.{leaf}" for leaf in leaves(Person))}
        tables = {path.rsplit(".", 1)[0] for path in known if "." in path}
        for index, pattern in enumerate(cast("list[Any]", patterns)):
            if not isinstance(pattern, str) or pattern.partition(".")[0] == "extras":
                continue
            if pattern not in known and pattern.removesuffix(".*") not in tables | {"*"}:
                hint = nearest(pattern, known)
                self._note(f"{at}.{index}", "unknown", f"no field has this path{hint}")
