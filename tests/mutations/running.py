"""Runs the tests of patches in copies of the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue

from tests.mutations.mutation import ROOT, Mutation, StaleError

__all__ = ["Verdict", "judge"]

COPIED = ("onboarding", "adapters", "tests", "docs", "README.md", "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules", ".hypothesis", "*.pyc")
LONGEST = 300.0
"""Seconds for a run: a test that does not end has failed."""

PASSED, FAILED = 0, 1  # exit codes of pytest


class Verdict(StrEnum):
    """What became of a patch."""

    KILLED = "killed"
    SURVIVED = "survived"
    STALE = "does not apply"
    BROKEN = "cannot be judged"


def judge(
    found: Sequence[Mutation], *, root: Path = ROOT, jobs: int = 1
) -> Iterator[tuple[Mutation, Verdict, str]]:
    """The verdict on each patch, with its reason. A test counts if it passes without the patch."""
    with _trees(root, max(1, min(jobs, len(found)))) as trees:
        tree = trees.get()
        tests = {mutation.test for mutation in found if not _misfit(mutation, tree)}
        sound = not tests or _run(sorted(tests), tree)[0] == PASSED
        trees.put(tree)

        def one(mutation: Mutation) -> tuple[Mutation, Verdict, str]:
            tree = trees.get()
            try:
                return (mutation, *_judged(mutation, tree, sound=sound))
            finally:
                trees.put(tree)

        with ThreadPoolExecutor(jobs) as pool:
            yield from pool.map(one, found)


def _misfit(mutation: Mutation, tree: Path) -> str:
    """Why a patch does not fit a tree; empty if it does."""
    try:
        mutation.check(tree)
    except StaleError as error:
        return str(error)
    return ""


def _judged(mutation: Mutation, tree: Path, *, sound: bool) -> tuple[Verdict, str]:
    """`sound`: the test is known to pass without the patch."""
    if why := _misfit(mutation, tree):
        return Verdict.STALE, why
    if not sound:
        code, text = _run([mutation.test], tree)
        if code != PASSED:
            return Verdict.BROKEN, f"the test does not pass without the patch\n{text}"
    changed = mutation.files(tree)
    before = {place: place.read_text("utf-8") for place in changed}
    try:
        for place, new in changed.items():
            place.write_text(new, "utf-8")
        code, text = _run([mutation.test], tree)
    finally:
        for place, old in before.items():
            place.write_text(old, "utf-8")
    if code == PASSED:
        return Verdict.SURVIVED, "the test passes with the patch"
    return (Verdict.KILLED, "") if code == FAILED else (Verdict.BROKEN, text)


def _run(tests: list[str], tree: Path) -> tuple[int, str]:
    """Runs tests with the code of a tree. Without bytecode: two versions of a file may have
    one size and one time."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (tree, tree / "adapters"))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HYPOTHESIS_PROFILE": "ci",
    }
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=LONGEST
        )
    except subprocess.TimeoutExpired:
        return FAILED, "the test did not end"
    return done.returncode, done.stdout[-2000:] + done.stderr[-2000:]


@contextmanager
def _trees(root: Path, count: int) -> Iterator[SimpleQueue[Path]]:
    """Copies of the tree, to be taken and given back."""
    trees: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            tree = Path(folder, str(number))
            tree.mkdir()
            for name in COPIED:
                place = root / name
                if place.is_dir():
                    shutil.copytree(place, tree / name, ignore=LEFT_OUT)
                elif place.is_file():
                    shutil.copy(place, tree)
            trees.put(tree)
        yield trees
