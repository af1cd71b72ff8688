"""Groups of commands: how their help is laid out, and how their errors become failures."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Mapping
from typing import IO, Any

import click
from click.exceptions import NoArgsIsHelpError

from onboarding.cli import screen
from onboarding.cli.failures import JSON, Failure, failure_of, wants_json
from onboarding.cli.output import OutputError, is_of_output
from onboarding.errors import OnboardingError

__all__ = ["Commands", "Group"]

_HYPHEN = "\u2011"  # a non-breaking hyphen


class _Formatter(click.HelpFormatter):
    """Breaks no line after a hyphen, so that `--client-id` stays one word."""

    def write(self, string: str) -> None:
        super().write(string.replace(_HYPHEN, "-"))

    def write_text(self, text: str) -> None:
        super().write_text(text.replace("-", _HYPHEN))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        whole = [(name, text.replace("-", _HYPHEN)) for name, text in rows]
        super().write_dl(whole, col_max, col_spacing)


class _Context(click.Context):
    formatter_class = _Formatter


class Group(click.Group):
    """A group that lists the complete first sentence of each command.

    `codes` maps exit codes to their meanings, for the help.
    """

    context_class = _Context

    def __init__(self, *arguments: Any, codes: Mapping[str, str] | None = None, **more: Any):
        super().__init__(*arguments, **more)
        self.codes = codes or {}

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Returns the command, with the help format of the group."""
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


class Commands(Group):
    """A group that turns errors into failures."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        asked = "--json" in itertools.takewhile("--".__ne__, args)
        try:
            context = super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            raise _of_usage(error, asked=asked) from None
        except OSError as error:  # --help prints here
            raise _failed(error) from None
        context.meta[JSON] = asked
        return context

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise _of_usage(error, asked=wants_json()) from None
        except (OnboardingError, ModuleNotFoundError, OSError, KeyboardInterrupt) as error:
            raise _failed(error) from None


def _failed(error: BaseException) -> Exception:
    """Returns the failure of an error, or an `OutputError` for one of an output stream."""
    if isinstance(error, OSError) and is_of_output(error):
        return OutputError(error)
    return failure_of(error)


class _Misuse(click.UsageError):
    """A usage error, shown with the usage, at the width of the terminal."""

    def show(self, file: IO[Any] | None = None) -> None:
        console = screen.err()
        if self.ctx is not None:
            console.print(self.ctx.get_usage())
            console.print(f"Try '{self.ctx.command_path} --help' for help.\n")
        console.print(f"Error: {self.format_message()}")


def _of_usage(error: click.UsageError, *, asked: bool) -> click.ClickException:
    """Returns a usage error: with the usage for a terminal, or as a failure for JSON."""
    if isinstance(error, NoArgsIsHelpError) and not asked:
        return error
    if not asked:
        return _Misuse(error.format_message(), error.ctx)
    failure = Failure(error.format_message(), kind="UsageError")
    failure.json = True  # there may be no context yet to tell it
    return failure
