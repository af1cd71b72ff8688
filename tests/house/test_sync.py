"""The sync half of calls, lists and polling is generated from the async half."""

from __future__ import annotations

import re
from pathlib import Path

import onboarding
import pytest
from onboarding import polling
from tests.house.generate_sync import HALVES, ROOT, generated

SYNC = [path for target in HALVES.values() for path in sorted(target.glob("*.py"))]


def test_the_sync_half_is_what_the_async_half_generates() -> None:
    checked_in = {path: path.read_text("utf-8") for path in SYNC}

    assert checked_in == generated(), "run `python -m tests.house.generate_sync`"


@pytest.mark.parametrize("path", SYNC, ids=lambda path: f"{path.parents[1].name}/{path.name}")
def test_a_module_of_the_sync_half_mentions_no_event_loop(path: Path) -> None:
    head, _, body = path.read_text("utf-8").partition('"""')

    source = path.parents[1] / "_async" / path.name
    assert head.startswith(f"# Generated from {source.relative_to(ROOT)} by ")
    assert re.findall(r"(?i)async\w*|await\w*|event loop", body) == []


@pytest.mark.parametrize(
    "kind", [onboarding.Gateway, onboarding.AsyncGateway, *map(vars(polling).get, polling.__all__)]
)
def test_a_public_class_names_a_public_module(kind: type) -> None:
    assert not [part for part in kind.__module__.split(".") if part.startswith("_")]
