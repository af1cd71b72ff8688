"""`onboarding effects`: the effects of a change of a user, before it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import click
from attrs import evolve
from rich.table import Table
from rich.text import Text

from onboarding.adapter import Adapter
from onboarding.cli import screen
from onboarding.cli.failures import NOT_ALL, Failure, as_json, wants_json
from onboarding.cli.input import CONFIG, object_in, opened
from onboarding.errors import InvalidInput
from onboarding.mapping.changes import changed_paths
from onboarding.mapping.effects import Effect
from onboarding.mapping.effects import effects as find_effects
from onboarding.mapping.paths import lookup
from onboarding.mapping.rows import On
from onboarding.model.answers import Loss, LossKind, refused
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.serialization import plain

__all__ = ["effects"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)


@click.command()
@click.argument("record", type=_FILE)
@click.argument("changed", metavar="CHANGES", type=_FILE)
@CONFIG
@as_json
@click.pass_context
def effects(context: click.Context, record: Path, changed: Path, config: Path) -> None:
    """Show the effects of CHANGES to a stored RECORD, offline.

    RECORD is the JSON of a `UserRecord` (`to_json`), CHANGES a JSON object with the changed
    fields in the form of a user: {"identity": {"family_name": "Novak"}}; null clears a field.
    Shows the effects at the gateway of the record: a lower level, documents that become outdated,
    a new enrolment, a step that cannot be undone; and the changes that cannot be sent. No value of
    a user is printed.

    Exit codes: 0 no effects, 1 there are effects or changes that cannot be sent,
    2 the configuration or a file cannot be used.
    """
    held = _stored(record)
    user = _merged(held.user, object_in(_read(changed), str(changed)))
    with opened(config) as gateways:
        adapter = gateways[held.gateway].adapter
        adapter.require_own(held)
        follows = _found(adapter, held, user)
        _, losses = adapter.wire_for(user).update(held.user, user, unmapped=held.unmapped)
        unsent = [*_unsent(losses, adapter.accept_loss)]
    paths = sorted(changed_paths(held.user, user))
    if wants_json():
        shown = {
            "changed": paths,
            "effects": [_as_dict(effect) for effect in follows],
            "not_sent": [{"path": loss.core_path, "reason": loss.reason} for loss in unsent],
        }
        click.echo(json.dumps(shown, indent=2))
    elif follows or unsent:
        screen.out().print(_table(held, follows, unsent))
    else:
        words = "no effects besides the change itself" if paths else "nothing changes"
        screen.out().print(f"{held.gateway}: {words}")
    if follows or unsent:
        context.exit(NOT_ALL)


def _found(adapter: Adapter, record: UserRecord, user: User) -> list[Effect]:
    """Returns the effects of the update, and of a change of the category."""
    found = [*adapter.effects(record, user)]
    if user.category != record.user.category:
        found += find_effects(adapter.wire_for(user), record, user, On.CATEGORISE)
    return list(dict.fromkeys(found))


def _unsent(losses: tuple[Loss, ...], accepted: tuple[str, ...]) -> Iterator[Loss]:
    """Yields the losses of the update, each as refused or left out."""
    stopping = refused(losses, accepted)
    for loss in losses:
        if loss.kind in (LossKind.DROPPED, LossKind.COARSENED):
            word = "refused" if loss in stopping else "left out"
            yield evolve(loss, reason=f"{word}: {loss.reason}")


# -- reading


def _read(place: Path) -> bytes:
    with click.open_file(str(place), "rb") as stream:
        return cast("bytes", stream.read())


def _stored(place: Path) -> UserRecord:
    try:
        return UserRecord.from_json(_read(place))
    except InvalidInput as error:
        text = f"{place} is not a stored record (UserRecord.to_json)"
        raise Failure(text, kind="InvalidInput", problems=error.problems) from None


def _merged(old: User, data: Mapping[str, Any]) -> User:
    """Returns the user with the changes. Changed fields are checked, the other ones are not."""
    merged = _over(plain(old, secrets=True), data)
    new = User.from_json(json.dumps({"form": User.form, **merged}))
    changed = {path.partition("[")[0] for path in changed_paths(old, new)}  # people as a whole
    other = {path for path in changed if not path.startswith("extras.")}
    try:
        return old.replace({path: lookup(new, path) for path in other}, extras=new.extras)
    except InvalidInput as error:
        text = "CHANGES cannot be applied"
        raise Failure(text, kind="InvalidInput", problems=error.problems) from None


def _over(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(old)
    for name, value in new.items():
        before = made.get(name)
        if name == "people" and isinstance(before, list) and isinstance(value, dict):
            people = cast("list[dict[str, Any]]", before)
            before = {person["ref"]: person for person in people}
        if isinstance(value, dict):
            inner = cast("Mapping[str, Any]", before if isinstance(before, dict) else {})
            made[name] = _over(inner, cast("dict[str, Any]", value))
        elif value is None:
            made.pop(name, None)
        else:
            made[name] = value
    return made


# -- output


def _as_dict(effect: Effect) -> dict[str, Any]:
    return {
        "kind": str(effect.kind),
        "words": effect.words,
        "paths": list(effect.core_paths),
        "certain": effect.certain,
        "documents": [str(document) for document in effect.documents],
        "source": effect.source,
    }


def _table(record: UserRecord, follows: list[Effect], unsent: list[Loss]) -> Table:
    title = f"{record.gateway} ({record.provider})"
    made = screen.table(screen.printable(title), "effect", "on a change of")
    made.show_lines = True
    for effect in follows:
        words = effect.words if effect.certain else f"perhaps: {effect.words}"
        why = Text.assemble((words, "yellow"), "\n", (effect.source, "dim"))
        made.add_row(why, "\n".join(effect.core_paths))
    for reason, paths in screen.grouped((loss.reason, loss.core_path) for loss in unsent):
        made.add_row(Text(reason, "red"), "\n".join(paths))
    return made
