"""A plugin of pytest that writes down what the tests that passed said to Paysera over sockets.

`pytest -p tests.paysera.recorder --paysera-run FILE tests/paysera/test_flows.py ...`
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

__all__ = ["PROPERTY", "pytest_addoption", "pytest_configure"]

PROPERTY = "paysera-run"
"""The property of a test that holds what it said: lists of kind, what, call."""


@define(eq=False)
class Recorder:
    """What each test said, by its node id without parameters."""

    file: Path
    passed: set[str] = field(factory=set[str])
    said: dict[str, list[list[str]]] = field(factory=dict[str, list[list[str]]])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed.add(report.nodeid)
        if report.when == "teardown" and report.nodeid in self.passed:
            said: Any = dict(report.user_properties).get(PROPERTY, [])
            self.said.setdefault(report.nodeid.partition("[")[0], []).extend(said)

    def pytest_sessionfinish(self) -> None:
        self.file.write_text(json.dumps(self.said), "utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--paysera-run", type=Path, help="where to write what was said to Paysera")


def pytest_configure(config: pytest.Config) -> None:
    if file := config.getoption("--paysera-run"):
        config.pluginmanager.register(Recorder(file), "paysera-recorder")
