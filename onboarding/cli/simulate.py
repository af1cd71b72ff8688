"""`onboarding simulate`: runs a simulator in the foreground, with its settings as options."""

from __future__ import annotations

import json
import threading
import types
import typing
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import attrs
import click

from onboarding.adapter import Adapter
from onboarding.cli.commands import Group
from onboarding.cli.failures import Failure, as_json, wants_json
from onboarding.errors import ConfigurationError
from onboarding.mapping import On
from onboarding.mapping.paths import leaves
from onboarding.mapping.translation import translation
from onboarding.model.answers import LossKind
from onboarding.model.user import User
from onboarding.registry import installed
from onboarding.values.secret import Secret

__all__ = ["simulate"]

_SIMPLE: dict[type, click.ParamType[Any]] = {
    str: click.STRING,
    bool: click.BOOL,
    int: click.INT,
    float: click.FLOAT,
}

_TICK = 0.2  # seconds

_FAULT = click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="KIND[,NAME=VALUE]...",
    help="A fault to inject, such as `error,route=POST *,times=2`; can be repeated.",
)


class _Providers(Group):
    """One command for each installed adapter that has a simulator."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            installed().find(args[0])  # raises with the reason and a suggestion
            raise

    def list_commands(self, ctx: click.Context) -> list[str]:
        found = installed().report()
        return [plugin.name for plugin in found if plugin.adapter and _has(plugin.adapter)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        try:
            adapter = installed().find(cmd_name)
        except ConfigurationError:
            return None
        simulator = adapter.simulator()
        return None if simulator is None else command_for(cmd_name, simulator, adapter)


def _has(adapter: Any) -> bool:
    try:
        return adapter.simulator() is not None
    except ModuleNotFoundError:
        return True  # it has one, but an extra is missing


@click.group(cls=_Providers)
def simulate() -> None:
    """Run a provider's simulator until interrupted.

    It listens on loopback and prints its base URL on the first line, then the address of its
    desk, which opens in a browser, and a configuration of a gateway to it, to be saved as
    onboarding.toml. Its state is lost when it ends, unless a setting keeps it.
    `onboarding simulate PROVIDER --help` lists its settings.
    """


def command_for(
    name: str, simulator: type[Any], adapter: type[Adapter] | None = None
) -> click.Command:
    settings = dict(_settings(simulator))

    def serve(port: int, faults: tuple[str, ...] = (), **given: Any) -> None:
        chosen = {key: value for key, value in given.items() if value is not None}
        try:
            app = simulator(**chosen)
            for fault in faults:
                app.misbehave(**_fault(fault))
        except ValueError as error:
            raise Failure(str(error)) from None
        _serve(app, port, adapter)

    command = click.Command(
        name,
        callback=serve,
        params=list(settings.values()),
        help=f"Run the simulator of {name} until interrupted.",
        short_help=f"The simulator of {name}.",
    )
    port = click.option(
        "--port", type=click.IntRange(0, 65535), default=0, help="The port; 0 for any free one."
    )
    if hasattr(simulator, "misbehave"):
        command = _FAULT(command)
    made: click.Command = as_json(port(command))
    return made


def _settings(simulator: type[Any]) -> Iterator[tuple[str, click.Option]]:
    """Yields the public settings of simple types, as options."""
    hints = typing.get_type_hints(simulator)
    for field in attrs.fields(simulator):
        kind = _kind(hints[field.name])
        if not field.init or field.name.startswith("_") or kind is None:
            continue
        simple, many = kind
        secret = field.repr is False
        known = not isinstance(field.default, attrs.Factory) and field.default is not attrs.NOTHING  # type: ignore[arg-type]
        shown = known and not many and not secret and field.default is not None
        about = field.metadata.get("help") or field.name.replace("_", " ").capitalize()
        yield (
            field.name,
            click.Option(
                [f"--{field.name.replace('_', '-')}", field.name],
                type=_SIMPLE[simple],
                multiple=many,
                required=field.default is attrs.NOTHING,
                help=f"{about}. [default: {field.default}]" if shown else f"{about}.",
                callback=_none_if_empty if many else None,
            ),
        )


def _kind(hint: Any) -> tuple[type, bool] | None:
    """Returns the simple type of a hint and whether it is a list; None for other types."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        given = [arg for arg in args if arg is not types.NoneType]
        return _kind(given[0]) if len(given) == 1 else None
    if origin in (frozenset, tuple, list, set) and args and args[0] in _SIMPLE:
        return args[0], True
    return (hint, False) if hint in _SIMPLE else None


def _fault(text: str) -> dict[str, Any]:
    """Parses `KIND,NAME=VALUE` into the fields of a fault. Raises `ValueError`."""
    from onboarding_simulators.shared import Fault

    hints = typing.get_type_hints(Fault)
    kind, *rest = text.split(",")
    fields: dict[str, Any] = {"kind": kind}
    for part in rest:
        name, given, value = part.partition("=")
        if not given or name not in hints:
            raise ValueError(f"a fault is KIND[,NAME=VALUE]...; the names are {', '.join(hints)}")
        simple, _ = _kind(hints[name]) or (str, False)
        fields[name] = simple(value)
    return fields


def _none_if_empty(_: click.Context, __: click.Parameter, value: Any) -> Any:
    return value or None


def _print_address(app: Any, base_url: str, adapter: type[Adapter] | None) -> None:
    path: str | None = getattr(app, "desk_path", None)  # a simulator may have no desk
    desk_url = None if path is None else base_url + path
    if wants_json():
        where = {"base_url": base_url, "desk_url": desk_url}
        click.echo(json.dumps({name: url for name, url in where.items() if url}))
        return
    click.echo(base_url)
    if desk_url is not None:
        click.echo(f"desk: {desk_url}")
    if adapter is not None:
        click.echo("\n" + "\n".join(_configuration(adapter, app, base_url)))


def _configuration(adapter: type[Adapter], app: Any, base_url: str) -> Iterator[str]:
    """Yields the lines of a configuration with one gateway, to the simulator."""
    from onboarding.simulation import table_of

    yield "# save as onboarding.toml: a gateway to this simulator"
    yield f"[gateways.{adapter.provider}]"
    for name, value in table_of(adapter, app, base_url).items():
        # valid as a TOML string, number, boolean or list
        yield f"{name} = {json.dumps(value, default=Secret.reveal)}"
    if lost := sorted(_unsupported(adapter)):
        yield "# not supported by the provider, so left out and reported:"
        yield "accept_loss = ["
        yield from (f"    {json.dumps(path)}," for path in lost)
        yield "]"


def _unsupported(adapter: type[Adapter]) -> set[str]:
    """Returns the core paths of a natural person that a registration drops, joined by object."""
    if not adapter.wires:
        return set()
    plan = translation(adapter.wires[0], adapter.provider).plan
    losses = plan.lost_leaves(On.CREATE)
    lost = {core for core, loss in losses if loss.kind is LossKind.DROPPED}
    found: set[str] = set()
    for core in lost:
        parent = core.rpartition(".")[0]
        beside = [leaf for leaf in leaves(User) if leaf.startswith(f"{parent}.")]
        whole = parent and all(leaf in lost for leaf in beside)
        found.add(f"{parent}.*" if whole else core)
    return {path for path in found if not path.startswith("company.")}


def _serve(app: Any, port: int, adapter: type[Adapter] | None) -> None:
    from onboarding.simulation import serve

    never = threading.Event()
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        try:
            base_url = stack.enter_context(serve(app, port=port))
        except OSError:
            raise Failure(
                f"--port: port {port} is not free; give another one, or 0 for any"
            ) from None
        _print_address(app, base_url, adapter)
        # In slices: a signal that the system gives to a thread of the server does not end a wait.
        while not never.wait(_TICK):
            pass
