"""How a command fails: one clear text, or one JSON document, with an exit code."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from typing import IO, Any

import click
from click.exceptions import NoArgsIsHelpError

from onboarding.cli import screen
from onboarding.cli.helping import Group
from onboarding.cli.output import OutputError, is_of_output
from onboarding.errors import (
    ConfigurationError,
    InvalidInput,
    OnboardingError,
    Outcome,
    Problem,
)
from onboarding.files import why_unusable
from onboarding.provider_errors import Forbidden, ProviderError, Unauthorized

__all__ = [
    "NOT_ALL",
    "UNKNOWN",
    "UNUSABLE",
    "Commands",
    "Failure",
    "as_json",
    "failure_of",
    "wants_json",
]

NOT_ALL = 1
UNUSABLE = 2
UNKNOWN = 3
EXTRA = 4
INTERRUPTED = 130

_JSON = "onboarding.json"

_EXTRAS: dict[str, str] = dict.fromkeys(
    ("werkzeug", "cheroot", "jinja2", "markupsafe"), "simulators"
)


def wants_json() -> bool:
    """Whether `--json` is among the arguments, be they right or wrong."""
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(_JSON))


as_json = click.option(
    "--json",
    is_flag=True,
    expose_value=False,  # `Commands` looks for it before anything can be wrong
    help="Print one JSON document on standard output, and nothing else there.",
)


class Failure(click.ClickException):
    """Ends a command with a text, the problems by path, and an exit code."""

    def __init__(
        self,
        message: str,
        *,
        code: int = UNUSABLE,
        kind: str = "Failure",
        problems: Iterable[Problem] = (),
    ) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]  # click reads it from the instance
        self.kind = kind
        self.problems = tuple(problems)
        self.json = wants_json()

    def plain(self) -> dict[str, Any]:
        """The failure as plain data."""
        return {
            "kind": self.kind,
            "message": self.message,
            "problems": [
                {"path": problem.path, "code": problem.code, "message": problem.message}
                for problem in self.problems
            ],
        }

    def show(self, file: IO[Any] | None = None) -> None:
        if self.json:
            click.echo(json.dumps({"error": self.plain()}))
            return
        console = screen.err()
        console.print(f"Error: {self.message}", style="bold red", soft_wrap=True)
        for problem in self.problems:
            console.print(f"  {problem.path or '(whole)'}: {problem.message}", soft_wrap=True)


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
        context.meta[_JSON] = asked
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


def failure_of(error: BaseException) -> Failure:
    """The failure that an error is. Raises the error itself when it is nobody's but ours."""
    match error:
        case OnboardingError():
            return _of_library(error)
        case KeyboardInterrupt():
            return Failure("interrupted", code=INTERRUPTED, kind="Interrupted")
        case ModuleNotFoundError(name=str(name)) if name.partition(".")[0] in _EXTRAS:
            extra = _EXTRAS[name.partition(".")[0]]
            text = f"this needs the package {name}: pip install 'onboarding[{extra}]'"
            return Failure(text, code=EXTRA, kind="MissingExtra")
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            text = f"{where}{why_unusable(error)}"
            return Failure(text, kind="OSError")
        case _:
            raise error


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


def _of_library(error: OnboardingError) -> Failure:
    problems: tuple[Problem, ...] = getattr(error, "problems", ())
    message = str(error).partition("\n")[0]
    code = NOT_ALL
    if isinstance(error, ConfigurationError | InvalidInput | Unauthorized | Forbidden):
        code = UNUSABLE
    elif error.outcome is Outcome.UNKNOWN:
        code = UNKNOWN
    if isinstance(error, ProviderError) and error.request_id:
        message = f"{message} (request {screen.printable(error.request_id)})"
    return Failure(message, code=code, kind=type(error).__name__, problems=problems)
