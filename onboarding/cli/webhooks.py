"""`onboarding webhooks`: registers and checks the webhooks of each gateway at its provider."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

import click

from onboarding.adapter import Adapter
from onboarding.cli import screen
from onboarding.cli.commands import Group
from onboarding.cli.failures import NOT_ALL, Failure, as_json, wants_json
from onboarding.cli.input import CONFIG, CONFIG_FILE, GATEWAYS, config_of, opened
from onboarding.errors import Unsupported
from onboarding.gateway import Gateway
from onboarding.model.webhooks import WebhookReport, WebhookStatus

__all__ = ["webhooks"]

Look: TypeAlias = Callable[[Gateway[Adapter], str], WebhookReport]

_STYLES = {WebhookStatus.MISSING: "red", WebhookStatus.WRONG: "red", WebhookStatus.OK: "dim"}

_URL = click.option(
    "--url",
    metavar="URL",
    required=True,
    help="The address of the endpoints: the gateway `fr` gets URL/fr.",
)


@click.group(cls=Group)
def webhooks() -> None:
    """Register your endpoints at the providers, and check them."""


@webhooks.command()
@CONFIG_FILE
@CONFIG
@_URL
@GATEWAYS
@as_json
@click.pass_context
def check(
    context: click.Context, file: Path | None, config: Path, url: str, names: tuple[str, ...]
) -> None:
    """Check whether each provider notifies your endpoints of what concerns users. Only reads.

    Exit code 1 if something is missing or wrong: `onboarding webhooks install` registers it.
    """

    def look(gateway: Gateway[Adapter], place: str) -> WebhookReport:
        return gateway.run(gateway.adapter.check_webhooks(place))

    _tell(context, config_of(context, file, config), url, names, look)


@webhooks.command()
@CONFIG_FILE
@CONFIG
@_URL
@GATEWAYS
@click.option(
    "--secret-file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where to write the secret of a new endpoint, at a provider that signs. A new file.",
)
@click.option("--replace", is_flag=True, help="Also change what is registered for another address.")
@as_json
@click.pass_context
def install(
    context: click.Context,
    file: Path | None,
    config: Path,
    url: str,
    names: tuple[str, ...],
    secret_file: Path | None,
    replace: bool,
) -> None:
    """Register your endpoints at each provider, for what concerns users.

    What is registered already is left, or enabled again. Stripe shows the secret of a new endpoint
    once: it is written to --secret-file, for `webhook_secrets = ["file:FILE"]`. Exit code 1 if
    something is still missing or wrong.
    """

    def look(gateway: Gateway[Adapter], place: str) -> WebhookReport:
        adapter = gateway.adapter
        if not adapter.returns_webhook_secret:
            return gateway.run(adapter.install_webhooks(place, replace=replace))
        with _kept(secret_file, gateway.name) as keep:
            report = gateway.run(adapter.install_webhooks(place, replace=replace))
            if report.secret is not None:
                keep(report.secret.reveal())
        return report

    _tell(context, config_of(context, file, config), url, names, look)


def _tell(
    context: click.Context, config: Path, url: str, names: tuple[str, ...], look: Look
) -> None:
    found: dict[str, WebhookReport] = {}
    with opened(config) as gateways:
        for name in names or tuple(gateways):
            place = f"{url.rstrip('/')}/{quote(name, safe='')}"
            try:
                found[name] = look(gateways[name], place)
            except Unsupported:
                provider = gateways[name].provider
                found[name] = WebhookReport(note=f"the adapter of {provider} registers none")
    if wants_json():
        told = [_as_dict(name, report) for name, report in found.items()]
        click.echo(json.dumps({"gateways": told}, indent=2))
    else:
        _print(str(config), found)
    if not all(report.complete for report in found.values()):
        context.exit(NOT_ALL)


@contextmanager
def _kept(place: Path | None, gateway: str) -> Generator[Callable[[str], None], None, None]:
    """Keeps a new file for a secret, which is there before the provider is asked for it."""
    if place is None:
        text = f"{gateway}: a new endpoint has a secret; add --secret-file FILE"
        raise Failure(text, kind="UsageError")
    try:
        opened_file = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise Failure(f"{place.name} cannot be created: {error.strerror}", kind="OSError") from None
    written = False
    try:
        with os.fdopen(opened_file, "w", encoding="utf-8") as file:

            def keep(secret: str) -> None:
                nonlocal written
                written = file.write(secret) > 0

            yield keep
    finally:
        if not written:
            place.unlink()


def _print(title: str, found: dict[str, WebhookReport]) -> None:
    made = screen.table(title, "gateway", "webhook", "status", "reason")
    for name, report in found.items():
        shown = name
        for one in report.webhooks:
            cells = (shown, one.name, str(one.status), one.reason)
            made.add_row(*(screen.printable(cell) for cell in cells), style=_STYLES.get(one.status))
            shown = ""
        if report.note:
            made.add_row(screen.printable(shown), "", "", screen.printable(report.note))
        made.add_section()
    screen.out().print(made)


def _as_dict(name: str, report: WebhookReport) -> dict[str, Any]:
    return {
        "name": name,
        "complete": report.complete,
        "note": report.note,
        "webhooks": [
            {"name": one.name, "status": str(one.status), "reason": one.reason}
            for one in report.webhooks
        ],
    }
