"""The guides for authors of adapters: the tidy one is what `onboarding new-adapter` makes.

`python -m tests.guide` follows them with the wheel alone, in an environment of their own.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from onboarding.cli.new_adapter import rendered
from tests.guide.following import AWKWARD, TIDY, Reader
from tests.guide.reading import HOW_TO, Output, Run, Type, steps, typed

ROOT = HOW_TO.parents[1]


@pytest.mark.parametrize(
    "file",
    [
        "src/onboarding_northbank/__init__.py",
        "src/onboarding_northbank/adapter.py",
        "src/onboarding_northbank/fake.py",
        "tests/test_laws.py",
    ],
)
def test_the_guide_shows_the_files_that_new_adapter_makes(file: str) -> None:
    assert typed(*TIDY)[file] == rendered("northbank")[file]


def test_the_guide_shows_no_other_file_of_the_distribution() -> None:
    shown = {file for file in typed(*TIDY) if "/" in file}

    assert shown <= rendered("northbank").keys()


def reader(folder: Path, name: str) -> Reader:
    """A reader who has made the distribution, and installed nothing else than this checkout."""
    for path, text in rendered(name).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    places = [ROOT, ROOT / "adapters", folder / "src", folder]
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    return Reader(folder, {"PYTHONPATH": ":".join(map(str, places)), "PATH": path})


SLOW = {"prove.py"}  # which runs as an example of its page, and in `python -m tests.guide`


@pytest.mark.parametrize(
    ("name", "pages"), [("northbank", TIDY), ("eastbank", AWKWARD)], ids=["tidy", "awkward"]
)
def test_what_is_typed_runs_and_is_lint_clean(
    name: str, pages: tuple[str, ...], tmp_path: Path
) -> None:
    author = reader(tmp_path, name)

    for page in pages:
        for step in steps(page):
            match step:
                case Type(file, text):
                    author.type(file, text)
                case Output(text) if author.typed[-1].name not in SLOW:
                    author.compare(text, page)
                case _:
                    pass
    for command in ("check", "format --check"):
        author.run(f"python -m ruff {command} --no-cache .", pages[-1])


def test_each_command_of_the_guides_is_one_that_the_reader_can_run() -> None:
    told = {
        line.split()[0]
        for page in (*TIDY, *AWKWARD)
        for step in steps(page)
        if isinstance(step, Run)
        for line in step.text.splitlines()
    }

    assert told == {"pip", "onboarding", "cd", "./ci.sh", "python"}
