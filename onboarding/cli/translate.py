"""`onboarding translate`: one provider's user object into another's, offline."""

from __future__ import annotations

import json
from typing import IO

import click

from onboarding.cli import screen
from onboarding.cli.failures import NOT_ALL, Failure, as_json, wants_json
from onboarding.cli.input import name_of, object_in
from onboarding.errors import UnexpectedResponse
from onboarding.model.answers import Loss, LossKind
from onboarding.registry import installed
from onboarding.values.json_values import SENT

__all__ = ["translate"]


@click.command()
@click.option("--from", "source", metavar="PROVIDER", required=True, help="Whose object FILE is.")
@click.option("--to", "target", metavar="PROVIDER", required=True, help="Whose object is wanted.")
@click.argument("file", type=click.File("rb"))
@as_json
@click.pass_context
def translate(context: click.Context, source: str, target: str, file: IO[bytes]) -> None:
    """Translate a provider's user object into another provider's.

    FILE is JSON (`-` is standard input). The other provider's JSON goes to standard output,
    what was lost on the way to standard error: a table or, with --json, {"losses": [...]}.

    Exit codes: 0 all of the user arrived, 1 something was dropped or coarsened,
    2 the input cannot be used.
    """
    reader, writer = installed().find(source), installed().find(target)
    name = name_of(file)
    payload = object_in(file.read(), name, SENT)
    try:
        user, unread = reader.read_user(payload)
    except UnexpectedResponse as error:
        text = f"{name} is not a user of {source}"
        raise Failure(text, kind=type(error).__name__, problems=error.problems) from None
    written, unwritten = writer.write_user(user)
    losses = (*unread, *unwritten)
    click.echo(json.dumps(written, indent=2))  # ASCII: no terminal fails on it, nor half a pair
    _tell(losses, f"{source} -> {target}")
    if any(loss.kind in (LossKind.DROPPED, LossKind.COARSENED) for loss in losses):
        context.exit(NOT_ALL)


def _tell(losses: tuple[Loss, ...], title: str) -> None:
    if wants_json():
        told = [
            {
                "path": loss.core_path,
                "kind": str(loss.kind),
                "reason": loss.reason,
                "wire_path": loss.wire_path,
            }
            for loss in losses
        ]
        click.echo(json.dumps({"losses": told}), err=True)
    elif losses:
        made = screen.table(title, "core path", "provider's name", "kind", "why")
        made.show_lines = True
        kinds = [*LossKind]
        worst = sorted(losses, key=lambda loss: kinds.index(loss.kind))
        for (kind, why), found in screen.joined(((x.kind, x.reason), x) for x in worst):
            paths = "\n".join(loss.core_path for loss in found)
            names = "\n".join(screen.printable(loss.wire_path) for loss in found)
            made.add_row(paths, names, kind.replace("_", " "), screen.printable(why))
        screen.err().print(made)
