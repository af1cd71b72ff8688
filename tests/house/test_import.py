"""Importing the library does next to nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

AUDITED = """
import json, os, sys, sysconfig

events = []
roots = [os.path.realpath(path) for path in {roots}]
roots += [os.path.realpath(path) for path in (sys.prefix, sys.base_prefix)]
roots += [os.path.realpath(path) for path in sysconfig.get_paths().values()]


def inside(path):
    real = os.path.realpath(os.fsdecode(path))
    return any(real == root or real.startswith(root + os.sep) for root in roots)


def watch(event, args):
    if event.startswith(("socket.", "subprocess.", "http.", "urllib.", "os.system")):
        events.append(event)
    elif event == "open" and isinstance(args[0], (str, bytes)) and not inside(args[0]):
        events.append("open " + os.fsdecode(args[0]))


sys.addaudithook(watch)
{statement}
print(json.dumps([events, sorted(sys.modules)]))
"""

ADAPTERS = ("onboarding_mangopay", "onboarding_paysera")
CLIENTS = ("requests", "urllib3", "aiohttp", "httpx", "http.client")
ON_DEMAND = ("phonenumbers", "email_validator", "iso3166")
HEAVY = (*ON_DEMAND, "idna", "dns", "asyncio", "pytest", "werkzeug")


def audited(statement: str) -> tuple[list[str], set[str]]:
    """What a statement did in a fresh interpreter, and the modules that it left."""
    import onboarding

    code = AUDITED.format(statement=statement, roots=[*onboarding.__path__])
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    events, modules = json.loads(done.stdout)
    return events, set(modules)


def test_the_audit_sees_what_it_is_there_to_see() -> None:
    statement = "import socket; socket.socket().close(); open('/etc/hostname', 'a').close()"

    events, _ = audited(f"import tempfile\n{statement}" if sys.platform == "linux" else statement)

    assert "socket.__new__" in events
    assert "open /etc/hostname" in events


@pytest.mark.parametrize(
    "statement",
    [
        "import onboarding",
        "import onboarding; dir(onboarding)",
        "from onboarding import Gateways, User",
        "from onboarding import *",
        "from onboarding import User; User(email='a@example.com')",
    ],
)
def test_importing_opens_no_socket_and_no_file_and_loads_no_adapter_and_no_client(
    statement: str,
) -> None:
    events, modules = audited(statement)

    assert events == []
    assert modules.isdisjoint(ADAPTERS)
    assert modules.isdisjoint({"requests", "urllib3", "aiohttp", "httpx"})


def test_importing_the_package_alone_loads_none_of_its_parts_nor_what_they_need() -> None:
    _, modules = audited("import onboarding")

    assert not [name for name in modules if name.startswith("onboarding.")]
    assert modules.isdisjoint({"attr", "attrs", "cattrs", "pluggy", *CLIENTS, *HEAVY})


@pytest.mark.parametrize(
    "statement", ["from onboarding import Gateways", "from onboarding import User, Gateways"]
)
def test_the_names_a_backend_imports_load_nothing_that_only_a_call_needs(statement: str) -> None:
    _, modules = audited(statement)

    assert modules.isdisjoint({*CLIENTS, *HEAVY})


@pytest.mark.parametrize(
    ("data", "loaded"),
    [
        ({"tag": "vip"}, set()),
        ({"email": "ona@example.com"}, {"email_validator"}),
        ({"phone": "+37061234567"}, {"phonenumbers"}),
        ({"address": {"country": "LT"}}, {"iso3166"}),
    ],
    ids=lambda value: next(iter(value), "nothing"),
)
def test_a_field_loads_the_library_that_checks_it_and_no_other(
    data: dict[str, object], loaded: set[str]
) -> None:
    _, modules = audited(f"from onboarding import User; User.parse({data!r})")

    assert modules & {*ON_DEMAND} == loaded
    assert modules.isdisjoint({"requests", "urllib3", "aiohttp"})


def test_a_configuration_without_a_call_loads_no_client() -> None:
    statement = (
        "from onboarding import Gateways, Secret\n"
        "Gateways.from_config({'gateways': {'fr': {'provider': 'mangopay', 'client_id': 'a',"
        " 'api_key': Secret('k')}}})"
    )

    events, modules = audited(statement)

    assert not [event for event in events if not event.startswith("open ")]
    assert "onboarding_mangopay" in modules
    assert "onboarding_paysera" not in modules
    assert modules.isdisjoint({"requests", "urllib3", "aiohttp", *HEAVY})


def test_every_public_name_is_found_and_no_other() -> None:
    import onboarding

    for name in onboarding.__all__:
        assert getattr(onboarding, name) is not None
    assert sorted(onboarding.__all__) == onboarding.__all__
    assert set(onboarding.__all__) <= set(dir(onboarding))
    with pytest.raises(AttributeError, match="has no attribute 'Nonesuch'"):
        getattr(onboarding, "Nonesuch")  # noqa: B009
