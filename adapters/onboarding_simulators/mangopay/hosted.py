"""The hosted pages behind a `RedirectUrl` or a `HostedUrl` (docs: guides/sca/session)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from attrs import evolve
from werkzeug.wrappers import Request, Response

from onboarding_simulators.shared import Row, is_elsewhere, is_foreign
from onboarding_simulators.shared.desk import Hosted, Input, hosted_page, leads_back

from . import recipients, sca
from .kinds import KINDS
from .persons import SESSIONS
from .sca import SCOPES
from .state import User

if TYPE_CHECKING:
    from .app import MangoPaySimulator

CONFIRM, REFUSE = "confirm", "refuse"
# docs: guides/sca/session; the code for Swedish is that of the country
LANGUAGES = ("bg", "nl", "en", "fr", "de", "el", "it", "pl", "pt", "es", "se")
PATH, VERIFICATION_PATH = "/", "/identity-verification"

TITLES = {
    sca.ENROLMENT: "Set up strong authentication",
    sca.CONSENT: "Give consent",
    sca.ACCESS: "Confirm access to your accounts",
    sca.RECIPIENT: "Confirm a new recipient",
}
ASKS = {
    sca.ENROLMENT: "{client} asks you to enrol in strong customer authentication.",
    sca.CONSENT: "{client} asks for your consent to act for you while you are not present.",
    sca.ACCESS: "{client} asks to view your accounts and their transactions.",
    sca.RECIPIENT: "{client} asks to register a recipient of your payouts.",
}
CONSENTS = {
    "ContactInformationUpdate": "Change my contact details",
    "RecipientRegistration": "Register recipients of my payouts",
    "Transfer": "Transfer money to other users",
    "ViewAccountInformation": "View my accounts",
}
BARE = Hosted(provider="MangoPay", title="")


def answer(sim: MangoPaySimulator, request: Request) -> Response | None:
    """Returns a hosted page or the result of its form, None for any other path."""
    page: _Sca | _Verification
    if request.path == PATH and "token" in request.args:
        page = _Sca(sim, request)
    elif request.path == VERIFICATION_PATH and "session" in request.args:
        page = _Verification(sim, request)
    else:
        return None
    reading = request.method in ("GET", "HEAD")
    if is_elsewhere(request) if reading else is_foreign(request):
        return _told("Only people on this machine may use this page", 403)
    if reading:
        return page.show()
    return (
        page.decide() if request.method == "POST" else _told("This method is not allowed here", 405)
    )


class _Sca:
    """The page of an SCA link: it can be completed once, within ten minutes."""

    def __init__(self, sim: MangoPaySimulator, request: Request) -> None:
        self.sim = sim
        self.request = request
        self.back = request.args.get("returnUrl")  # docs: the name is case-sensitive

    def show(self) -> Response:
        """Returns the page; it can be opened repeatedly while it is valid."""
        try:
            row = sca.find_link(self.sim, self.request.args["token"])
        except LookupError:
            return _told("Page not found", 404)
        user = self.sim.store.user(row["UserId"])
        if row["Ended"] or user is None or user.status == "CLOSED":
            return _told("This page was used already", 410, "Request a new link where you started.")
        if not sca.is_link_open(row, self.sim.clock()):
            return _told("This page has expired", 410, "It is valid for ten minutes.")
        if self.back is not None and not leads_back(self.back):
            return _told("The returnUrl must be an absolute http or https address", 400)
        return hosted_page(self._page(row, user))

    def decide(self) -> Response:
        """Confirms or refuses, then redirects with the result."""
        shown = self.show()
        if shown.status_code != 200:
            return shown
        row = sca.find_link(self.sim, self.request.args["token"])
        user = self.sim.store.user(row["UserId"])
        decision = self.request.form.get("decision")
        if decision not in (CONFIRM, REFUSE) or user is None:
            page = evolve(self._page(row, user), problem="Choose one of the buttons.")
            return hosted_page(page, 422)
        passed = decision == CONFIRM
        scopes = [scope for scope in SCOPES if self.request.form.get(scope)]
        try:
            self.sim.finish_sca(self.request.url, passed=passed, scopes=scopes)
        except LookupError:
            return _told("This page was used already", 410)
        # docs: the value is indicative only; use a webhook or the API
        status = "VALIDATED" if passed else "FAILED"
        if self.back is None:
            title = "You confirmed" if passed else "You refused"
            return _told(title, 200, "There is no returnUrl: you can close this page.")
        return _sent_back(self.back, {"controlStatus": status})

    def _page(self, row: Row, user: User | None) -> Hosted:
        purpose = row["Purpose"]
        inputs: list[Input] = []
        if purpose == sca.CONSENT and user is not None:
            given = user.consents or tuple(SCOPES)
            inputs = [
                Input(name=scope, label=words, kind="check", value="on" if scope in given else "")
                for scope, words in CONSENTS.items()
            ]
        return Hosted(
            provider="MangoPay",
            title=TITLES[purpose],
            lines=[ASKS[purpose].format(client=self.sim.client_id)],
            points=[*_who(user), *self._what(row)],
            inputs=inputs,
            buttons=[(CONFIRM, "Confirm"), (REFUSE, "Refuse")],
            target=self.request.full_path,
            lang=self._lang(),
            after="The simulator sends no code: your choice is enough."
            if self.back
            else "There is no returnUrl (case-sensitive), so you will not be redirected.",
        )

    def _what(self, row: Row) -> list[str]:
        recipient = self.sim.tables.get(recipients.RECIPIENTS, row["ResourceId"])
        if recipient is None:
            return []
        return [str(recipient[key]) for key in ("DisplayName", "Currency") if recipient.get(key)]

    def _lang(self) -> str:
        asked = self.request.args.get("lang", "en")
        if asked not in LANGUAGES:
            return "en"
        return "sv" if asked == "se" else asked


class _Verification:
    """The page of an identity verification, which returns to its `ReturnUrl`."""

    def __init__(self, sim: MangoPaySimulator, request: Request) -> None:
        self.sim = sim
        self.request = request

    def show(self) -> Response:
        """Returns the page."""
        row = self._row()
        if row is None:
            return _told("Page not found", 404)
        if row["Status"] != "PENDING":
            return _told("This page was used already", 410)
        return hosted_page(self._page(row))

    def decide(self) -> Response:
        """Ends the session, then redirects; query parameters are not documented."""
        shown, row = self.show(), self._row()
        if shown.status_code != 200 or row is None:
            return shown
        decision = self.request.form.get("decision")
        if decision not in (CONFIRM, REFUSE):
            return hosted_page(evolve(self._page(row), problem="Choose one of the buttons."), 422)
        try:
            status = "VALIDATED" if decision == CONFIRM else "REFUSED"
            self.sim.complete_verification(row["Id"], status)
        except LookupError:
            return _told("This page was used already", 410)
        if not leads_back(row["ReturnUrl"]):
            return _told("Done", 200, "The ReturnUrl must be an absolute http or https address.")
        return _sent_back(row["ReturnUrl"], {})

    def _row(self) -> Row | None:
        return self.sim.tables.get(SESSIONS, self.request.args["session"])

    def _page(self, row: Row) -> Hosted:
        return Hosted(
            provider="MangoPay",
            title="Verify your identity",
            lines=[f"{self.sim.client_id} asks you to verify your identity."],
            points=_who(self.sim.store.user(row["UserId"])),
            buttons=[(CONFIRM, "Pass"), (REFUSE, "Fail")],
            target=self.request.full_path,
            after="The simulator checks no document: your choice is enough.",
        )


def _who(user: User | None) -> list[str]:
    if user is None:
        return []
    person = KINDS[user.person_type].person
    names = [user.facts.get(f"{person}{name}") for name in ("FirstName", "LastName")]
    points = [" ".join(str(name) for name in names if name), user.facts.get(f"{person}Email")]
    company = user.facts.get("Name") if user.person_type == "LEGAL" else None
    return [str(point) for point in (*points, company) if point]


def _sent_back(url: str, answer: dict[str, str]) -> Response:
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(answer)) if part)
    return Response(status=303, headers={"Location": urlunsplit(parts._replace(query=query))})


def _told(title: str, status: int, line: str = "") -> Response:
    return hosted_page(evolve(BARE, title=title, lines=[line] if line else []), status)
