"""Follows a guide as its reader does: types files, runs commands, compares outputs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from attrs import define, field
from tests.guide.reading import Output, Run, Type, steps

__all__ = ["AWKWARD", "TIDY", "Reader", "StumbleError"]

TIDY = ("write-an-adapter.md", "prove-an-adapter.md")
AWKWARD = (
    "write-an-awkward-adapter.md",
    "write-awkward-calls.md",
    "finish-an-awkward-adapter.md",
    "prove-an-awkward-adapter.md",
)

MINUTES = 20


class StumbleError(Exception):
    """A step of a guide that does not work as the page says."""


@define
class Reader:
    """A reader who begins in a folder, with an environment.

    A file is begun anew when it is typed for the first time: it replaces a generated one. `instead`
    are commands that are replaced, such as the installation of a released version.
    """

    folder: Path
    environment: Mapping[str, str] = field(factory=dict[str, str])
    instead: Mapping[str, str] = field(factory=dict[str, str])
    typed: list[Path] = field(factory=list[Path], init=False)

    def follow(self, *pages: str) -> None:
        """Follows pages to their ends. Raises `StumbleError`."""
        for page in pages:
            for step in steps(page):
                match step:
                    case Type(file, text):
                        self.type(file, text)
                    case Run(text):
                        for command in text.splitlines():
                            self.run(command, page)
                    case Output(text):
                        self.compare(text, page)

    def type(self, name: str, text: str) -> None:
        file = self.folder / name
        before = f"{file.read_text('utf-8')}\n\n" if file in self.typed else ""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(before + text, "utf-8")
        self.typed = [*(one for one in self.typed if one != file), file]

    def compare(self, text: str, page: str) -> None:
        """Runs the file that was typed last, and compares what it prints."""
        name = self.typed[-1].relative_to(self.folder)
        printed = self.run(f"python {name}", page)
        if printed != text:
            raise StumbleError(f"{page}: {name} prints\n{printed}instead of\n{text}")

    def run(self, command: str, page: str) -> str:
        """Runs a command of a page, and returns what it prints."""
        if command.startswith("cd "):
            self.folder /= command.removeprefix("cd ")
            return ""
        done = subprocess.run(
            ["bash", "-c", self.instead.get(command, command)],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60 * MINUTES,
        )
        if done.returncode != 0:
            raise StumbleError(f"{page}: {command}\n{done.stdout}{done.stderr}")
        return done.stdout
