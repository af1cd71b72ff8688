"""Paths matched against templates, by werkzeug and without a redirect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter, Map, Rule

__all__ = ["Paths"]

T = TypeVar("T")


class Paths(Generic[T]):
    """Values by path template such as `/users/<id>`; a literal segment wins over a named one.

    `patterns` are regular expressions by name; a name without a pattern matches any segment. With
    `tolerant`, case, doubled slashes and trailing slashes are ignored: templates must be in lower
    case, each name must be a whole segment, and named segments keep their case.
    """

    def __init__(
        self,
        values: Mapping[str, T],
        *,
        patterns: Mapping[str, str] | None = None,
        tolerant: bool = False,
    ) -> None:
        converters = {name: _converter(pattern) for name, pattern in (patterns or {}).items()}
        names = "|".join(converters) or "(?!)"
        urls = Map(converters=converters, merge_slashes=False, redirect_defaults=False)
        for template in values:
            urls.add(Rule(re.sub(rf"<({names})>", r"<\1:\1>", template), endpoint=template))
        urls.update()
        self._values = values
        self._urls = urls.bind("")
        self._tolerant = tolerant

    def find(self, path: str) -> tuple[T, Mapping[str, str]] | None:
        """Returns the value of the matching template, with the named segments, or None."""
        segments = ["", *filter(None, path.split("/"))] if self._tolerant else ()
        try:
            template, named = self._urls.match("/".join(segments).lower() if segments else path)
        except NotFound:
            return None
        if segments:
            pairs = zip(template.split("/"), segments, strict=True)
            named = {part[1:-1]: segment for part, segment in pairs if part[:1] == "<"}
        return self._values[template], named


def _converter(pattern: str) -> type[BaseConverter]:
    kept: dict[str, Any] = {"regex": pattern, "part_isolating": True}
    return type("Converter", (BaseConverter,), kept)
