"""The help of the commands: told in full, and broken between words only."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click

__all__ = ["Group"]

_HYPHEN = "\u2011"  # one at which no line is broken


class _Formatter(click.HelpFormatter):
    """Breaks no line after a hyphen: `--client-id` and `in-process` are one word each."""

    def write(self, string: str) -> None:
        super().write(string.replace(_HYPHEN, "-"))

    def write_text(self, text: str) -> None:
        super().write_text(text.replace("-", _HYPHEN))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        told = [(name, text.replace("-", _HYPHEN)) for name, text in rows]
        super().write_dl(told, col_max, col_spacing)


class _Context(click.Context):
    formatter_class = _Formatter


class Group(click.Group):
    """A group that tells the first sentence of each command, however long it is.

    `codes` are exit codes with what they mean.
    """

    context_class = _Context

    def __init__(self, *arguments: Any, codes: Mapping[str, str] | None = None, **more: Any):
        super().__init__(*arguments, **more)
        self.codes = codes or {}

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is wanted, with a help like this group's."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            command.context_class = _Context
        return name, command, rest

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_help_text(ctx, formatter)
        if self.codes:
            with formatter.section("Exit codes"):
                formatter.write_dl([*self.codes.items()])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        found = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        rows = [
            (name, command.get_short_help_str(limit=sys.maxsize))
            for name, command in found.items()
            if command is not None and not command.hidden
        ]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)
