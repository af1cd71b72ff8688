"""Where MangoPay's official Node SDK is, and a test's way out where it is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "node"
SDK = HERE / "node_modules" / "mangopay4-nodejs-sdk"


def find_node() -> str:
    """Gives the path of Node, or skips the test that asks."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not there")
    if not SDK.is_dir():
        pytest.skip("the SDK is missing: run `npm install` in tests/simulators/mangopay/node")
    return node
