"""The hosted page behind an account link: the user gives what is owed, or returns later."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve
from werkzeug.wrappers import Request, Response

from onboarding_simulators.shared import Row, is_elsewhere, is_foreign
from onboarding_simulators.shared.desk import Hosted, hosted_page

from .calls import ACCOUNTS
from .links import LINKS
from .standing import standing_of

if TYPE_CHECKING:
    from .app import StripeSimulator

COMPLETE, LATER = "complete", "later"
_BARE = Hosted(provider="Stripe", title="")
_PATH = re.compile(r"/setup/(?P<kind>[sc])/(?P<account>[^/]+)/(?P<token>[^/]+)").fullmatch


def answer(sim: StripeSimulator, request: Request) -> Response | None:
    """Returns the page or the result of its form, None for any other path."""
    found = _PATH(request.path)
    if found is None:
        return None
    reading = request.method in ("GET", "HEAD")
    if is_elsewhere(request) if reading else is_foreign(request):
        return _told("Only people on this machine may use this page", 403)
    row = sim.tables.get(LINKS, found["token"].partition(".")[0])
    if row is None or row["account"] != found["account"]:
        return _told("Page not found", 404)
    if reading and found["kind"] == "s":
        return _open(sim, row) if request.method == "GET" else _told("Set up your account", 200)
    if request.method == "POST" and found["kind"] == "c":
        return _decide(sim, row, found["token"], request)
    return _told("This method is not allowed here", 405)


def _open(sim: StripeSimulator, row: Row) -> Response:
    """Uses the link up; a link that was used or has expired leads to its `refresh_url`."""
    if row["session"] or sim.clock() >= row["expires_at"]:
        return _sent_to(row["refresh_url"])
    row["session"] = f"{row['id']}.{sim.new_id('', 12)}"
    sim.tables.save(LINKS, row["id"], row, row["account"])
    return hosted_page(_page(sim, row))


def _decide(sim: StripeSimulator, row: Row, session: str, request: Request) -> Response:
    """Carries out the choice, then redirects without a result: the state must be read."""
    if session != row["session"] or row["ended"]:
        return _told("This page was used already", 410)
    decision = request.form.get("decision")
    if decision not in (COMPLETE, LATER):
        return hosted_page(evolve(_page(sim, row), problem="Choose one of the buttons."), 422)
    sim.tables.save(LINKS, row["id"], {**row, "ended": True}, row["account"])
    if decision == COMPLETE:
        sim.complete_onboarding(row["account"], everything=row["all"])
    return _sent_to(row["return_url"])


def _page(sim: StripeSimulator, row: Row) -> Hosted:
    account = sim.tables.get(ACCOUNTS, row["account"])
    points: list[str] = []
    if account is not None:
        standing = standing_of(sim, account)
        owed = standing.owed.eventually if row["all"] else standing.owed.currently
        future = standing.future.currently if row["future"] else frozenset[str]()
        points = sorted(owed | future)
    return Hosted(
        provider="Stripe",
        title="Set up your account",
        lines=["The platform asks you for this:" if points else "Nothing is missing."],
        points=points,
        buttons=[(COMPLETE, "Complete with test data"), (LATER, "Return later")],
        target=f"/setup/c/{row['account']}/{row['session']}",
        after="The simulator fills in the test values that pass.",
    )


def _sent_to(url: str) -> Response:
    return Response(status=303, headers={"Location": url})


def _told(title: str, status: int) -> Response:
    return hosted_page(evolve(_BARE, title=title), status)
