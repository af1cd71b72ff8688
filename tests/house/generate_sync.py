"""Generates `onboarding._sync` from `onboarding._async`: `python -m tests.house.generate_sync`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

__all__ = ["SYNC", "generated"]

ROOT = Path(__file__).parents[2]
ASYNC = ROOT / "onboarding/_async"
SYNC = ROOT / "onboarding/_sync"

HEADER = """\
# Generated from onboarding/_async/{name} by `python -m tests.house.generate_sync`.
# Edit that file, and run the command.
"""

# Sorts imports, removes those that only the async half needs, and writes `yield from`.
FIXED = "I,F401,UP028"

# In docstrings too, so that they name the classes of the sync half.
REPLACEMENTS = (
    (r"\b(async|await) ", ""),
    (r"\basynchronous ", ""),
    (r"\bAwaitable\[([^\[\]]+)\]", r"\1"),
    (r"\bAsyncTransport\b", "SyncTransport"),
    (r"\b(Stop)?Async(?=[A-Z])", r"\1"),
    (r"\b__a(enter|exit|iter|next)__\b", r"__\1__"),
    (r"\basyncio\.sleep\b", "time.sleep"),
    (r"\btransports\.aio\b", "transports.sync"),
    (r"\b_async\b", "_sync"),
)


def generated() -> dict[Path, str]:
    """Returns the text of each module of the sync half by its path."""
    return {SYNC / path.name: _sync(path) for path in sorted(ASYNC.glob("*.py"))}


def _sync(path: Path) -> str:
    text = path.read_text("utf-8")
    for pattern, replacement in REPLACEMENTS:
        text = re.sub(pattern, replacement, text)
    text = HEADER.format(name=path.name) + text
    text = _ruff(
        "check", "--quiet", f"--select={FIXED}", "--unsafe-fixes", "--fix", path=path, text=text
    )
    return _ruff("format", "--quiet", path=path, text=text)


def _ruff(*arguments: str, path: Path, text: str) -> str:
    command = [sys.executable, "-m", "ruff", *arguments, f"--stdin-filename={SYNC / path.name}"]
    done = subprocess.run(
        [*command, "-"], input=text, capture_output=True, check=True, cwd=ROOT, encoding="utf-8"
    )
    return done.stdout


def main() -> None:
    """Writes the modules, and removes those that have no source."""
    fresh = generated()
    for path in {*SYNC.glob("*.py")} - fresh.keys():
        path.unlink()
    for path, text in fresh.items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
