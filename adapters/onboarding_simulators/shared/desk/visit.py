"""One request to the desk: its page number, its form, and the page of the answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from secrets import token_urlsafe
from typing import Any

from attrs import define, field
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import MapAdapter
from werkzeug.wrappers import Request, Response

from onboarding_simulators.shared.misbehaviour import Misbehaviour

from .forms import Filled, read
from .render import rendered
from .values import Action, Clerk

__all__ = ["PER_PAGE", "Notices", "Visit"]

PER_PAGE = 25
NOTICES = 64
"""The number of messages that wait to be shown."""


@define(eq=False)
class Notices:
    """Messages about what was done, each shown once on the next page."""

    _waiting: OrderedDict[str, str] = field(factory=OrderedDict[str, str], init=False, repr=False)

    def remember(self, notice: str) -> str:
        """Returns the key under which the next page finds a message."""
        key = token_urlsafe(8)
        self._waiting[key] = notice
        while len(self._waiting) > NOTICES:
            self._waiting.popitem(last=False)
        return key

    def recall(self, key: str) -> str:
        """Returns a message and forgets it."""
        return self._waiting.pop(key, "")


@define
class Visit:
    """One request to the desk."""

    clerk: Clerk
    misbehaviour: Misbehaviour
    clock: Callable[[], float]
    notices: Notices
    request: Request
    urls: MapAdapter

    def number(self) -> int:
        """Returns the number of the requested page of a list, starting at 1."""
        asked = self.request.args.get("page", "1")
        return max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1

    def skip(self, total: int) -> int:
        """Returns the number of rows before that page, or before the last page."""
        last = max((total - 1) // PER_PAGE, 0)
        return min(self.number() - 1, last) * PER_PAGE

    def read(self, actions: Sequence[Action], name: str) -> tuple[Action, Filled]:
        wanted = next((each for each in actions if each.name == name), None)
        if wanted is None:  # the action was possible when the page was made
            wanted = Action(name=name, label=name)
            return wanted, Filled(name=name, errors={"": "This action is no longer possible."})
        return wanted, read(wanted.inputs, self.request.form, name)

    def page(self, template: str, filled: Filled | None = None, **values: Any) -> Response:
        last = max((values.get("total", 0) - 1) // PER_PAGE, 0) + 1
        return rendered(
            template,
            422 if filled is not None else 200,
            provider=self.clerk.provider,
            notifies=self.clerk.notifies,
            now=self.clock(),
            notice=self.notices.recall(self.request.args.get("said", "")),
            filled=filled or Filled(),
            number=min(self.number(), last),
            last=last,
            here=self.request.path,
            url=self.urls.build,
            faults_set=len(self.misbehaviour.faults),
            **values,
        )

    def problem(self, words: str, status: int, error: HTTPException | None = None) -> Response:
        response = self.page("problem.html", words=words)
        response.status_code = status
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response

    def back(self, notice: str, endpoint: str, **parts: str) -> Response:
        location = self.urls.build(endpoint, {**parts, "said": self.notices.remember(notice)})
        return Response(status=303, headers={"Location": location})
