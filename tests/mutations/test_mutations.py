"""Every patch fits the code and names its test; the script that runs them tells good from bad.

All of them are run by `.ci/full`; here, one.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from tests.mutations.mutation import PATCHES, ROOT, Edit, Mutation, StaleError, mutations
from tests.mutations.promises import PROMISES, Promise
from tests.mutations.running import Verdict, judge

EVERY = mutations()
# The plugins that are installed cost more than the tests.
PLUGINS = ("schemathesis", "onboarding", "hypothesispytest")
OPTIONS = f"[tool.pytest.ini_options]\naddopts = '{' '.join(f'-p no:{x}' for x in PLUGINS)}'\n"


@pytest.mark.parametrize("mutation", EVERY, ids=lambda mutation: mutation.name)
def test_a_patch_fits_the_code_and_its_test_is_there(mutation: Mutation) -> None:
    mutation.check(ROOT)

    assert all(edit.path.startswith(("onboarding/", "adapters/")) for edit in mutation.edits)


def test_no_two_patches_are_one() -> None:
    assert len({mutation.edits for mutation in EVERY}) == len(EVERY) == len([*PATCHES.iterdir()])


def test_a_promise_that_is_broken_is_noticed() -> None:
    quick = next(one for one in EVERY if one.name == "outcome-5xx-not-done")

    ((_, verdict, why),) = judge([quick])

    assert (verdict, why) == (Verdict.KILLED, "")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project of one function and its tests."""
    (tmp_path / "adapters").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "adapters/sums.py").write_text("def add(a, b):\n    return a + b\n", "utf-8")
    (tmp_path / "pyproject.toml").write_text(OPTIONS, "utf-8")
    (tmp_path / "tests/test_sum.py").write_text(
        "from sums import add\n\n"
        "def test_a_sum():\n    assert add(2, 2) == 4\n\n"
        "def test_a_wrong_sum():\n    assert add(2, 2) == 5\n",
        "utf-8",
    )
    return tmp_path


PATCH = Mutation(
    name="sums",
    promise="sums are sums",
    test="tests/test_sum.py::test_a_sum",
    edits=(Edit("adapters/sums.py", "    return a + b\n", "    return a - b\n"),),
)


def told(tree: Path, mutation: Mutation) -> tuple[Verdict, str]:
    ((_, verdict, why),) = judge([mutation], root=tree)
    return verdict, why


def test_a_patch_that_no_test_notices_has_survived(tree: Path) -> None:
    harmless = evolve(PATCH, edits=(Edit("adapters/sums.py", "a + b", "a * b"),))

    found = judge([PATCH, harmless], root=tree)

    assert [verdict for _, verdict, _ in found] == [Verdict.KILLED, Verdict.SURVIVED]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"edits": (Edit("adapters/sums.py", "gone\n", ""),)}, "0 places like 'gone'"),
        ({"edits": (Edit("adapters/sums.py", "a", ""),)}, "3 places like 'a'"),
        ({"edits": (Edit("adapters/gone.py", "a", ""),)}, "there is no such file"),
        ({"test": "tests/test_sum.py::test_gone"}, "there is no test"),
        ({"test": "tests/test_gone.py::test_a_sum"}, "there is no test"),
    ],
)
def test_a_patch_that_does_not_fit_is_told_with_its_place(
    tree: Path, change: dict[str, Any], why: str
) -> None:
    verdict, text = told(tree, evolve(PATCH, **change))

    assert verdict is Verdict.STALE
    assert why in text


def test_a_test_that_fails_anyway_judges_nothing(tree: Path) -> None:
    wrong = evolve(PATCH, test="tests/test_sum.py::test_a_wrong_sum")

    assert told(tree, wrong)[0] is Verdict.BROKEN


def test_two_hunks_of_one_file_are_applied_both(tree: Path) -> None:
    (tree / "two.patch").write_text(
        "Promise: p\nTest: t.py::test_t\n\n--- a/adapters/sums.py\n+++ b/adapters/sums.py\n"
        "@@ -1,1 +1,1 @@\n-def add(a, b):\n+def add(b, a):\n"
        "@@ -7,1 +9,1 @@ def\n-    return a + b\n+    return a - b\n",
        "utf-8",
    )

    (found,) = mutations(tree)

    assert found.files(tree) == {tree / "adapters/sums.py": "def add(b, a):\n    return a - b\n"}


@pytest.mark.parametrize("text", ["", "Promise: p\nTest: t\n", "\n--- a/x\n+++ b/x\n@@ @@\n-a\n"])
def test_a_patch_without_a_promise_a_test_or_a_diff_is_an_error(tree: Path, text: str) -> None:
    (tree / "odd.patch").write_text(text, "utf-8")

    with pytest.raises(ValueError, match=r"odd\.patch"):
        mutations(tree)


def test_a_stale_patch_changes_no_file(tree: Path) -> None:
    half = evolve(PATCH, edits=(*PATCH.edits, Edit("adapters/sums.py", "gone\n", "")))

    with pytest.raises(StaleError):
        half.files(tree)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.patches[0])
def test_each_pattern_of_a_promise_names_a_patch(promise: Promise) -> None:
    names = [one.name for one in mutations()]

    assert all(any(fnmatchcase(name, each) for name in names) for each in promise.patches)
