"""Listens to what an adapter says: logs, observers and told errors."""

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
    "Told",
    "every_logger",
    "given_fields",
    "of_error",
    "told",
]


@frozen(eq=False, repr=False)
class Example:
    """What is drawn for a law."""

    value: Any

    def __repr__(self) -> str:
        return told(self.value)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # as Hypothesis prints
        printer.text(told(self.value))


def told(value: object) -> str:
    """A drawn value in one line."""
    match value:
        case Model():
            given = (f"{path}={told(one)}" for path, one in given_fields(value))
            return f"{type(value).__name__}({', '.join(given)})"
        case tuple() | list():
            items = cast("tuple[object, ...]", value)
            return f"({', '.join(map(told, items))})"
        case dict():
            entries = cast("dict[object, object]", value)
            return f"{{{', '.join(f'{key!r}: {told(one)}' for key, one in entries.items())}}}"
        case Translation():
            return value.plan.cls.__name__
        case Adapter():
            return f"{type(value).__name__}{f' {value.name}' if value.name else ''}"
        case _:
            return repr(value)


def given_fields(value: Model, prefix: str = "") -> Iterator[tuple[str, object]]:
    """The fields of a value of the core that are set, by path: `address.country`."""
    for name, one in vars(value).items():
        if isinstance(one, Model):
            below = list(given_fields(one, f"{prefix}{name}."))
            yield from below or [(f"{prefix}{name}", one)]
        elif one not in (*EMPTY, {}):
            yield f"{prefix}{name}", one


Told = tuple[str, str]
"""Who tells, and what."""


class _Ear(logging.Handler):
    def __init__(self, heard: list[Told]) -> None:
        super().__init__(logging.DEBUG)
        self._heard = heard
        self._format = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        text = f"{self._format.format(record)} {record.args!r}"
        self._heard.append((f"the logger {record.name}", text))


@contextmanager
def every_logger() -> Generator[list[Told]]:
    """Hears every logger there is, at DEBUG, whatever its settings, and every warning."""
    heard: list[Told] = []
    root = logging.getLogger()
    loggers = [root, *(one for one in root.manager.loggerDict.values() if _is_logger(one))]
    before = [{name: getattr(one, name) for name in _SETTINGS} for one in loggers]
    disabled = root.manager.disable
    for one in loggers:
        _set(one, level=logging.DEBUG, propagate=True, disabled=False, filters=[], handlers=[])
    root.addHandler(_Ear(heard))
    root.manager.disable = logging.NOTSET
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield heard
        heard += [("a warning", str(found.message)) for found in caught]
    finally:
        root.manager.disable = disabled
        for one, settings in zip(loggers, before, strict=True):
            _set(one, **settings)


_SETTINGS = ("level", "propagate", "disabled", "filters", "handlers")


def _set(logger: logging.Logger, *, level: int, **settings: Any) -> None:
    for name, value in settings.items():
        setattr(logger, name, value)
    logger.setLevel(level)  # which forgets what is enabled


def _is_logger(found: object) -> TypeGuard[logging.Logger]:
    return isinstance(found, logging.Logger)  # and no place that is kept for one


def of_error(error: BaseException) -> Iterator[Told]:
    """The texts of an error and of those behind it, and the locals of all their frames.

    The first frame is that of the caller, whose own values are there.
    """
    details = getattr(error, "details", None)
    yield "the error", f"{error} {error!r} {error.args!r} {details!r}"
    yield from _trace(traceback.TracebackException.from_exception(error, capture_locals=True), 1)


def _trace(told: traceback.TracebackException, skipped: int) -> Iterator[Told]:
    yield "the traceback", "".join(told.format_exception_only())
    for frame in told.stack[skipped:]:
        for name, value in (frame.locals or {}).items():
            yield f"{name} in the frame of {frame.name}", value
    for behind in (told.__cause__, told.__context__, *(told.exceptions or ())):
        if behind is not None:
            yield from _trace(behind, 0)
