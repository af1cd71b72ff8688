"""`onboarding demo`: onboards one file of users with three simulated providers."""

from __future__ import annotations

import difflib
import json
import re
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from typing import Any

import attrs
import click
from attrs import frozen
from rich.console import Console
from rich.progress import track
from rich.text import Text

from onboarding.bulk import BulkRun, Journal, Result, State, Summary, UserFile
from onboarding.cli import compare, screen
from onboarding.cli.failures import Failure, as_json, wants_json
from onboarding.cli.output import write_file
from onboarding.cli.run import summary_as_dict
from onboarding.config import Gateways
from onboarding.registry import installed

__all__ = ["demo"]

_DEFAULT = re.compile(r'^default = ".*"$', re.MULTILINE)


@frozen(kw_only=True)
class _Run:
    """One run, and the change of the configuration before it, as the lines of a diff."""

    gateway: str
    provider: str
    change: tuple[str, ...]
    results: dict[str, Result]
    summary: Summary


@click.command()
@click.option(
    "--users",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file of users to use instead of the example.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the configuration and the results in this folder.",
)
@click.option("--all", "everything", is_flag=True, help="Show every user, reason and loss.")
@as_json
def demo(users: Path | None, keep: Path | None, everything: bool) -> None:
    """Onboard one file of users with three simulated providers.

    Starts a simulator of each provider on a free port, writes a configuration, onboards the
    example users with the default gateway, changes the line `default = ...`, onboards them again,
    and shows five of them side by side. Only loopback addresses are used.
    """
    with ExitStack() as stack:
        folder = _folder(stack, keep)
        shipped = resources.files("onboarding.cli")
        file = users or stack.enter_context(resources.as_file(shipped / "users.jsonl"))
        config = _configured(stack, folder, (shipped / "demo.toml").read_text("utf-8"))
        runs = [_run(config, file, None)]
        for name in tomllib.loads(config.read_text("utf-8"))["gateways"]:
            if name != runs[0].gateway:
                runs.append(_run(config, file, name))
    if wants_json():
        click.echo(json.dumps(_as_dict(runs)))
    elif everything:
        _print_all(runs, config, file)
    else:
        _print_brief(runs, config, file)


def _folder(stack: ExitStack, keep: Path | None) -> Path:
    if keep is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="onboarding-")))
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise Failure(f"--keep: {keep} is not empty; name a new or empty folder")
    return keep


def _configured(stack: ExitStack, folder: Path, template: str) -> Path:
    """Starts a simulator for each gateway of the template; writes the configuration and secrets."""
    from onboarding.simulation import serve

    text = template
    for table in tomllib.loads(template)["gateways"].values():
        kind = installed().find(table["provider"]).simulator()
        known = {field.name for field in attrs.fields(kind) if field.init}
        app = kind(**{name: table[name] for name in known & table.keys() - _secrets(table)})
        for name in _secrets(table):
            write_file(folder / table[name].removeprefix("file:"), getattr(app, name))
        base_url = stack.enter_context(serve(app))
        text = text.replace(table["base_url"], base_url)
    place = folder / "onboarding.toml"
    write_file(place, text)
    return place


def _secrets(table: Mapping[str, Any]) -> set[str]:
    """Returns the settings of a gateway that are in a file of their own."""
    return {name for name, value in table.items() if str(value).startswith("file:")}


def _run(config: Path, file: Path, default: str | None) -> _Run:
    """Onboards the users with a gateway, after making it the default in the configuration."""
    before = config.read_text("utf-8")
    after = _DEFAULT.sub(f'default = "{default}"', before) if default else before
    write_file(config, after)
    with Gateways.from_file(config) as gateways:
        chosen = gateways.default
        out = config.with_name(f"{chosen.name}.jsonl")
        with UserFile.open(file) as users, Journal.open(out, chosen) as journal:
            bulk = BulkRun(chosen, journal)
            steps = bulk.run(users)
            if not wants_json():
                steps = _tracked(steps, chosen.name)
            results = {result.ref: result for result in steps}
    return _Run(
        gateway=chosen.name,
        provider=chosen.provider,
        change=tuple(_changed(before, after)),
        results=results,
        summary=bulk.summary,
    )


def _tracked(steps: Iterable[Result], name: str) -> Any:
    console = screen.err()
    return track(steps, name, console=console, transient=True, disable=not console.is_terminal)


def _changed(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def _as_dict(runs: list[_Run]) -> Mapping[str, Any]:
    return {
        "runs": [
            {
                "gateway": run.gateway,
                "provider": run.provider,
                "config_change": list(run.change),
                "summary": summary_as_dict(run.summary),
                "results": [result.plain() for result in run.results.values()],
            }
            for run in runs
        ]
    }


def _print_brief(runs: list[_Run], config: Path, file: Path) -> None:
    """Prints one screen: five users side by side, the changed line, a legend and next steps."""
    console = screen.out()
    results = {run.gateway: run.results for run in runs}
    providers = ", ".join(run.provider for run in runs)
    console.print(f"{file.name}: the same users at simulators of {providers}")
    console.print(compare.brief_table(results))
    for state in (state for state in State if any(run.summary.total[state] for run in runs)):
        console.print(f"{state:>11}  {screen.MEANINGS[state]}", style=screen.STYLES[state])
    console.print(f"{'no ...':>11}  left out, as accept_loss in {config.name} allows", style="dim")
    console.print(f"{'link, codes':>11}  what the user does next: follow a link, confirm codes")
    _print_changes(console, runs[1:], config)
    console.print("Next: onboarding demo --all         every user, reason and loss")
    console.print("      onboarding demo --keep demo   keep the configuration and the results")
    console.print("      onboarding explain address    how each provider maps a field")


def _print_changes(console: Console, runs: list[_Run], config: Path) -> None:
    """Prints the change of the configuration before each run, a line a run."""
    console.print(f"To swap providers, {config.name} changed in 1 line:")
    for run in runs:
        parts = [(f"  {line:<22}", "red" if line[0] == "-" else "green") for line in run.change]
        console.print(Text.assemble(*parts))


def _print_all(runs: list[_Run], config: Path, file: Path) -> None:
    console = screen.out()
    for run in runs:
        if run.change:
            _print_changes(console, [run], config)
        console.print(f"$ onboarding run {file.name} --config {config.name}", style="bold")
        console.print(screen.summary(run.summary, f"{run.gateway} ({run.provider})"))
        console.print()
    results = {run.gateway: run.results for run in runs}
    for table in (
        compare.side_by_side_table(results),
        compare.refusals_table(results),
        compare.losses_table(results),
    ):
        console.print(table)
        console.print()
