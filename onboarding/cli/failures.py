"""Failures of a command: a message or a JSON document, with an exit code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import IO, Any

import click

from onboarding.cli import screen
from onboarding.errors import (
    ConfigurationError,
    InvalidInput,
    OnboardingError,
    Outcome,
    Problem,
    UnknownUser,
)
from onboarding.files import why_unusable
from onboarding.provider_errors import Forbidden, ProviderError, Unauthorized

__all__ = [
    "JSON",
    "NOT_ALL",
    "UNKNOWN",
    "UNUSABLE",
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

JSON = "onboarding.json"

_EXTRAS: dict[str, str] = {
    **dict.fromkeys(("werkzeug", "cheroot", "jinja2", "markupsafe"), "simulators"),
    **dict.fromkeys(("sqlalchemy", "alembic"), "directory"),
    "psycopg": "postgresql",
}


def wants_json() -> bool:
    """Returns whether `--json` is among the arguments, valid or not."""
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(JSON))


as_json = click.option(
    "--json",
    is_flag=True,
    expose_value=False,  # `Commands` looks for it before parsing
    help="Print one JSON document on standard output, and nothing else there.",
)


class Failure(click.ClickException):
    """Ends a command with a message, the problems by path, and an exit code."""

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
        """Returns the failure as plain data."""
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


def failure_of(error: BaseException) -> Failure:
    """Returns the failure of an error. Raises the error itself if it is a bug."""
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


def _of_library(error: OnboardingError) -> Failure:
    problems: tuple[Problem, ...] = getattr(error, "problems", ())
    message = str(error).partition("\n")[0]
    code = NOT_ALL
    if isinstance(error, (ConfigurationError, InvalidInput, Unauthorized, Forbidden, UnknownUser)):
        code = UNUSABLE
    elif error.outcome is Outcome.UNKNOWN:
        code = UNKNOWN
    if isinstance(error, ProviderError) and error.request_id:
        message = f"{message} (request {screen.printable(error.request_id)})"
    return Failure(message, code=code, kind=type(error).__name__, problems=problems)
