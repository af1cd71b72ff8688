"""Fails a run of all of MangoPay's tests in which a test did not run what the table says it ran."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest
from attrs import define, field
from onboarding.pytest_plugin import over_a_socket
from tests.executed import TESTS, is_whole

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

__all__ = ["OperationsWatch"]


@define(eq=False)
class OperationsWatch:
    """A pytest plugin that compares the rows of the table with what was run over a socket."""

    ran: dict[str, set[str]] = field(factory=dict[str, set[str]])
    missing: list[str] = field(factory=list[str])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for operation, test in over_a_socket(report).get("mangopay", ()):
            self.ran.setdefault(operation, set()).add(test)

    def lacking(self, rows: Iterable[tuple[str, Iterable[str]]]) -> list[str]:
        """What rows of operations and their tests say, and no test did."""
        return [
            f"{operation}: {test}"
            for operation, tests in rows
            for test in tests
            if test not in self.ran.get(operation, ())
        ]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        if not ended or not is_whole(session, TESTS / "mangopay"):
            return
        from tests.mangopay.operations import OPERATIONS  # wanted by such a run alone

        self.missing = self.lacking((row.flow, row.tests) for row in OPERATIONS)
        if self.missing:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        for row in self.missing:
            terminalreporter.line(f"FAILED not run over a socket: {row}", red=True)
