"""The desk's addresses, and the page or action behind each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from attrs import define, evolve, field
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from onboarding_simulators.shared.control import is_elsewhere, is_foreign
from onboarding_simulators.shared.exchanges import Exchanges
from onboarding_simulators.shared.misbehaviour import Misbehaviour

from . import forms
from .forms import Filled
from .render import file_response, media_type, style
from .values import Clerk, WrongInputError
from .visit import PER_PAGE, Notices, Visit

__all__ = ["PREFIX", "ROUTES", "DeskSite"]

PREFIX = "/_desk"


def _rule(path: str, endpoint: str, method: str = "GET") -> Rule:
    return Rule(f"{PREFIX}{path}", endpoint=endpoint, methods=[method])


ROUTES = Map(
    [
        _rule("", "people"),
        _rule("/users/<id>", "person"),
        _rule("/users/<id>/<action>", "act_on_person", "POST"),
        _rule("/documents", "papers"),
        _rule("/documents/<id>", "paper"),
        _rule("/documents/<id>/<action>", "act_on_paper", "POST"),
        _rule("/documents/<id>/pages/<int:number>", "file"),
        _rule("/requests", "requests"),
        _rule("/requests/<int:number>", "exchange"),
        _rule("/notifications", "notifications"),
        _rule("/notifications/deliver", "deliver", "POST"),
        _rule("/conditions", "conditions"),
        _rule("/conditions/faults", "add_fault", "POST"),
        _rule("/conditions/faults/clear", "clear_faults", "POST"),
        _rule("/conditions/clock", "move_clock", "POST"),
    ],
    strict_slashes=False,
    merge_slashes=False,
)


T = TypeVar("T")


@define(eq=False)
class DeskSite:
    """Answers requests under `/_desk`, from this machine only.

    Changes are forms sent with POST. They are refused if they come from a page of another site, and
    answered with a redirect to a page that shows the result.
    """

    clerk: Clerk
    misbehaviour: Misbehaviour
    clock: Callable[[], float]
    exchanges: Exchanges
    lock: AbstractContextManager[Any]
    """Held during calls of the clerk."""
    _notices: Notices = field(factory=Notices, init=False, repr=False)

    def answer(self, request: Request) -> Response | None:
        """Returns the answer, or None for a path outside `/_desk`."""
        path = request.path.rstrip("/")
        if path != PREFIX and not path.startswith(PREFIX + "/"):
            return None
        if path == f"{PREFIX}/style.css":  # hosted pages load it under any host name
            return style()
        if is_elsewhere(request) if request.method in ("GET", "HEAD") else is_foreign(request):
            return Response(
                "only people on this machine may use this page\n", 403, mimetype="text/plain"
            )
        urls = ROUTES.bind(request.host)
        visit = Visit(self.clerk, self.misbehaviour, self.clock, self._notices, request, urls)
        try:
            endpoint, parts = urls.match(path, request.method)
            show: Callable[..., Response] = getattr(self, f"_{endpoint}")
            return show(visit, **parts)
        except MethodNotAllowed as error:
            return visit.problem("This method is not allowed here.", 405, error)
        except NotFound:
            return visit.problem("Page not found.", 404)

    # Users.

    def _people(self, visit: Visit) -> Response:
        words = visit.request.args.get("q", "").strip()
        with self.lock:
            total = self.clerk.count_people()
            skip = visit.skip(total)
            people = self.clerk.find(words) if words else self.clerk.people(skip, PER_PAGE)
        return visit.page("people.html", people=people, total=total, words=words)

    def _person(self, visit: Visit, id: str, filled: Filled | None = None) -> Response:
        with self.lock:
            person = _there(self.clerk.person(id))
        return visit.page("person.html", filled, person=person)

    def _act_on_person(self, visit: Visit, id: str, action: str) -> Response:
        with self.lock:
            actions = _there(self.clerk.person(id)).actions
            wanted, filled = visit.read(actions, action)
            filled = _done(filled, lambda: self.clerk.act_on_person(id, action, filled.given))
        if filled.errors:
            return self._person(visit, id, filled)
        return visit.back(f"Done: {wanted.label}.", "person", id=id)

    # Documents.

    def _papers(self, visit: Visit) -> Response:
        with self.lock:
            total = self.clerk.count_papers()
            papers = self.clerk.papers(visit.skip(total), PER_PAGE)
        return visit.page("papers.html", papers=papers, total=total)

    def _paper(self, visit: Visit, id: str, filled: Filled | None = None) -> Response:
        with self.lock:
            paper = _there(self.clerk.paper(id))
            person = self.clerk.person(paper.user_id)
            files = ((page, self.clerk.file(id, page.number) or b"") for page in paper.pages)
            pages = [(page, media_type(content)) for page, content in files]
        return visit.page("paper.html", filled, paper=paper, person=person, pages=pages)

    def _act_on_paper(self, visit: Visit, id: str, action: str) -> Response:
        with self.lock:
            actions = _there(self.clerk.paper(id)).actions
            wanted, filled = visit.read(actions, action)
            filled = _done(filled, lambda: self.clerk.act_on_paper(id, action, filled.given))
        if filled.errors:
            return self._paper(visit, id, filled)
        return visit.back(f"Done: {wanted.label}.", "paper", id=id)

    def _file(self, visit: Visit, id: str, number: int) -> Response:
        with self.lock:
            content = _there(self.clerk.file(id, number))
        return file_response(content, f"{id}-{number}")

    # Requests, notifications.

    def _requests(self, visit: Visit) -> Response:
        total = len(self.exchanges)
        found = self.exchanges.latest(visit.skip(total), PER_PAGE)
        return visit.page("requests.html", exchanges=found, total=total)

    def _exchange(self, visit: Visit, number: int) -> Response:
        return visit.page("exchange.html", exchange=_there(self.exchanges.get(number)))

    def _notifications(self, visit: Visit) -> Response:
        with self.lock:
            total = self.clerk.count_sent()
            sent = self.clerk.sent(visit.skip(total), PER_PAGE)
            listeners = self.clerk.listeners()
        return visit.page("notifications.html", sent=sent, listeners=listeners, total=total)

    def _deliver(self, visit: Visit) -> Response:
        # without the lock: the receiver may call the simulator before it answers
        return visit.back(f"Sent: {self.clerk.deliver()}.", "notifications")

    # Faults, the clock.

    def _conditions(self, visit: Visit, filled: Filled | None = None) -> Response:
        return visit.page(
            "conditions.html",
            filled,
            faults=self.misbehaviour.faults,
            add=forms.ADD_FAULT,
            move=forms.MOVE_CLOCK if forms.can_move(self.clock) else None,
        )

    def _add_fault(self, visit: Visit) -> Response:
        _, filled = visit.read([forms.ADD_FAULT], "faults")
        filled = _done(filled, lambda: forms.add_fault(self.misbehaviour, filled.given))
        if filled.errors:
            return self._conditions(visit, filled)
        return visit.back("The fault is set.", "conditions")

    def _clear_faults(self, visit: Visit) -> Response:
        self.misbehaviour.clear()
        return visit.back("All faults are cleared.", "conditions")

    def _move_clock(self, visit: Visit) -> Response:
        _, filled = visit.read([forms.MOVE_CLOCK], "clock")
        filled = _done(filled, lambda: forms.move_clock(self.clock, filled.given))
        if filled.errors:
            return self._conditions(visit, filled)
        return visit.back("The clock was moved.", "conditions")


def _there(found: T | None) -> T:
    if found is None:
        raise NotFound
    return found


def _done(filled: Filled, act: Callable[[], None]) -> Filled:
    """Acts unless the form has errors; returns the form with the errors of the action."""
    if filled.errors:
        return filled
    errors: Mapping[str, str] = {}
    try:
        act()
    except WrongInputError as error:
        errors = {error.name: str(error)}
    except (LookupError, ValueError) as error:
        errors = {"": str(error)}  # messages of actions name fields, never values
    return evolve(filled, errors=errors)
