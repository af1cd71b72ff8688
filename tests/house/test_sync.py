"""The sync half of calls, lists and polling is generated from the async half."""

from __future__ import annotations

import re
from pathlib import Path

import onboarding
import pytest
from onboarding import polling
from tests.house.generate_sync import SYNC, generated


def test_the_sync_half_is_what_the_async_half_generates() -> None:
    checked_in = {path: path.read_text("utf-8") for path in sorted(SYNC.glob("*.py"))}

    assert checked_in == generated(), "run `python -m tests.house.generate_sync`"


@pytest.mark.parametrize("path", sorted(SYNC.glob("*.py")), ids=lambda path: path.name)
def test_a_module_of_the_sync_half_mentions_no_event_loop(path: Path) -> None:
    head, _, body = path.read_text("utf-8").partition('"""')

    assert head.startswith(f"# Generated from onboarding/_async/{path.name} by ")
    assert re.findall(r"(?i)async\w*|await\w*|event loop", body) == []


@pytest.mark.parametrize(
    "kind", [onboarding.Gateway, onboarding.AsyncGateway, *map(vars(polling).get, polling.__all__)]
)
def test_a_public_class_names_a_public_module(kind: type) -> None:
    assert not [part for part in kind.__module__.split(".") if part.startswith("_")]
