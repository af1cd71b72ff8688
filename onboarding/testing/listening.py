"""Captures what could leak a value: log records, warnings, error texts and traceback locals."""

from __future__ import annotations

import logging
import traceback
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeGuard, cast

from attrs import frozen

from onboarding.adapter import Adapter
from onboarding.mapping.paths import EMPTY
from onboarding.mapping.translation import Translation
from onboarding.values.base import Model

__all__ = [
    "Example",
    "Output",
    "every_logger",
    "given_fields",
    "of_error",
    "one_line",
]


@frozen(eq=False, repr=False)
class Example:
    """A drawn example, with a repr that shows only the fields that are set."""

    value: Any

    def __repr__(self) -> str:
        return one_line(self.value)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # for Hypothesis
        printer.text(one_line(self.value))


def one_line(value: object) -> str:
    """Returns a drawn value in one line."""
    match value:
        case Model():
            given = (f"{path}={one_line(one)}" for path, one in given_fields(value))
            return f"{type(value).__name__}({', '.join(given)})"
        case tuple() | list():
            items = cast("tuple[object, ...]", value)
            return f"({', '.join(map(one_line, items))})"
        case dict():
            entries = cast("dict[object, object]", value)
            return f"{{{', '.join(f'{key!r}: {one_line(one)}' for key, one in entries.items())}}}"
        case Translation():
            return value.plan.cls.__name__
        case Adapter():
            return f"{type(value).__name__}{f' {value.name}' if value.name else ''}"
        case _:
            return repr(value)


def given_fields(value: Model, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yields the fields of a value of the core that are set, by path: `address.country`."""
    for name, one in vars(value).items():
        if isinstance(one, Model):
            below = list(given_fields(one, f"{prefix}{name}."))
            yield from below or [(f"{prefix}{name}", one)]
        elif one not in (*EMPTY, {}):
            yield f"{prefix}{name}", one


Output = tuple[str, str]
"""Where a text appeared, and the text."""


class _Capture(logging.Handler):
    def __init__(self, captured: list[Output]) -> None:
        super().__init__(logging.DEBUG)
        self._captured = captured
        self._format = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        text = f"{self._format.format(record)} {vars(record)!r}"  # with `args` and `extra`
        self._captured.append((f"the logger {record.name}", text))


@contextmanager
def every_logger() -> Generator[list[Output]]:
    """Captures every logger at DEBUG, whatever its settings, and every warning."""
    captured: list[Output] = []
    root = logging.getLogger()
    loggers = [root, *(one for one in root.manager.loggerDict.values() if _is_logger(one))]
    before = [{name: getattr(one, name) for name in _SETTINGS} for one in loggers]
    disabled = root.manager.disable
    for one in loggers:
        _set(one, level=logging.DEBUG, propagate=True, disabled=False, filters=[], handlers=[])
    root.addHandler(_Capture(captured))
    root.manager.disable = logging.NOTSET
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield captured
        captured += [("a warning", str(found.message)) for found in caught]
    finally:
        root.manager.disable = disabled
        for one, settings in zip(loggers, before, strict=True):
            _set(one, **settings)


_SETTINGS = ("level", "propagate", "disabled", "filters", "handlers")


def _set(logger: logging.Logger, *, level: int, **settings: Any) -> None:
    for name, value in settings.items():
        setattr(logger, name, value)
    logger.setLevel(level)  # which clears the cache of `isEnabledFor`


def _is_logger(found: object) -> TypeGuard[logging.Logger]:
    return isinstance(found, logging.Logger)  # not a placeholder


def of_error(error: BaseException) -> Iterator[Output]:
    """Yields the texts of an error and of its causes, and the locals of all their frames.

    The first frame is skipped: it is that of the caller, which has the values.
    """
    details = getattr(error, "details", None)
    yield "the error", f"{error} {error!r} {error.args!r} {details!r}"
    yield from _trace(traceback.TracebackException.from_exception(error, capture_locals=True), 1)


def _trace(error: traceback.TracebackException, skipped: int) -> Iterator[Output]:
    yield "the traceback", "".join(error.format_exception_only())
    for frame in error.stack[skipped:]:
        for name, value in (frame.locals or {}).items():
            yield f"{name} in the frame of {frame.name}", value
    for behind in (error.__cause__, error.__context__, *(error.exceptions or ())):
        if behind is not None:
            yield from _trace(behind, 0)
