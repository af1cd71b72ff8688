"""`onboarding explain` and `onboarding translate`: how users are mapped to providers, offline."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import IO

import click
from rich.console import Console
from rich.text import Text

from onboarding.adapter import Adapter
from onboarding.cli import screen
from onboarding.cli.failures import NOT_ALL, Failure, as_json, wants_json
from onboarding.cli.fields import Variant, variants
from onboarding.cli.input import chosen, name_of, object_in
from onboarding.errors import InvalidInput, Problem, UnexpectedResponse
from onboarding.mapping.explain import Explanation
from onboarding.mapping.paths import leaves
from onboarding.mapping.plan import Plan
from onboarding.model.answers import Loss, LossKind
from onboarding.model.user import User
from onboarding.registry import installed
from onboarding.serialization import nearest
from onboarding.values.json_values import SENT

__all__ = ["explain", "translate"]

Explained = dict[str, dict[str, list[Variant]]]
"""The variants by core path and provider."""

Rows = dict[str, tuple[str, ...]]
"""The description of a variant: lines by label."""

_SOME = 3


@click.command()
@click.argument("path")
@click.option(
    "--provider",
    "providers",
    metavar="NAME",
    multiple=True,
    help="Only this provider; can be repeated.",
)
@as_json
def explain(path: str, providers: tuple[str, ...]) -> None:
    """Explain how each provider maps the field at a core PATH.

    PATH is a field such as `identity.birthdate`, or an object such as `address` for all of its
    fields. The path of a class other than users starts with its name: `IbanAccount.iban`, or
    `Document` for all of its fields. Shows the provider's name of the field, its form and limits,
    when it is required, which values are refused, which calls write it, when it is hidden, the
    scope that it needs, the effects of a change, the loss, and the provider's document.

    A provider can have several classes of users, as for natural and legal persons; what they have
    in common is shown once. Works offline. Exit code 2 for an unknown path.
    """
    kinds = chosen(providers)
    path = path.removesuffix(".*")
    explained: Explained = {}
    for name, kind in kinds.items():
        try:
            found = variants(kind, path)
        except InvalidInput:  # the path may be an extra of another provider
            continue
        for core, said in found.items():
            explained.setdefault(core, {})[name] = said
    if not explained:
        raise _unknown(path, kinds)
    if wants_json():
        plain = [one.plain() for by in explained.values() for said in by.values() for one in said]
        click.echo(json.dumps({"explanations": plain}, indent=2))
        return
    _print(screen.out(), explained)


def _unknown(path: str, kinds: Mapping[str, type[Adapter]]) -> Failure:
    plans = [
        Plan(wire, kind.provider)
        for kind in kinds.values()
        for wire in (*kind.wires, *kind.other_wires)
    ]
    text = "the core has no such path" if plans else "no adapter declares a mapping"
    problem = Problem(path, "unknown", f"{text}{_hint(path, plans) if plans else ''}")
    message = "unknown path"
    return Failure(message, kind="InvalidInput", problems=[problem])


def _hint(path: str, plans: Iterable[Plan]) -> str:
    """Returns a suggestion for a path, or an empty text."""
    found = list(plans)
    data = dict.fromkeys([*leaves(User), *(core for plan in found for core in _paths(plan))])
    known = dict.fromkeys(place for core in data for place in _places(core))
    ends = _ending(path, known)
    for plan in found if not ends else ():
        spelled = [
            mapped
            for mapped in plan.fields
            if path.casefold() in (key.casefold() for key in mapped.row.keys or (mapped.row.wire,))
        ]
        if spelled:
            return f"; {plan.provider} uses that name for {spelled[0].core}"
    close = get_close_matches(path, {place.rpartition(".")[2] for place in known}, n=1)
    if not ends and not nearest(path, known) and close:
        ends = _ending(close[0], known)
    return f"; did you mean {' or '.join(ends)}?" if ends else nearest(path, known)


def _paths(plan: Plan) -> list[str]:
    """Returns the paths of the fields of a wire class, as `explain` takes them."""
    place = "" if plan.root is User else f"{plan.root.__name__}."
    return [place + core for core in plan.by_core]


def _ending(name: str, known: Iterable[str]) -> list[str]:
    """Returns the first few paths that end with a name."""
    ends = (place for place in known if f".{place}".casefold().endswith(f".{name.casefold()}"))
    return list(islice(ends, _SOME))


def _places(core: str) -> Iterator[str]:
    """Yields a path, and those of the objects around it."""
    names = core.split(".")
    for depth in range(len(names), 0, -1):
        yield ".".join(names[:depth])


# -- for a person


def _print(console: Console, explained: Explained) -> None:
    for number, (core, by) in enumerate(explained.items()):
        if number:
            console.print()
        console.print(core, style="bold")
        for name, said in by.items():
            rows = [_rows(one) for one in said]
            for one, mine in zip(said, rows, strict=True):
                other = _differing(rows[0], mine)
                alike = one is not said[0] and 2 * len(other) < len(mine)
                same = f": as {said[0].classes[0]}, except" if alike else ""
                console.print(_head(name, one, same))
                words = (other if alike else mine).items()
                console.print(screen.indented(words, console.width))


def _head(name: str, one: Variant, same: str) -> Text:
    classes = ", ".join(one.classes)
    return Text.assemble("  ", (name, "bold cyan"), "  ", (f"{classes}{same}", "dim"))


def _differing(first: Rows, other: Rows) -> Rows:
    """Returns the rows that differ from the first ones."""
    labels = [label for label in {**first, **other} if first.get(label) != other.get(label)]
    return {label: other.get(label, ("nothing",)) for label in labels}


def _rows(one: Variant) -> Rows:
    """Returns the description of a variant; labels without text are left out."""
    found = one.explanation
    open_ = f"unclear: {found.uncertain}" if found.uncertain else ""
    shown = f"null if {found.hidden}" if found.hidden else "" if found.shown else "never"
    written = ", ".join(found.written_on) or ("no call" if found.wire_path else "")
    since = f"from {found.since}" if found.since else ""
    until = f"until {found.until}" if found.until else ""
    rows: Rows = {
        "name": (found.wire_path or "(none)",),
        "form": (found.form,),
        "limits": found.limits,
        "required": (found.required, open_) if found.required else (),
        "refused": found.refused,
        "written by": (written,),
        "default": (found.default,) if found.default else (),
        "always sent": (found.along,),
        "on change": found.on_change,
        "shown": (shown,),
        "scope": (" or ".join(found.scope),),
        "lost": tuple(_lost(found)),
        "valid": (" ".join(filter(None, (since, until))),),
        "source": one.sources,
    }
    said = {label: tuple(filter(None, words)) for label, words in rows.items()}
    return {label: words for label, words in said.items() if words}


def _lost(found: Explanation) -> Iterator[str]:
    if found.loss is not None:
        yield f"{found.loss.kind.replace('_', ' ')}: {found.loss.reason}"
    if found.inexact is not None:
        yield f"inexact values: {found.inexact.replace('_', ' ')}"


# -- a whole user


@click.command()
@click.option(
    "--from", "source", metavar="PROVIDER", required=True, help="The provider that FILE comes from."
)
@click.option(
    "--to", "target", metavar="PROVIDER", required=True, help="The provider to translate to."
)
@click.argument("file", type=click.File("rb"))
@as_json
@click.pass_context
def translate(context: click.Context, source: str, target: str, file: IO[bytes]) -> None:
    """Translate a provider's user object into another provider's.

    FILE is JSON (`-` is standard input). The object of the other provider is printed on standard
    output, the losses on standard error: a table or, with --json, {"losses": [...]}.

    Exit codes: 0 no loss, 1 a field was dropped or coarsened, 2 the input cannot be used.
    """
    reader, writer = installed().find(source), installed().find(target)
    name = name_of(file)
    payload = object_in(file.read(), name, SENT)
    try:
        user, unread = reader.read_user(payload)
    except UnexpectedResponse as error:
        text = f"{name} is not a user object of {source}"
        raise Failure(text, kind=type(error).__name__, problems=error.problems) from None
    written, unwritten = writer.write_user(user)
    losses = (*unread, *unwritten)
    click.echo(json.dumps(written, indent=2))  # ASCII, which every terminal can print
    _print_losses(losses, f"{source} -> {target}")
    if any(loss.kind in (LossKind.DROPPED, LossKind.COARSENED) for loss in losses):
        context.exit(NOT_ALL)


def _print_losses(losses: tuple[Loss, ...], title: str) -> None:
    if wants_json():
        plain = [
            {
                "path": loss.core_path,
                "kind": str(loss.kind),
                "reason": loss.reason,
                "wire_path": loss.wire_path,
            }
            for loss in losses
        ]
        click.echo(json.dumps({"losses": plain}), err=True)
    elif losses:
        made = screen.table(title, "core path", "wire path", "kind", "reason")
        made.show_lines = True
        kinds = [*LossKind]
        worst = sorted(losses, key=lambda loss: kinds.index(loss.kind))
        for (kind, why), found in screen.grouped(((x.kind, x.reason), x) for x in worst):
            paths = "\n".join(loss.core_path for loss in found)
            names = "\n".join(screen.printable(loss.wire_path) for loss in found)
            made.add_row(paths, names, kind.replace("_", " "), screen.printable(why))
        screen.err().print(made)
