"""What the Ark keeps for its passengers beside themselves, and what it answers about that."""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

__all__ = ["PAGE", "SEAL", "Hold", "sealed"]

Json = dict[str, Any]

PAGE = 2
"""The most passengers on one page of a list."""

SEAL = b"the dove"
CODE = "1234"


def sealed(body: bytes) -> str:
    """The Ark's seal of a notification: of its bytes as they are."""
    return hmac.new(SEAL, body, sha256).hexdigest()


class Hold:
    """The things of passengers, by kind: each has an id, whose it is, and what was said of it."""

    def __init__(self) -> None:
        self.things: dict[str, dict[str, Json]] = {}

    def answer(self, method: str, path: list[str], body: Json) -> tuple[int, Json]:
        """Answers a request below a passenger: `7/papers`, `7/papers/1`, `7/papers/1/pages`."""
        whose, kind, *below = path
        there = self.things.setdefault(kind, {})
        if not below:
            return self._all(method, whose, kind, body)
        if below[0] not in there:
            return 404, {"error": "overboard"}
        thing = there[below[0]]
        if len(below) == 2:
            thing.setdefault(below[1], []).append(body)
        elif method == "DELETE":
            thing["stowed"] = False
        elif method == "PUT":
            thing |= body
        return 200, thing

    def _all(self, method: str, whose: str, kind: str, body: Json) -> tuple[int, Json]:
        there = self.things[kind]
        mine = [thing for thing in there.values() if thing["passenger"] == whose]
        if method == "GET":
            return 200, {"things": mine}
        if kind == "gangway":
            return 200, {"url": f"https://ark.invalid/gangway?{urlencode({'back': body['back']})}"}
        id = str(len(there) + 1)
        there[id] = {
            "id": id, "passenger": whose, "aboard_at": 1_767_268_800, "stowed": True, **body,
        }  # fmt: skip
        return 200, there[id]

    def news(self, id: str) -> tuple[bytes, dict[str, str]]:
        """A notification about a passenger: its body and its headers."""
        body = json.dumps({"event": f"news-{id}", "passenger": id}).encode()
        return body, {"X-Seal": sealed(body)}
