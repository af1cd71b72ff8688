"""`onboarding bulk`: submits users to a directory, carries them out, and says how far it is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from onboarding.adapter import Adapter
from onboarding.bulk import State, Summary
from onboarding.cli import screen
from onboarding.cli.commands import Group
from onboarding.cli.estimates import Estimate, in_words
from onboarding.cli.failures import NOT_ALL, UNKNOWN, Failure, as_json, failure_of, wants_json
from onboarding.cli.input import (
    CONFIG,
    DIRECTORY,
    GATEWAY,
    GATEWAYS,
    IN_FLIGHT,
    LIMIT,
    directory_at,
    lines_of,
    opened,
    users_in,
)
from onboarding.cli.progress import Interrupts, kept_quotas, showing
from onboarding.cli.run import default_in_flight
from onboarding.cli.settle import CREATED, NOT_CREATED
from onboarding.cli.unsettled import settle_by_hand
from onboarding.config import Gateways
from onboarding.engine import utc_now
from onboarding.gateway import Gateway

if TYPE_CHECKING:
    from onboarding.directory import Directory, Progress

__all__ = ["bulk"]

_USERS = click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)
_MEANINGS = {
    "planned": ("waits for a worker", ""),
    "running": ("a worker has it", ""),
    "unknown": (screen.MEANINGS[State.UNKNOWN], screen.STYLES[State.UNKNOWN]),
    "done": (screen.MEANINGS[State.CREATED], screen.STYLES[State.CREATED]),
    "not_done": ("not created: see the reasons", screen.STYLES[State.REJECTED]),
}


@click.group(cls=Group)
def bulk() -> None:
    """Onboard many users with several processes or machines, which share a directory."""


@bulk.command()
@click.argument("users", type=_USERS)
@CONFIG
@GATEWAY
@DIRECTORY
@as_json
@click.pass_context
def submit(
    context: click.Context, users: Path, config: Path, gateway: str | None, url: str
) -> None:
    """Submit a file of users to the workers of one gateway.

    USERS is a file as for `onboarding run`; each user needs a `ref`, your own id. Submit the same
    file again after an interruption or a correction: no user is created twice, and a user who was
    refused is sent again if the content has changed. The directory has the content of a user until
    the user is created, and no credentials.

    Exit code 1 if a line is invalid.
    """
    from onboarding.directory import Submitted
    from onboarding.workers import submit_file

    counted, summary = Submitted(), Summary()
    with opened(config) as gateways, directory_at(url) as directory, users_in(users) as file:
        adapter = _chosen(gateways, gateway).adapter
        for part in submit_file(directory, adapter, lines_of(file)):
            counted += part.counted
            for result in part.invalid:
                summary.add(result)
    invalid = summary.now.total()
    if wants_json():
        shown = {
            "gateway": adapter.name,
            "users": counted.users + invalid,
            "new": counted.new,
            "changed": counted.changed,
            "done": counted.done,
            "invalid": invalid,
            "reasons": _reasons(summary),
        }
        click.echo(json.dumps(shown, indent=2))
    else:
        parts = (
            (counted.new, "new"),
            (counted.changed, "changed"),
            (counted.done, "created before"),
            (invalid, "invalid"),
        )
        told = ", ".join(f"{count:,} {word}" for count, word in parts if count)
        users_ = "user" if counted.users + invalid == 1 else "users"
        console = screen.out()
        console.print(
            f"Submitted to {adapter.name}: {counted.users + invalid:,} {users_}"
            f"{f' ({told})' if told else ''}."
        )
        if summary.reasons:
            console.print(screen.reasons(summary))
    context.exit(NOT_ALL if invalid else 0)


@bulk.command()
@CONFIG
@GATEWAYS
@DIRECTORY
@IN_FLIGHT
@LIMIT
@click.option(
    "--lease",
    type=click.FloatRange(1),
    metavar="SECONDS",
    default=300,
    show_default=True,
    help="How long a user is this worker's: longer than a call with its retries takes.",
)
@as_json
@click.pass_context
def work(
    context: click.Context,
    config: Path,
    names: tuple[str, ...],
    url: str,
    in_flight: int | None,
    limit: int | None,
    lease: float,
) -> None:
    """Create the users that were submitted, until none is left.

    Start as many workers as you like, on any machine that reaches the directory. They share the
    work, and a quota if `pace.store` names a store that all of them reach. A worker that is killed
    leaves its users to the others when the lease is over.

    A rate limit, API keys that are refused, and a provider that does not answer pause the gateway
    for all workers: see `onboarding bulk status`. If the keys are refused, the workers end. The
    first Ctrl-C ends the worker after the users in flight.

    Exit codes: 0 every user is onboarded, 1 not every user, 2 the configuration or the directory
    cannot be used, 3 the outcome of a user is unknown, 130 interrupted.
    """
    from onboarding.workers import Worker

    with opened(config) as gateways, directory_at(url) as directory:
        some = _some(gateways, names)
        flying = in_flight or min(default_in_flight(each) for each in some)
        worker = Worker(
            some, directory, in_flight=flying, limit=limit, lease=timedelta(seconds=lease)
        )
        interrupts = Interrupts(worker.stop)
        with interrupts.handled(), showing(lambda: _estimate_of_all(directory, some)):
            for _ in worker.work():
                pass
        found = [directory.progress(each.name) for each in some]
        _print(some, found)
    if interrupts.pressed:
        raise failure_of(KeyboardInterrupt())
    context.exit(_exit_code(found))


@bulk.command()
@CONFIG
@GATEWAYS
@DIRECTORY
@as_json
def status(config: Path, names: tuple[str, ...], url: str) -> None:
    """Show how far the submitted users are: rate, quota, time to the end, reasons."""
    with opened(config) as gateways, directory_at(url) as directory:
        some = _some(gateways, names)
        _print(some, [directory.progress(each.name) for each in some])


@bulk.command()
@CONFIG
@GATEWAY
@DIRECTORY
@as_json
def pause(config: Path, gateway: str | None, url: str) -> None:
    """Give out no further user of a gateway; the users in flight are finished."""
    with opened(config) as gateways, directory_at(url) as directory:
        name = _chosen(gateways, gateway).name
        directory.pause(name)
    _say({"gateway": name, "paused": True}, f"Paused: {name}.")


@bulk.command()
@CONFIG
@GATEWAY
@DIRECTORY
@as_json
def resume(config: Path, gateway: str | None, url: str) -> None:
    """End the pause of a gateway."""
    with opened(config) as gateways, directory_at(url) as directory:
        name = _chosen(gateways, gateway).name
        was = directory.resume(name)
    _say({"gateway": name, "was_paused": was}, f"{'Resumed' if was else 'Not paused'}: {name}.")


@bulk.command()
@CONFIG
@GATEWAY
@DIRECTORY
@click.option(
    "--reason",
    metavar="REASON",
    help="Only users with this reason, as `onboarding bulk status` shows it; a part before a colon "
    "means all that begin with it.",
)
@as_json
def retry(config: Path, gateway: str | None, url: str, reason: str | None) -> None:
    """Send again users who were refused, and look again for unknown ones."""
    with opened(config) as gateways, directory_at(url) as directory:
        name = _chosen(gateways, gateway).name
        count = directory.retry(name, reason)
    _say({"gateway": name, "users": count}, f"To be tried again at {name}: {count:,}.")


@bulk.command()
@CONFIG
@GATEWAYS
@DIRECTORY
@CREATED
@NOT_CREATED
@as_json
@click.pass_context
def settle(
    context: click.Context,
    config: Path,
    names: tuple[str, ...],
    url: str,
    created: tuple[str, ...],
    not_created: tuple[str, ...],
) -> None:
    """Settle the users whose outcome is unknown, and show those who are left.

    Look for them at the provider, and name what you found with --created and --not-created. A user
    with an id is read from the provider. A user who was not created is sent again after
    `onboarding bulk retry`.

    Exit codes: 0 every outcome is known, 2 the configuration or the directory cannot be used,
    3 the outcome of a user is unknown.
    """
    with opened(config) as gateways, directory_at(url) as directory:
        some = _some(gateways, names)
        context.exit(settle_by_hand(gateways, directory, some, created, not_created))


# -- gateways


def _chosen(gateways: Gateways, name: str | None) -> Gateway[Adapter]:
    return gateways.default if name is None else gateways[name]


def _some(gateways: Gateways, names: Iterable[str]) -> list[Gateway[Adapter]]:
    found = [gateways[name] for name in dict.fromkeys(names) or gateways]
    if not found:
        raise Failure("the configuration has no gateway")
    return found


# -- what is shown


def _estimate(progress: Progress, gateway: Gateway[Adapter]) -> Estimate:
    waiting = 0.0
    if progress.pause is not None and progress.pause.until is not None:
        waiting = max(0.0, (progress.pause.until - utc_now()).total_seconds())
    return Estimate(
        done=progress.ended,
        total=progress.total,
        exact=True,
        rate=progress.rate,
        limits=gateway.rate_limits,
        quotas=kept_quotas(gateway),
        waiting=waiting,
    )


def _estimate_of_all(directory: Directory, gateways: list[Gateway[Adapter]]) -> Estimate:
    """Returns the estimate of the gateway that takes longest."""
    found = [_estimate(directory.progress(each.name), each) for each in gateways]
    return max(found, key=lambda each: each.seconds_left(utc_now())[0] or 0.0)


def _exit_code(found: Iterable[Progress]) -> int:
    total = Counter[str]()
    for progress in found:
        total.update({str(state): count for state, count in progress.states.items()})
    if total["unknown"]:
        return UNKNOWN
    return 0 if total["done"] == total.total() else NOT_ALL


def _print(gateways: list[Gateway[Adapter]], found: list[Progress]) -> None:
    pairs = list(zip(gateways, found, strict=True))
    if wants_json():
        shown = [_as_dict(gateway, progress) for gateway, progress in pairs]
        click.echo(json.dumps({"gateways": shown, "exit_code": _exit_code(found)}, indent=2))
        return
    console = screen.out()
    some = [pair for pair in pairs if pair[1].total or pair[1].pause]
    if not some:
        console.print("No user was submitted.")
    for gateway, progress in some:
        title = f"{gateway.name} ({gateway.provider})"
        made = screen.plain_table(title, "state", "users", "meaning")
        made.columns[1].justify = "right"
        for state, count in progress.states.items():
            if count:
                meaning, style = _MEANINGS[str(state)]
                made.add_row(str(state).replace("_", " "), f"{count:,}", meaning, style=style)
        made.add_row("all", f"{progress.total:,}", "")
        console.print(made)
        if progress.reasons:
            reasons = screen.plain_table("Reasons", "state", "reason", "users")
            reasons.columns[2].justify = "right"
            for (state, reason), count in _most(progress):
                cells = (str(state).replace("_", " "), screen.printable(reason), f"{count:,}")
                reasons.add_row(*cells, style=_MEANINGS[str(state)][1])
            console.print(reasons)
        for line in _lines(gateway, progress):
            console.print(line, soft_wrap=True)


def _lines(gateway: Gateway[Adapter], progress: Progress) -> Iterable[str]:
    if progress.ended < progress.total:
        yield _estimate(progress, gateway).line(1_000, utc_now())
    for quota in kept_quotas(gateway):
        yield f"Quota: {quota.calls:,} calls in {in_words(quota.seconds)}"
    if (pause := progress.pause) is not None:
        why = f" ({pause.reason})" if pause.reason else ""
        ends = f"until {pause.until:%H:%M:%S} UTC" if pause.until else "until `bulk resume`"
        yield f"Paused{why}: {ends}"


def _as_dict(gateway: Gateway[Adapter], progress: Progress) -> dict[str, Any]:
    seconds, by_quota = _estimate(progress, gateway).seconds_left(utc_now())
    pause = progress.pause
    return {
        "gateway": gateway.name,
        "users": progress.total,
        "states": {str(state): count for state, count in progress.states.items()},
        "reasons": [
            {"state": str(state), "reason": reason, "users": count}
            for (state, reason), count in _most(progress)
        ],
        "rate": round(progress.rate, 3),
        "quotas": [
            {"seconds": quota.seconds, "calls": quota.calls} for quota in kept_quotas(gateway)
        ],
        "seconds_left": None if seconds is None else round(seconds),
        "quota_decides": by_quota,
        "pause": None
        if pause is None
        else {
            "reason": pause.reason,
            "paused_at": pause.paused_at.isoformat(timespec="seconds"),
            "until": pause.until.isoformat(timespec="seconds") if pause.until else None,
        },
    }


def _most(progress: Progress) -> list[tuple[tuple[Any, str], int]]:
    """Returns the reasons, the most frequent first."""
    return sorted(progress.reasons.items(), key=lambda pair: (-pair[1], pair[0]))


def _reasons(summary: Summary) -> list[dict[str, Any]]:
    return [
        {"path": reason.path, "code": reason.code, "users": count, "refs": summary.examples[reason]}
        for reason, count in summary.reasons.most_common()
    ]


def _say(shown: dict[str, Any], text: str) -> None:
    if wants_json():
        click.echo(json.dumps(shown))
    else:
        screen.out().print(text)
