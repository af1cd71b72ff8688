"""What of a request or an answer may be shown to a person: everything but its secrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, cast

from attrs import frozen

__all__ = ["MASK", "Mask"]

MASK = "***"
LONGEST = 400
"""Characters of a value beyond which its length alone is shown."""

_SECRET = re.compile(r"password|secret|token$|hash|salt|apikey|mackey|signature|^code$|^nonce$")
_IN_QUERY = re.compile(r"(?<=[?&])((?:access_|refresh_)?token|code|key)=[^&#\s\"]+")
_IN_HEADERS = frozenset(("authorization", "cookie", "set-cookie", "proxy-authorization"))


@frozen
class Mask:
    """Takes out what is secret by its name, and by its place in an address as `path` knows it."""

    path: Callable[[str], str]

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> str:
        """Gives names with their values, line by line."""
        return "\n".join(f"{name}={self.data(value, name)}" for name, value in pairs)

    def header(self, name: str, value: str) -> str:
        """Gives the value of a header; of one that carries a secret, its first word at most."""
        if name.lower() not in _IN_HEADERS:
            return self._text(value)
        scheme, blank, _ = value.partition(" ")
        return f"{scheme} {MASK}" if blank else MASK

    def data(self, shown: object, name: str = "") -> object:
        """Gives what JSON said under a name."""
        if isinstance(shown, dict):
            pairs = cast("dict[str, Any]", shown).items()
            return {key: self.data(value, key) for key, value in pairs}
        if isinstance(shown, list):
            return [self.data(each, name) for each in cast("list[object]", shown)]
        if shown is None or isinstance(shown, bool):
            return shown
        if _SECRET.search(re.sub("[^a-z]", "", name.lower())):
            return MASK
        return self._text(shown) if isinstance(shown, str) else shown

    def _text(self, value: str) -> str:
        if len(value) > LONGEST:
            return f"({len(value):,} characters)"
        return self.path(_IN_QUERY.sub(rf"\1={MASK}", value))
