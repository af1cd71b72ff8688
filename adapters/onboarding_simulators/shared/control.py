"""The HTTP endpoint `/_control`, which steers a simulator, and the check of who may use it."""

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
    """Whether a request comes from another machine, or names another host.

    The host is checked against DNS rebinding: a page could point its own name at this machine.
    """
    if request.remote_addr is not None and request.remote_addr not in LOOPBACK:
        return True
    try:
        return urlsplit(f"//{request.host}").hostname not in LOOPBACK
    except ValueError:  # such as an unclosed bracket
        return True


def is_foreign(request: Request) -> bool:
    """Whether a request comes from another machine or host, or from a page of another site."""
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
    """Answers requests under `/_control`, from programs on this machine only.

    - `GET /_control` returns the faults that are set, the time and the names of the actions;
    - `POST /_control/misbehave` sets a fault, with the fields of `Fault`; `DELETE` clears all;
    - `POST /_control/clock` with `{"advance": seconds}` moves the clock;
    - `POST /_control/ACTION` calls an action with the body as keyword arguments.

    Bodies are JSON objects, sent as application/json. Invalid arguments are answered with 400 and a
    message, and change nothing. Requests from a page of another site and requests for another host
    name are refused.
    """

    misbehaviour: Misbehaviour
    clock: Callable[[], float]
    actions: Mapping[str, Action]

    def answer(self, request: Request) -> Response | None:
        """Returns the answer, or None for a path outside `/_control`."""
        path = request.path.rstrip("/")
        if path != PREFIX and not path.startswith(PREFIX + "/"):
            return None
        if is_foreign(request):
            return _said({"error": "only programs on this machine may use this"}, 403)
        try:
            return self._act(request, path.removeprefix(PREFIX).strip("/"))
        except (LookupError, TypeError, ValueError) as error:
            # messages of actions name fields, never values
            return _said({"error": str(error)}, 400)

    def _act(self, request: Request, name: str) -> Response:
        if not name:
            return _said(self._shown())
        if name == "misbehave" and request.method == "DELETE":
            self.misbehaviour.clear()
            return _said(self._shown())
        if request.method != "POST":
            return _said({"error": "expected POST"}, 405)
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
            raise ValueError(f"unknown fields of a fault: {', '.join(map(name_of, unknown))}")
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
    """Returns methods by name; the simulator is referenced weakly."""
    return {name: partial(_act, weakref.proxy(simulator), name) for name in names}


def _act(simulator: object, name: str, /, **keywords: Any) -> object:
    action: Action = getattr(simulator, name)
    check_arguments(action, keywords)
    return action(**keywords)


def _body(request: Request) -> dict[str, Any]:
    if request.mimetype != "application/json":  # a cross-site form cannot send this type
        raise ValueError("the body must be declared as application/json")
    return read_object(request.get_data() or b"{}")


def _said(body: object, status: int = 200) -> Response:
    text = json.dumps(body, default=_plain)
    return Response(text, status=status, content_type="application/json")


def _plain(value: object) -> object:
    """Returns the JSON form of what an action returned: bytes, a set, a mapping, an attrs value."""
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, Set):
        return sorted(cast("Set[str]", value))
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, object]", value))
    if has(type(value)):
        return asdict(cast("AttrsInstance", value))
    raise TypeError("the result of the action cannot be written as JSON")
