"""Fails a run of all tests in which a test that the claim ledger names did not pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import define, field
from tests.executed import Executed, is_whole

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

__all__ = ["Watch"]


@define(eq=False)
class Watch:
    """A pytest plugin that asks at the end what was executed. A part of the tests is no run."""

    executed: Executed
    missing: list[str] = field(factory=list[str])
    asked: bool = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        if ended and is_whole(session):
            from tests.ledger.ledger import named_tests  # wanted by a run of all tests alone

            self.asked = True
            self.missing = sorted(named_tests() - self.executed.passed)
            if self.missing:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        if not self.asked:
            return
        from tests.ledger.ledger import claims

        waiting = [claim for claim in claims() if claim.waits_for]
        terminalreporter.section("claim ledger")
        terminalreporter.line(f"{len(claims())} claims, {len(waiting)} of them wait for operations")
        for test in self.missing:
            terminalreporter.line(f"FAILED a claim rests on {test}, which did not pass", red=True)
