"""Follows the guides, each in a scratch environment that has the wheel alone.

`python -m tests.guide [FOLDER [GUIDE]...]`. FOLDER is emptied, and kept; by default, it is a
temporary one. The guides are `tidy`, `awkward` and `own`, a new adapter of another name.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from tests.guide.following import AWKWARD, TIDY, Reader

ROOT = Path(__file__).parents[2]
RELEASED = "pip install 'onboarding[cli,simulators,testing]'"
GUIDES = {"tidy": TIDY, "awkward": AWKWARD, "own": ()}
OWN = (
    RELEASED,
    "onboarding new-adapter acme",
    "cd onboarding-acme",
    "pip install -e '.[dev]'",
    "./ci.sh",
)


def follow(folder: Path, *names: str) -> None:
    """Builds the wheel, and follows each guide in an environment of its own."""
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT)]
    subprocess.run(build, check=True)
    (wheel,) = folder.glob("onboarding-*.whl")
    for name in names:
        began, pages = time.monotonic(), GUIDES[name]
        reader = _reader(folder / name, wheel)
        reader.follow(*pages)
        for command in () if pages else OWN:
            reader.run(command, name)
        if pages == TIDY:  # whose page runs it before anything is typed
            reader.run("./ci.sh", name)
        print(f"{name}: no stumble, {time.monotonic() - began:.0f} s", flush=True)


def _reader(folder: Path, wheel: Path) -> Reader:
    folder.mkdir()
    venv.create(folder / "venv", with_pip=True)
    path = f"{folder / 'venv/bin'}:/usr/bin:/bin"
    environment = {"PATH": path, "PYTHONPATH": "", "PIP_QUIET": "1", "VIRTUAL_ENV": ""}
    return Reader(folder, environment, {RELEASED: f"pip install '{wheel}[cli,simulators,testing]'"})


if __name__ == "__main__":
    if len(sys.argv) > 1:
        shutil.rmtree(sys.argv[1], ignore_errors=True)
        Path(sys.argv[1]).mkdir(parents=True)
        follow(Path(sys.argv[1]), *(sys.argv[2:] or GUIDES))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            follow(Path(scratch), *GUIDES)
