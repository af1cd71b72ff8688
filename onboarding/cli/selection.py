"""The adapters that a command is about: those named, or every one that works."""

from __future__ import annotations

from collections.abc import Iterable

from onboarding.adapter import Adapter
from onboarding.cli import screen
from onboarding.registry import installed

__all__ = ["chosen"]


def chosen(names: Iterable[str] = ()) -> dict[str, type[Adapter]]:
    """The adapter classes of these providers, or of all; a broken one is told of and left out.

    Raises `UnknownProvider` or `AmbiguousProvider` for one that is named and cannot be had.
    """
    wanted = dict.fromkeys(names)
    if wanted:
        return {name: installed().find(name) for name in wanted}
    found: dict[str, type[Adapter]] = {}
    for plugin in installed().report():
        if plugin.adapter is not None:
            found[plugin.name] = plugin.adapter
        else:
            text = screen.printable(f"{plugin.name} is left out: {plugin.problem}")
            screen.err().print(text, style="yellow")
    return found
