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


class Commands(Group):
    """A group that turns what goes wrong into failures."""

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
    """How a command ends: click would exit with 1 for a closed pipe, and print what is full."""
    if isinstance(error, OSError) and is_of_output(error):
        return OutputError(error)
    return failure_of(error)


class _Misuse(click.UsageError):
    """A wrong command line, told with its usage, at the width of the terminal."""

    def show(self, file: IO[Any] | None = None) -> None:
        console = screen.err()
        if self.ctx is not None:
            console.print(self.ctx.get_usage())
            console.print(f"Try '{self.ctx.command_path} --help' for help.\n")
        console.print(f"Error: {self.format_message()}")


def _of_usage(error: click.UsageError, *, asked: bool) -> click.ClickException:
    """The error for a person, which shows the usage too, or the failure that JSON can say."""
    if isinstance(error, NoArgsIsHelpError) and not asked:
        return error
    if not asked:
        return _Misuse(error.format_message(), error.ctx)
    failure = Failure(error.format_message(), kind="UsageError")
    failure.json = True  # there may be no context yet to tell it
    return failure
