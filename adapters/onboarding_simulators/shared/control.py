"""An HTTP endpoint under `/_control` that steers a simulator, and who may use it."""

from __future__ import annotations

import json
import weakref
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Set
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

from attrs import AttrsInstance, asdict, define, fields_dict, has
from werkzeug.wrappers import Request, Response

from .arguments import check_arguments, name_of, read_object
from .clock import VirtualClock
from .misbehaviour import Fault, Misbehaviour

__all__ = ["Control", "actions_of", "is_elsewhere", "is_foreign"]

LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


def is_elsewhere(request: Request) -> bool:
    """Whether a request comes from another machine, or for another host's name.

    A foreign name that was made to point here would let a page from elsewhere read the answer.
    """
    if request.remote_addr is not None and request.remote_addr not in LOOPBACK:
        return True
    try:
        return urlsplit(f"//{request.host}").hostname not in LOOPBACK
    except ValueError:  # such as a bracket that opens no IPv6 address
        return True


def is_foreign(request: Request) -> bool:
    """Whether it is from elsewhere, or was sent by a page in a browser that is from elsewhere."""
    if is_elsewhere(request):
        return True
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        return True
    return request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")


PREFIX = "/_control"

Action = Callable[..., object]


@define(eq=False)
class Control:
    """Answers what stands under `/_control`, to programs of this machine only.

    - `GET /_control` shows the faults that are set, the time, the names of the actions;
    - `POST /_control/misbehave` sets a fault, its body the fields of `Fault`; `DELETE` clears all;
    - `POST /_control/clock` with `{"advance": seconds}` moves the clock;
    - `POST /_control/ACTION` calls an action with its body as keywords.

    Bodies are JSON objects and say so. What an action does not take is answered with 400, says what
    is wrong and changes nothing. A page in a browser that was served from elsewhere is
    refused, and so is a request for another host's name.
    """

    misbehaviour: Misbehaviour
    clock: Callable[[], float]
    actions: Mapping[str, Action]

    def answer(self, request: Request) -> Response | None:
        """Gives the answer, or None for a path that is not under `/_control`."""
        path = request.path.rstrip("/")
        if path != PREFIX and not path.startswith(PREFIX + "/"):
            return None
        if is_foreign(request):
            return _said({"error": "only programs on this machine may do that"}, 403)
        try:
            return self._act(request, path.removeprefix(PREFIX).strip("/"))
        except (LookupError, TypeError, ValueError) as error:
            # the texts of actions name fields, never values
            return _said({"error": str(error)}, 400)

    def _act(self, request: Request, name: str) -> Response:
        if not name:
            return _said(self._shown())
        if name == "misbehave" and request.method == "DELETE":
            self.misbehaviour.clear()
            return _said(self._shown())
        if request.method != "POST":
            return _said({"error": "this is to be sent with POST"}, 405)
        body = _body(request)
        if name == "misbehave":
            self._set(body)
            return _said(self._shown())
        if name == "clock":
            check_arguments(self._move, body)
            self._move(**body)
            return _said(self._shown())
        if name not in self.actions:
            return _said({"error": "there is no such action"}, 404)
        return _said({"result": self.actions[name](**body)})

    def _set(self, given: Mapping[str, Any]) -> None:
        known = fields_dict(Fault)
        if unknown := [name for name in given if name not in known]:
            raise ValueError(f"a fault has no {', '.join(map(name_of, unknown))}")
        if "kind" not in given:
            raise ValueError("kind: is required")
        self.misbehaviour.add(Fault(**given))

    def _move(self, *, advance: float) -> None:
        if not isinstance(self.clock, VirtualClock):
            raise TypeError("this clock cannot be moved")
        self.clock.advance(advance)

    def _shown(self) -> dict[str, object]:
        faults = [asdict(fault) for fault in self.misbehaviour.faults]
        return {"faults": faults, "now": self.clock(), "actions": sorted(self.actions)}


def actions_of(simulator: object, names: Iterable[str]) -> dict[str, Action]:
    """Gives methods by their names, to be called with keywords, without holding the simulator."""
    return {name: partial(_act, weakref.proxy(simulator), name) for name in names}


def _act(simulator: object, name: str, /, **keywords: Any) -> object:
    action: Action = getattr(simulator, name)
    check_arguments(action, keywords)
    return action(**keywords)


def _body(request: Request) -> dict[str, Any]:
    if request.mimetype != "application/json":  # a form of a foreign page cannot say this
        raise ValueError("the body must be declared as application/json")
    return read_object(request.get_data() or b"{}")


def _said(body: object, status: int = 200) -> Response:
    text = json.dumps(body, default=_plain)
    return Response(text, status=status, content_type="application/json")


def _plain(value: object) -> object:
    """What an action may give beside what JSON knows: a value, a set, bytes, a mapping."""
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, Set):
        return sorted(cast("Set[str]", value))
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, object]", value))
    if has(type(value)):
        return asdict(cast("AttrsInstance", value))
    raise TypeError("the action gave what JSON cannot say")
