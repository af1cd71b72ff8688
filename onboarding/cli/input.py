"""What a command line names: adapters, gateways, targets, and files of users and records."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import click
from attrs import evolve, field, frozen
from click.core import ParameterSource

from onboarding.adapter import Adapter
from onboarding.bulk import Line, UserFile
from onboarding.bulk.lines import numbered
from onboarding.cli import screen
from onboarding.cli.failures import Failure, wants_json
from onboarding.config import Gateways
from onboarding.errors import ConfigurationError, InvalidInput, Problem
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.registry import installed
from onboarding.requirements import Target
from onboarding.serialization import nearest, read_json
from onboarding.values.json_values import GIVEN, JsonRule

if TYPE_CHECKING:
    from onboarding.directory import Directory

__all__ = [
    "CONFIG",
    "CONFIG_FILE",
    "DIRECTORY",
    "GATEWAY",
    "GATEWAYS",
    "IN_FLIGHT",
    "LIMIT",
    "Entry",
    "Goal",
    "chosen",
    "config_of",
    "directory_at",
    "entries_in",
    "goals_of",
    "lines_of",
    "name_of",
    "object_in",
    "opened",
    "users_in",
]


# -- adapters, gateways, targets


def chosen(names: Iterable[str] = ()) -> dict[str, type[Adapter]]:
    """Returns the adapter classes of these providers, or of all installed ones.

    Of all, a broken one is left out with a message on standard error. Raises `UnknownProvider` or
    `AmbiguousProvider` for a named one.
    """
    wanted = dict.fromkeys(names)
    if wanted:
        return {name: installed().find(name) for name in wanted}
    found: dict[str, type[Adapter]] = {}
    for plugin in installed().report():
        if plugin.adapter is not None:
            found[plugin.name] = plugin.adapter
        else:
            text = screen.printable(f"{plugin.name} is left out: {plugin.problem}")
            screen.err().print(text, style="yellow")
    return found


CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default="onboarding.toml",
    show_default=True,
    help="The configuration file of the gateways.",
)


GATEWAY = click.option(
    "--gateway", metavar="NAME", help="The gateway; by default that of the configuration."
)
GATEWAYS = click.option(
    "--gateway",
    "names",
    metavar="NAME",
    multiple=True,
    help="Only this gateway. Can be repeated.  [default: all of the configuration]",
)
DIRECTORY = click.option(
    "--directory",
    "url",
    metavar="URL",
    default="sqlite:///onboarding.db",
    show_default=True,
    envvar="ONBOARDING_DIRECTORY",
    show_envvar=True,
    help="The URL of the database, of SQLite or PostgreSQL.",
)


IN_FLIGHT = click.option(
    "--in-flight",
    type=click.IntRange(1, 512),
    metavar="N",
    help="The most users sent at the same time.  "
    "[default: 8, or 1 if the provider has no idempotency keys]",
)


LIMIT = click.option("--limit", type=click.IntRange(1), metavar="N", help="Send at most N users.")


CONFIG_FILE = click.argument(
    "file", metavar="[CONFIG]", required=False, type=click.Path(path_type=Path, dir_okay=False)
)


@contextmanager
def directory_at(url: str) -> Generator[Directory, None, None]:
    """Opens a directory for a block."""
    from onboarding.directory import Directory

    with Directory.open(url) as found:
        yield found


def config_of(context: click.Context, file: Path | None, config: Path) -> Path:
    """Returns the configuration that CONFIG or --config names. Raises a usage error for both."""
    if file is None:
        return config
    if context.get_parameter_source("config") is not ParameterSource.DEFAULT:
        raise click.UsageError(
            "the configuration is given twice, by CONFIG and by --config; give only one"
        )
    return file


def opened(config: Path) -> Gateways:
    """Opens the gateways of a configuration. Raises `Failure` with every mistake by path."""
    try:
        return Gateways.from_file(config)
    except ConfigurationError as error:
        text = f"{config} cannot be used"
        raise Failure(text, kind=type(error).__name__, problems=error.problems) from None


@frozen(kw_only=True)
class Goal:
    """A target as the command line names it, with the `accept_loss` of its gateway."""

    name: str
    target: Target
    accept_loss: tuple[str, ...] = ()


def goals_of(names: Iterable[str], config: Path | None) -> list[Goal]:
    wanted = dict.fromkeys(names)
    if config is None:
        return [Goal(name=name, target=_of_provider(name)) for name in wanted]
    with opened(config) as gateways:
        return [
            Goal(
                name=name,
                target=gateways.target(name),
                accept_loss=gateways[name.partition("/")[0]].adapter.accept_loss,
            )
            for name in wanted
        ]


def _of_provider(name: str) -> Target:
    provider, _, wanted = name.partition("/")
    targets = installed().find(provider).targets
    if wanted not in targets:
        known = [f"{provider}/{target}" for target in targets]
        text = (
            wanted and nearest(name, known)
        ) or f"; the targets are {', '.join(known) or 'none'}"
        raise InvalidInput([Problem(name, "unknown", f"unknown target{text}")])
    return targets[wanted]


# -- files


@frozen(kw_only=True)
class Entry:
    """One entry of a file: a user or a record, or None with its problems."""

    ref: str
    content: User | UserRecord | None = field(default=None, repr=False)
    problems: tuple[Problem, ...] = ()


def users_in(place: Path) -> UserFile:
    """Opens the file of users that a command line names; `-` is JSON from standard input.

    Headings that are aliases are printed on standard error with their core paths.
    """
    if str(place) == "-":
        return UserFile(click.open_file("-", "rb"))
    return UserFile.open(place, on_headings=None if wants_json() else _print_headings)


def _print_headings(headings: Mapping[str, str]) -> None:
    console = screen.err()
    console.print("Headings are read as:")
    for heading, path in headings.items():
        console.print(screen.printable(f"  {heading} -> {path}"), soft_wrap=True)


def name_of(stream: IO[bytes]) -> str:
    """Returns the name of an open file for messages."""
    name: str = getattr(stream, "name", "<stdin>")
    return "standard input" if name == "<stdin>" else name


def lines_of(file: UserFile) -> Iterator[Line]:
    """Yields the lines of a file of users. Raises `InvalidInput` with the name of the file."""
    place = name_of(file.stream)
    try:
        yield from file
        return
    except InvalidInput as error:
        problems = [evolve(x, path=f"{place}: {x.path}".removesuffix(": ")) for x in error.problems]
    raise InvalidInput(problems)


def object_in(text: bytes, what: str, rule: JsonRule = GIVEN) -> dict[str, Any]:
    """Returns the JSON object in a file. Raises `Failure` with every mistake by path."""
    try:
        data = read_json(text, rule)
    except InvalidInput as error:
        raise Failure(
            f"{what} cannot be read as JSON", kind="InvalidInput", problems=error.problems
        ) from None
    if not isinstance(data, dict):
        raise Failure(f"{what} is not a JSON object")
    return cast("dict[str, Any]", data)


def entries_in(file: UserFile) -> Iterator[Entry]:
    """Yields the entries of a file, which is read as by `run`.

    An object with the `form` of a stored user or record is read as one.
    """
    with file:
        for line in lines_of(file):
            yield _entry(line)


def _entry(line: Line) -> Entry:
    if line.problems:
        return Entry(ref=line.ref, problems=line.problems)
    try:
        content = _read(line.data)
    except InvalidInput as error:
        return Entry(ref=line.ref, problems=error.problems)
    if isinstance(content, UserRecord) and line.ref == numbered(line.number):
        return Entry(ref=content.id, content=content)
    return Entry(ref=line.ref, content=content)


def _read(data: Mapping[str, Any]) -> User | UserRecord:
    match data.get("form"):
        case User.form:
            return User.from_json(json.dumps(data))
        case UserRecord.form:
            return UserRecord.from_json(json.dumps(data))
        case _:
            return User.parse(data)
