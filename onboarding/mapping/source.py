"""The source of a function that is generated line by line, then compiled."""

from __future__ import annotations

import linecache
import weakref
from collections.abc import Callable
from typing import Any, cast

from attrs import define, field

from onboarding.mapping.codecs import Inline

__all__ = ["Source"]


@define
class Source:
    """The source of a function under construction, and the constants that it uses."""

    lines: list[str] = field(factory=list[str])
    names: dict[str, Any] = field(factory=dict[str, Any])
    count: int = 0

    def add(self, depth: int, line: str) -> None:
        """Adds a line, indented by `depth` levels."""
        self.lines.append("    " * depth + line)

    def fresh(self, stem: str) -> str:
        """Returns an unused name."""
        self.count += 1
        return f"{stem}{self.count}"

    def name(self, value: Any, stem: str) -> str:
        """Adds a constant; returns its name."""
        name = self.fresh(stem)
        self.names[name] = value
        return name

    def filled(self, inline: Inline, expression: str, **variables: str) -> str:
        """Returns an expression of `inline` with these variables filled in."""
        used = {stem: value for stem, value in inline.names.items() if f"{{{stem}}}" in expression}
        constants = {stem: self.name(value, stem) for stem, value in used.items()}
        return expression.format(**variables, **constants)

    def build(self, function: str, title: str) -> Callable[..., Any]:
        """Compiles and returns the function of that name; its attribute `source` is the text.

        A traceback and a debugger show its lines, in a file named after the title.
        """
        source = "\n".join(self.lines)
        file = _registered(title, source)
        exec(compile(source, file, "exec"), self.names)  # noqa: S102
        made = cast("Callable[..., Any]", self.names[function])
        setattr(made, "source", source)  # noqa: B010
        weakref.finalize(made, linecache.cache.pop, file, None).atexit = False
        return made


def _registered(title: str, source: str) -> str:
    """Adds a text to the cache that tracebacks read; returns its file name, which is unique.

    An entry without a time of change survives `linecache.checkcache`.
    """
    lines = source.splitlines(keepends=True)
    file, number = f"<onboarding {title}>", 1
    cache = cast("dict[str, Any]", linecache.cache)
    while cache.setdefault(file, (len(source), None, lines, file))[2] is not lines:
        number += 1
        file = f"<onboarding {title} {number}>"
    return file
