"""A plugin of pytest that writes down what a run proved of its adapters, and brings fixtures."""

from __future__ import annotations

import json
import platform
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import pytest

from onboarding.pytest_fixtures import onboarding_gateways, onboarding_simulator

__all__ = [
    "FORM",
    "PROPERTY",
    "SOCKETS",
    "gathered",
    "onboarding_gateways",
    "onboarding_simulator",
    "over_a_socket",
    "pytest_addoption",
    "pytest_configure",
]

# Every pytest of an environment with this library imports it: so it imports no law and no
# strategy, which would take Hypothesis and half a second, and no simulator.

PROPERTY = "onboarding"
"""The name under which a law leaves its findings with its test."""

SOCKETS = "onboarding-sockets"
"""The name under which any test may leave what it ran over a socket.

`{"provider": "acme", "operations": ["create_user", ...]}`: names of flows of the adapter.
"""

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
        self._ran: dict[str, set[tuple[str, str]]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for provider, operations in over_a_socket(report).items():
            self._ran.setdefault(provider, set()).update(operations)
        if report.when == "call":
            told = dict(report.user_properties).get(PROPERTY)
            if isinstance(told, dict):
                self._found.append({**told, "outcome": report.outcome})

    def pytest_sessionfinish(self) -> None:
        report = gathered(self._found, datetime.now(UTC), self._ran)
        self._path.write_text(json.dumps(report, indent=2) + "\n", "utf-8")


def over_a_socket(report: pytest.TestReport) -> dict[str, list[tuple[str, str]]]:
    """What a test that passed ran over a socket: by provider, operations with the test."""
    if report.when != "call" or report.outcome != "passed":
        return {}
    test = report.nodeid.partition("[")[0]
    found: dict[str, list[tuple[str, str]]] = {}
    for name, told in report.user_properties:
        if name == SOCKETS and isinstance(told, dict):
            operations = cast("dict[str, Any]", told)
            ran = found.setdefault(operations["provider"], [])
            ran += [(operation, test) for operation in operations["operations"]]
    return found


def _empty() -> dict[str, Any]:
    return {
        "laws": {},
        "claims": [],
        "exercised": [],
        "not_claimed": [],
        "losses": {},
        "operations": {},
    }


def gathered(
    found: list[dict[str, Any]],
    now: datetime,
    ran: Mapping[str, Collection[tuple[str, str]]] | None = None,
) -> dict[str, Any]:
    """The report of a run: for each provider its laws, claims, losses; versions, and when.

    `operations` are those that were run over a socket, with the tests that ran them.
    """
    providers: dict[str, dict[str, Any]] = {}
    for entry in found:
        provider = providers.setdefault(entry["provider"], _empty())
        provider["laws"][entry["law"]] = {
            "holds": entry["outcome"] == "passed",
            "examples": entry["examples"],
            "seconds": entry["seconds"],
        }
        if entry["outcome"] != "passed":
            provider["laws"][entry["law"]]["reason"] = entry.get("reason") or "the test failed"
        seen = {tuple(claim) for claim in [*provider["exercised"], *entry["exercised"]]}
        provider["exercised"] = sorted(list(claim) for claim in seen)
        provider["claims"] = provider["claims"] or entry.get("claims", [])
        provider["not_claimed"] = provider["not_claimed"] or entry.get("not_claimed", [])
        for path, count in entry["losses"].items():
            provider["losses"][path] = provider["losses"].get(path, 0) + count
    for name, operations in (ran or {}).items():
        told = providers.setdefault(name, _empty())["operations"]
        for operation, test in sorted(set(operations)):
            told.setdefault(operation, []).append(test)
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
