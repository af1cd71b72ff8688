"""A run of all tests fails when a test that the ledger names did not pass, and says which."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CONFTEST = """
import pytest
from tests.executed import NAME, Executed
from tests.ledger.watch import Watch


def pytest_configure(config):
    if hasattr(config, "workerinput"):
        return
    executed = Executed()
    config.pluginmanager.register(executed, NAME)
    config.pluginmanager.register(Watch(executed), "claim-ledger")
"""
LEDGER = """
from types import SimpleNamespace


def claims():
    return [SimpleNamespace(waits_for="")]


def named_tests():
    return {"tests/test_it.py::test_a", "tests/test_it.py::test_b"}
"""
TESTS = {
    "both pass": "def test_b(): pass",
    "one fails": "def test_b(): assert False",
    "one example fails": """
@pytest.mark.parametrize("x", [1, 0])
def test_b(x): assert x
""",
    "one is skipped": "def test_b(): pytest.skip()",
    "one is gone": "",
    "one example is skipped": """
@pytest.mark.parametrize("x", [1, 0])
def test_b(x):
    if not x: pytest.skip()
""",
}
GOOD = {"both pass", "one example is skipped"}


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A project with a ledger of two tests."""
    ledger = tmp_path / "tests" / "ledger"
    ledger.mkdir(parents=True)
    for name in ("executed.py", "ledger/watch.py"):
        (tmp_path / "tests" / name).write_text((ROOT / "tests" / name).read_text("utf-8"), "utf-8")
    (tmp_path / "tests" / "conftest.py").write_text(CONFTEST, "utf-8")
    (ledger / "ledger.py").write_text(LEDGER, "utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\naddopts = "--import-mode=importlib"\ntestpaths = ["tests"]\n',
        "utf-8",
    )
    return tmp_path


def run(suite: Path, body: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    text = f"import pytest\n\ndef test_a(): pass\n\n{body}\n"
    (suite / "tests" / "test_it.py").write_text(text, "utf-8")
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        env={"PATH": os.environ["PATH"], **alone},
        cwd=suite,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("case", TESTS)
def test_a_run_fails_unless_every_named_test_passed(suite: Path, case: str) -> None:
    ended = run(suite, TESTS[case])

    assert (ended.returncode == 0) == (case in GOOD), ended.stdout
    told = "a claim rests on tests/test_it.py::test_b, which did not pass"
    assert (told in ended.stdout) == (case not in GOOD)
    assert "tests/test_it.py::test_a, which" not in ended.stdout


@pytest.mark.parametrize("case", ["both pass", "one is gone"])
def test_workers_report_to_the_run_that_started_them(suite: Path, case: str) -> None:
    ended = run(suite, TESTS[case], "-p", "xdist", "-n", "2")

    assert (ended.returncode == 0) == (case in GOOD), ended.stdout
    assert ("test_b, which did not pass" in ended.stdout) == (case not in GOOD)
    assert "test_a, which" not in ended.stdout


@pytest.mark.parametrize(
    "arguments",
    [("-k", "test_a"), ("tests/test_it.py::test_a",), ("--deselect", "tests/test_it.py::test_b")],
    ids=["by name", "by path", "deselected"],
)
def test_a_part_of_the_tests_is_asked_nothing(suite: Path, arguments: tuple[str, ...]) -> None:
    ended = run(suite, TESTS["one fails"], *arguments)

    assert ended.returncode == 0, ended.stdout
    assert "claim ledger" not in ended.stdout


def test_a_run_that_names_the_folder_of_all_tests_is_a_whole_one(suite: Path) -> None:
    ended = run(suite, TESTS["one is gone"], "tests")

    assert ended.returncode == 1
    assert "claim ledger" in ended.stdout
