"""A plugin of pytest that writes down what a run proved of its adapters."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

__all__ = ["FORM", "PROPERTY", "gathered", "pytest_addoption", "pytest_configure"]

# Every pytest of an environment with this library imports it: so it imports no law and no
# strategy, which would take Hypothesis and half a second.

PROPERTY = "onboarding"
"""The name under which a law leaves its findings with its test."""

FORM = "conformance/1"
"""What the file says that it is."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("onboarding")
    group.addoption(
        "--conformance-report",
        metavar="FILE",
        default=None,
        help="write what the laws of adapters proved into FILE, as JSON",
    )


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--conformance-report")
    if path is not None and not hasattr(config, "workerinput"):  # a worker hands its findings on
        config.pluginmanager.register(_Notary(Path(path)), "onboarding-conformance")


class _Notary:
    """Gathers the findings of the laws, from wherever they ran."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: list[dict[str, Any]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            told = dict(report.user_properties).get(PROPERTY)
            if isinstance(told, dict):
                self._found.append({**told, "outcome": report.outcome})

    def pytest_sessionfinish(self) -> None:
        report = gathered(self._found, datetime.now(UTC))
        self._path.write_text(json.dumps(report, indent=2) + "\n", "utf-8")


def _empty() -> dict[str, Any]:
    return {"laws": {}, "claims": [], "exercised": [], "not_claimed": [], "losses": {}}


def gathered(found: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """The report of a run: for each provider its laws, claims and losses; versions, and when."""
    providers: dict[str, dict[str, Any]] = {}
    for entry in found:
        provider = providers.setdefault(entry["provider"], _empty())
        provider["laws"][entry["law"]] = {
            "holds": entry["outcome"] == "passed",
            "examples": entry["examples"],
            "seconds": entry["seconds"],
        }
        seen = {tuple(claim) for claim in [*provider["exercised"], *entry["exercised"]]}
        provider["exercised"] = sorted(list(claim) for claim in seen)
        provider["claims"] = provider["claims"] or entry.get("claims", [])
        provider["not_claimed"] = provider["not_claimed"] or entry.get("not_claimed", [])
        for path, count in entry["losses"].items():
            provider["losses"][path] = provider["losses"].get(path, 0) + count
    return {
        "form": FORM,
        "made_at": now.isoformat(timespec="seconds"),
        "versions": {
            "onboarding": version("onboarding"),
            "hypothesis": version("hypothesis"),
            "python": platform.python_version(),
        },
        "providers": dict(sorted(providers.items())),
    }
