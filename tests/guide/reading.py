"""What a page of the guide tells its reader to do: files to type, commands to run, what they print.

A file in bold before a block of Python is typed into that file. Several blocks of one file follow
each other with two empty lines between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

__all__ = ["HOW_TO", "Output", "Run", "Type", "steps", "typed"]

HOW_TO = Path(__file__).parents[2] / "docs/how-to"

_BLOCK = re.compile(
    r"(?P<before>\*\*`(?P<file>[^`]+)`\*\*\n\n|<!-- output -->\n)?"
    r"^```(?P<language>[a-z]+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@frozen
class Type:
    """Text that the reader types into a file."""

    file: str
    text: str


@frozen
class Run:
    """Commands of a shell that the reader runs."""

    text: str


@frozen
class Output:
    """What the file that was typed last prints when it runs."""

    text: str


def steps(page: str) -> Iterator[Type | Run | Output]:
    """Yields what a page tells its reader to do. Raises `ValueError` for code of no file."""
    text = (HOW_TO / page).read_text("utf-8")
    for block in _BLOCK.finditer(text):
        match block["language"]:
            case "python" if block["file"]:
                yield Type(block["file"], block["text"])
            case "python":
                line = text.count("\n", 0, block.start()) + 1
                raise ValueError(f"{page}, line {line}: the code belongs to no file")
            case "shell":
                yield Run(block["text"])
            case "text" if block["before"]:
                yield Output(block["text"])
            case _:
                pass  # configurations and samples, which are read


def typed(*pages: str) -> dict[str, str]:
    """Returns the text of each file that a reader of these pages has typed at their end."""
    found: dict[str, list[str]] = {}
    for page in pages:
        for step in steps(page):
            if isinstance(step, Type):
                found.setdefault(step.file, []).append(step.text)
    return {file: "\n\n".join(texts) for file, texts in found.items()}
