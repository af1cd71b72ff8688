"""Reads a TOML file; errors name the line and never show its content."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from onboarding.errors import ConfigurationError, Problem
from onboarding.files import unusable_file

__all__ = ["read_toml"]


def read_toml(path: Path) -> dict[str, Any]:
    """Returns the tables of a TOML file. Raises `ConfigurationError` with the file and the line."""
    text = ""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        problem = unusable_file(path, error)
    else:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            why = _mistake(error, text)
        except (ValueError, RecursionError):  # an integer of thousands of digits; deep nesting
            why = "is not TOML: a value is too long or nested too deeply"
        problem = Problem(str(path), "shape", why)
    raise ConfigurationError([problem])


_MISTAKES = {
    "Cannot declare": "a table is declared twice",
    "Cannot overwrite": "a key is given twice",
    "Duplicate": "a key is given twice",
    "Illegal character": "a character that is not allowed here; is a quote missing?",
    "Invalid value": "expected a value; put text in quotes",
    "Unescaped": "a backslash in a text must be doubled",
}


def _mistake(error: tomllib.TOMLDecodeError, text: str) -> str:
    """Returns where and why a text is not TOML; rewords messages of tomllib that quote the file."""
    what, _, where = str(error).rpartition(" (at ")
    where = where.rstrip(")")
    if not where.startswith("line "):  # the end of the document
        where = f"line {text.count(chr(10)) + 1}, at the end"
    ours = next((told for start, told in _MISTAKES.items() if what.startswith(start)), None)
    quotes_none = re.fullmatch("[A-Za-z ]+", what) or what.startswith("Expected ")
    why = ours or (what[0].lower() + what[1:] if quotes_none else "")
    return f"is not TOML at {where}: {why}".removesuffix(": ")
