"""The fixtures of pytest that simulate providers, used as a stranger's own suite uses them."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import requests
from attrs import frozen
from onboarding import ConfigurationError
from onboarding.adapter import Adapter
from onboarding.errors import UnknownProvider
from onboarding.registry import Registry
from onboarding.simulation import simulator
from tests.scaling import FEW

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "test-with-simulators.md"

SUITE = """
import pytest
import requests


def test_each_call_starts_another_one(onboarding_simulator):
    first = onboarding_simulator("paysera", minimum_password_length=12)
    second = onboarding_simulator("paysera")

    found = [requests.get(f"{url}/rest/v1/configuration", timeout=5) for url in (first, second)]

    assert [each.json()["minimum_password_length"] for each in found] == [12, 8]
    assert first.app.minimum_password_length == 12
    seen.append(str(first))


seen = []


def test_a_simulator_ends_with_its_test():
    with pytest.raises(requests.ConnectionError):
        requests.get(seen[0], timeout=5)


def test_gateways_take_a_name_a_simulator_or_a_table(onboarding_gateways, onboarding_simulator):
    running = onboarding_simulator("mangopay", client_id="acme", api_key="other")

    gateways = onboarding_gateways(
        fr=running, lt="paysera", loose={"provider": "paysera", "accept_loss": ["address.*"]}
    )

    assert list(gateways) == ["fr", "lt", "loose"]
    assert gateways.default.name == "fr"
    assert gateways["fr"].adapter.client_id == "acme"
    assert gateways["loose"].adapter.accept_loss == ("address.*",)
    assert gateways["lt"].adapter.base_url != gateways["loose"].adapter.base_url
    gateways["fr"].raw("GET", "users")
    gateways["lt"].raw("GET", "configuration")


def test_a_wrong_name_is_told(onboarding_simulator):
    with pytest.raises(Exception, match="did you mean mangopay"):
        onboarding_simulator("mangpay")
"""

WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == {name!r}:
            raise ModuleNotFoundError("No module named " + {name!r}, name={name!r})
sys.meta_path.insert(0, Missing())
"""


def run(folder: Path, suite: str, **files: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_suite.py").write_text(suite, "utf-8")
    for name, text in {"conftest": FEW, **files}.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
    known = any(point.name == "onboarding" for point in entry_points(group="pytest11"))
    plugin = [] if known else ["-p", "onboarding.pytest_plugin"]
    off = [f"-pno:{name}" for name in ("cacheprovider", "randomly", "schemathesis")]
    options = ["-q", "-W", "error", *off, *plugin]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, "test_suite.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


def passed(done: subprocess.CompletedProcess[str]) -> int:
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"(\d+) passed", done.stdout)
    assert found is not None
    return int(found[1])


def test_a_strangers_suite_gets_simulators_and_gateways(tmp_path: Path) -> None:
    done = run(tmp_path, SUITE)

    assert passed(done) == 4


def test_the_suite_of_the_documentation_passes(tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    found = re.search(r"^## In your own suite$.*?^```python\n(.*?)^```$", text, re.S | re.M)
    assert found is not None

    done = run(tmp_path, found[1])

    assert passed(done) == found[1].count("\ndef test_") >= 2


@pytest.mark.parametrize("package", ["cheroot", "werkzeug"])
def test_a_missing_extra_is_reported_only_to_users_of_a_simulator(
    tmp_path: Path, package: str
) -> None:
    suite = (
        "def test_used(onboarding_gateways): onboarding_gateways(fr='mangopay')\n"
        "def test_not_used(): pass\n"
    )

    done = run(tmp_path, suite, conftest=WITHOUT.format(name=package))

    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "pip install 'onboarding[simulators]'" in done.stdout


def test_a_pytest_that_uses_no_fixture_imports_nothing_of_the_library() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules); import onboarding.pytest_plugin;"
        "print(*sorted(set(sys.modules) - before))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert set(done.stdout.split()) == {
        "onboarding",
        "onboarding.pytest_plugin",
    }


# -- in a program


@frozen(kw_only=True)
class Bare(Adapter):
    """An adapter that brings no simulator."""

    provider = "bare"


@pytest.mark.parametrize("provider", ["mangopay", "paysera"])
def test_a_simulator_is_served_while_the_block_runs(provider: str) -> None:
    with simulator(provider) as base_url:
        requests.get(base_url, timeout=5)

        assert base_url.app.log
        assert base_url.table["provider"] == provider
        assert "simulated-key" not in repr(base_url.table)

    with pytest.raises(requests.ConnectionError):
        requests.get(base_url, timeout=5)


def test_an_unknown_provider_is_reported() -> None:
    with pytest.raises(UnknownProvider), simulator("nobody"):
        pass


def test_a_provider_without_a_simulator_is_reported() -> None:
    registry = Registry(entry_points=[])
    registry.register(Bare)

    with (
        pytest.raises(ConfigurationError, match="no simulator"),
        simulator("bare", registry=registry),
    ):
        pass
