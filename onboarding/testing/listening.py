"""Everything that a log or a report of an error could show, gathered to be looked through."""

from __future__ import annotations

import logging
import traceback
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeGuard

__all__ = ["Told", "every_logger", "of_error"]

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
