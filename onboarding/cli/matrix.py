"""`onboarding matrix`: the fields, operations, targets and levels of each provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from onboarding.cli import screen
from onboarding.cli.failures import Failure, as_json, wants_json
from onboarding.cli.input import chosen
from onboarding.cli.output import write_file
from onboarding.cli.overview import (
    Cell,
    Provider,
    grouped,
    level_as_dict,
    level_axes,
    overview,
    provider_as_dict,
    summary_of,
)
from onboarding.cli.tables import targets_table
from onboarding.mapping.support import Support
from onboarding.model.user import PersonType
from onboarding.operations import OPERATIONS

__all__ = ["matrix"]

STYLES = {
    Support.SUPPORTED: "green",
    Support.WRITE_ONLY: "green",
    Support.DERIVED: "green",
    Support.COARSENED: "yellow",
    Support.READ_ONLY: "red",
    Support.NOT_SUPPORTED: "red",
    Support.NOT_APPLICABLE: "dim",
    None: "dim",  # no such person
}


@click.command()
@click.option(
    "--provider",
    "providers",
    metavar="NAME",
    multiple=True,
    help="Only this provider; can be repeated.",
)
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Write the matrix to this file as an HTML page.",
)
@click.option("--level", is_flag=True, help="Show only the levels.")
@as_json
def matrix(providers: tuple[str, ...], html: Path | None, level: bool) -> None:
    """Show the fields, operations, targets and levels that each provider supports.

    For natural and for legal persons: how a registration treats each field, which targets require
    it, and its limits, with the default settings of the adapter. Then the operations, the targets,
    and the levels of the default level policy. A target that includes another one requires
    everything that the other one does.

    The page of --html is one file without scripts. Works offline.
    """
    found = overview(chosen(providers))
    if not found:
        raise Failure("no working adapter is installed; see `onboarding adapters`")
    if html is not None:
        from onboarding.cli.page import page  # rarely used

        write_file(html, page(found))
    if wants_json():
        plain = [_levels_of(one) if level else provider_as_dict(one) for one in found]
        click.echo(json.dumps({"providers": plain}, indent=2))
    elif html is not None:
        screen.out().print(f"The matrix is in {html}.")
    else:
        _print(screen.out(), found, only_levels=level)


def _levels_of(provider: Provider) -> dict[str, object]:
    return {
        "provider": provider.name,
        "levels": [level_as_dict(row) for row in provider.levels],
    }


def _print(console: Console, found: list[Provider], *, only_levels: bool) -> None:
    if not only_levels:
        for kind in PersonType:
            console.print(_data(kind, found))
        console.print(_operations(found))
        targets = {f"{one.name}/{name}": it for one in found for name, it in one.targets.items()}
        console.print(targets_table(targets))
    for provider in found:
        if provider.levels:
            console.print(_levels(provider))


# -- data


def _data(kind: PersonType, found: list[Provider]) -> Table:
    taking = [one for one in found if one.takes(kind)]
    others = ", ".join(f"{one.name} {_why_not(one)}" for one in found if one not in taking)
    title = f"A {kind} person in a registration{f' ({others})' if others else ''}"
    made = screen.table(title, "field", *(one.name for one in taking))
    made.columns[0].no_wrap = True
    for number, (parent, names) in enumerate(grouped(kind, taking).items()):
        if number:
            made.add_section()
        if parent:
            made.add_row(Text(parent, "bold"))
        for name, core in names.items():
            cells = (_cell(one.cells[kind][core]) for one in taking)
            made.add_row(f"{'  ' if parent else ''}{name}", *cells)
    return made


def _why_not(provider: Provider) -> str:
    return "registers none" if provider.cells else "declares no mapping"


def _cell(cell: Cell) -> Text:
    lines = [Text(cell.word, STYLES[cell.support])]
    lines += [Text(screen.printable(line), "dim") for line in _more(cell)]
    return Text("\n").join(lines)


def _more(cell: Cell) -> Iterator[str]:
    yield from cell.demands
    if cell.explanation is not None:
        yield from cell.explanation.limits
        if cell.explanation.hidden:
            yield f"null if {cell.explanation.hidden}"


# -- the rest


def _operations(found: list[Provider]) -> Table:
    made = screen.table("Operations", "operation", *(one.name for one in found), "description")
    made.columns[0].no_wrap = True
    for name in OPERATIONS:
        has = (Text("yes", "green") if one.operations[name] else Text("no", "dim") for one in found)
        made.add_row(name, *has, summary_of(name))
    return made


def _levels(provider: Provider) -> Table:
    title = f"Levels of {provider.name}"
    axes = level_axes(provider.levels)
    made = screen.table(title, "provider level", *axes, "reason")
    for row in provider.levels:
        levels = level_as_dict(row)
        made.add_row(row.provider_level, *(str(levels[axis] or "") for axis in axes), row.why)
    return made
