"""Notes which tests were executed, so that what names a test can ask whether it ran and passed.

`tests/conftest.py` registers an `Executed` under its `NAME`; under xdist the controller's sees
the reports of all workers. A test that wants it asks `request.config.pluginmanager`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import define, field

__all__ = ["NAME", "Executed", "bare", "is_whole"]

NAME = "executed-tests"
TESTS = Path(__file__).parent

# options that leave tests out
_NARROWING = (
    "keyword",
    "markexpr",
    "deselect",
    "ignore",
    "ignore_glob",
    "lf",
    "stepwise",
    "collectonly",
)


def bare(nodeid: str) -> str:
    """A node id without its parameters: `tests/core/test_model.py::test_a_name`."""
    return nodeid.partition("[")[0]


def is_whole(session: pytest.Session, *folders: Path) -> bool:
    """Whether this run was asked for every test there is, and was not stopped.

    A run of one of `folders` is whole as well.
    """
    config = session.config
    if session.shouldstop or session.shouldfail:
        return False
    if any(getattr(config.option, name, None) for name in _NARROWING):
        return False
    here = config.invocation_params.dir
    return all(
        (here / argument).resolve() in (TESTS, TESTS.parent, *folders) for argument in config.args
    )


@define(eq=False)
class Executed:
    """A pytest plugin: each test's outcomes so far, by node id without parameters."""

    outcomes: dict[str, set[str]] = field(factory=dict[str, set[str]])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.outcomes.setdefault(bare(report.nodeid), set()).add(report.outcome)

    @property
    def passed(self) -> frozenset[str]:
        """The tests that ran, of which no example failed; one may have been skipped."""
        return frozenset(
            test
            for test, outcomes in self.outcomes.items()
            if "passed" in outcomes and "failed" not in outcomes
        )
