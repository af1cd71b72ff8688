"""A plugin of pytest: fixtures with simulators, and a conformance report of the laws."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from onboarding.config import Gateways
    from onboarding.simulation import Simulated

__all__ = [
    "FORM",
    "PROPERTY",
    "SOCKETS",
    "gathered",
    "onboarding_gateways",
    "onboarding_simulator",
    "onboarding_without_retries",
    "over_a_socket",
    "pytest_addoption",
    "pytest_configure",
    "pytest_terminal_summary",
]

# Every pytest run of an environment with this library imports this module. So it imports neither
# laws, which take half a second with Hypothesis, nor simulators, whose extra may be missing.

PROPERTY = "onboarding"
"""The name of the user property in which a law stores its result."""

SOCKETS = "onboarding-sockets"
"""The name of the user property in which a test stores the operations it ran over a socket.

`{"provider": "acme", "operations": ["create_user", ...]}`: names of flows of the adapter.
"""

FORM = "conformance/1"
"""The format and the version of the report file."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("onboarding")
    group.addoption(
        "--conformance-report",
        metavar="FILE",
        default=None,
        help="write the results of the laws of adapters to FILE, as JSON",
    )


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--conformance-report")
    if path is not None and not hasattr(config, "workerinput"):  # a worker passes its results on
        config.pluginmanager.register(_Reporter(Path(path)), "onboarding-conformance")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Lists the laws that adapters are exempt from: an exemption is never silent."""
    lines: dict[str, None] = {}
    for kind in ("xfailed", "passed"):
        reports: list[pytest.TestReport] = terminalreporter.getreports(kind)
        lines.update({line: None for report in reports if (line := _exemption(report))})
    if lines:
        terminalreporter.section("laws that adapters are exempt from")
        for line in lines:
            terminalreporter.write_line(line)


def _exemption(report: pytest.TestReport) -> str:
    result = dict(report.user_properties).get(PROPERTY)
    if report.when != "call" or not isinstance(result, dict):
        return ""
    found = cast("dict[str, Any]", result)
    if not found.get("exempt"):
        return ""
    held = "" if found["reason"] else " (but it holds)"
    return f"{found['provider']}: {found['law']} is exempt: {found['exempt']}{held}"


class _Reporter:
    """Gathers the results of the laws from all workers, and writes the report."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: list[dict[str, Any]] = []
        self._ran: dict[str, set[tuple[str, str]]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for provider, operations in over_a_socket(report).items():
            self._ran.setdefault(provider, set()).update(operations)
        if report.when == "call":
            result = dict(report.user_properties).get(PROPERTY)
            if isinstance(result, dict):
                self._found.append({**result, "outcome": report.outcome})

    def pytest_sessionfinish(self) -> None:
        report = gathered(self._found, datetime.now(UTC), self._ran)
        self._path.write_text(json.dumps(report, indent=2) + "\n", "utf-8")


def over_a_socket(report: pytest.TestReport) -> dict[str, list[tuple[str, str]]]:
    """Returns what a passed test ran over a socket: (operation, test) pairs by provider."""
    if report.when != "call" or report.outcome != "passed":
        return {}
    test = report.nodeid.partition("[")[0]
    found: dict[str, list[tuple[str, str]]] = {}
    for name, value in report.user_properties:
        if name == SOCKETS and isinstance(value, dict):
            operations = cast("dict[str, Any]", value)
            ran = found.setdefault(operations["provider"], [])
            ran += [(operation, test) for operation in operations["operations"]]
    return found


def _empty() -> dict[str, Any]:
    return {
        "laws": {},
        "claims": [],
        "exercised": [],
        "not_claimed": [],
        "concepts": {},
        "losses": {},
        "operations": {},
    }


def gathered(
    found: list[dict[str, Any]],
    now: datetime,
    ran: Mapping[str, Collection[tuple[str, str]]] | None = None,
) -> dict[str, Any]:
    """Returns the report of a run: laws, claims and losses by provider, versions and the time.

    `found` are the results of the laws; `ran` the operations that ran over a socket, each with
    the test that ran it.
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
        if entry.get("exempt"):
            provider["laws"][entry["law"]]["exempt"] = entry["exempt"]
        seen = {tuple(claim) for claim in [*provider["exercised"], *entry["exercised"]]}
        provider["exercised"] = sorted(list(claim) for claim in seen)
        provider["claims"] = provider["claims"] or entry.get("claims", [])
        provider["not_claimed"] = provider["not_claimed"] or entry.get("not_claimed", [])
        provider["concepts"] = provider["concepts"] or entry.get("concepts", {})
        for path, count in entry["losses"].items():
            provider["losses"][path] = provider["losses"].get(path, 0) + count
    for name, operations in (ran or {}).items():
        tests = providers.setdefault(name, _empty())["operations"]
        for operation, test in sorted(set(operations)):
            tests.setdefault(operation, []).append(test)
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


# -- fixtures


@pytest.fixture
def onboarding_without_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has each gateway of this process send each request once, whatever its policy.

    For tests that count requests, or that must not wait:
    `pytestmark = pytest.mark.usefixtures("onboarding_without_retries")`.
    """
    from onboarding.engine.retries import RetryPolicy

    def never(*_: object, **__: object) -> None:
        return None

    monkeypatch.setattr(RetryPolicy, "wait", never)


_EXTRA = ("cheroot", "jinja2", "werkzeug")


@pytest.fixture
def onboarding_simulator() -> Iterator[Callable[..., Simulated]]:
    """Starts simulators that stop after the test: `onboarding_simulator("mangopay", legacy=False)`.

    Each call returns the base URL of a new one. Its `app` is the simulator, its `table` the
    configuration of a gateway to it. Raises `ModuleNotFoundError` without the extra `simulators`.
    """
    with ExitStack() as stack:

        def start(provider: str, **settings: Any) -> Simulated:
            try:
                from onboarding.simulation import simulator

                return stack.enter_context(simulator(provider, **settings))
            except ModuleNotFoundError as missing:
                if missing.name not in _EXTRA:
                    raise
                text = "simulators need an extra: pip install 'onboarding[simulators]'"
                raise ModuleNotFoundError(text, name=missing.name) from None

        yield start


@pytest.fixture
def onboarding_gateways(
    onboarding_simulator: Callable[..., Simulated],
) -> Iterator[Callable[..., Gateways]]:
    """Creates gateways to simulators: `onboarding_gateways(fr="mangopay", lt="paysera")`.

    A value is the name of a provider, whose simulator is started; a running simulator; or a table
    of settings, which is completed with a simulator. The first gateway is the default one.
    """
    from onboarding.config import Gateways

    def table(given: str | Mapping[str, Any]) -> Mapping[str, Any]:
        if isinstance(given, Mapping):
            return given if "base_url" in given else {**table(given["provider"]), **given}
        running: Mapping[str, Any] | None = getattr(given, "table", None)
        return onboarding_simulator(given).table if running is None else running

    with ExitStack() as stack:

        def make(**given: str | Mapping[str, Any]) -> Gateways:
            tables = {name: table(each) for name, each in given.items()}
            config = {"default": next(iter(tables), None), "gateways": tables}
            return stack.enter_context(Gateways.from_config(config))

        yield make
