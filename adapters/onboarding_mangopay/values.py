"""Conversions of single values: from a response, and of the caller's arguments to a query."""

from __future__ import annotations

from datetime import datetime

from onboarding import InvalidInput, Problem
from onboarding.spi import Codec, as_list, known_word, loose

from onboarding_mangopay.wire.vocabulary import ScaContext

__all__ = [
    "FLAG",
    "PROVIDER",
    "filters",
    "flag",
    "sca_filter",
    "seconds",
    "text",
    "texts",
]

PROVIDER = "mangopay"


# -- of a response


def text(value: object) -> str | None:
    """Returns a text that is not empty; None for anything else."""
    return value if isinstance(value, str) and value else None


def texts(value: object) -> tuple[str, ...]:
    """Returns the texts of a list, without other items; empty for anything else."""
    return tuple(one for one in as_list(value) if isinstance(one, str))


def flag(value: object) -> bool | None:
    """Returns a boolean, also from 1 and 0, which the Python SDK writes; None for anything else."""
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


FLAG: Codec[bool, bool] = loose("boolean, also 1 or 0", flag, "boolean")


# -- of a request


def filters(**given: str | bool | None) -> list[tuple[str, str]]:
    """Returns the query of the filters that are set; booleans are written in lower case."""
    return [
        (name, str(value).lower() if isinstance(value, bool) else value)
        for name, value in given.items()
        if value is not None and value != ""
    ]


def sca_filter(context: ScaContext | None) -> list[tuple[str, str]]:
    """Returns the query `ScaContext`, if it is set. Raises `InvalidInput` for an unknown word."""
    return filters(
        ScaContext=None if context is None else known_word("sca_context", context, ScaContext)
    )


def seconds(name: str, value: datetime | None) -> str | None:
    """Returns a time as Unix seconds. Raises `InvalidInput` for `name` without a time zone."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise InvalidInput([Problem(name, "shape", "expected a date and time with its zone")])
    return str(int(value.timestamp()))
