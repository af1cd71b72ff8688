"""Generates each `_sync` from its `_async`: `python -m tests.house.generate_sync`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

__all__ = ["HALVES", "generated"]

ROOT = Path(__file__).parents[2]
PLACES = ("onboarding", "onboarding/service")

HALVES = {ROOT / place / "_async": ROOT / place / "_sync" for place in PLACES}
"""The folder of each async half, with that of its sync half."""

HEADER = """\
# Generated from {name} by `python -m tests.house.generate_sync`.
# Edit that file, and run the command.
"""

# Sorts imports, removes those that only the async half needs, and writes `yield from`.
FIXED = "I,F401,UP028"

# In docstrings too, so that they name the classes of the sync half.
REPLACEMENTS = (
    (r"\b(async|await) ", ""),
    (r"\basynchronous ", ""),
    (r"\bevent loops\b", "threads"),
    (r"\bAwaitable\[([^\[\]]+)\]", r"\1"),
    (r"\bAsyncTransport\b", "SyncTransport"),
    (r"\b(Stop)?Async(?=[A-Z])", r"\1"),
    (r"\b__a(enter|exit|iter|next)__\b", r"__\1__"),
    (r"\basyncio\.sleep\b", "time.sleep"),
    (r"\btransports\.aio\b", "transports.sync"),
    (r"\bonboarding\.aio\b", "onboarding.gateway"),
    (r"\bconcurrency\.tasks\b", "concurrency.threads"),
    (r"\b_async\b", "_sync"),
)


def generated() -> dict[Path, str]:
    """Returns the text of each module of the sync half by its path."""
    return {
        target / path.name: _sync(path, target / path.name)
        for source, target in HALVES.items()
        for path in sorted(source.glob("*.py"))
    }


def _sync(path: Path, target: Path) -> str:
    text = path.read_text("utf-8")
    for pattern, replacement in REPLACEMENTS:
        text = re.sub(pattern, replacement, text)
    text = HEADER.format(name=path.relative_to(ROOT)) + text
    text = _ruff(
        "check", "--quiet", f"--select={FIXED}", "--unsafe-fixes", "--fix", path=target, text=text
    )
    return _ruff("format", "--quiet", path=target, text=text)


def _ruff(*arguments: str, path: Path, text: str) -> str:
    command = [sys.executable, "-m", "ruff", *arguments, f"--stdin-filename={path}"]
    done = subprocess.run(
        [*command, "-"], input=text, capture_output=True, check=True, cwd=ROOT, encoding="utf-8"
    )
    return done.stdout


def main() -> None:
    """Writes the modules, and removes those that have no source."""
    fresh = generated()
    for target in HALVES.values():
        for path in {*target.glob("*.py")} - fresh.keys():
            path.unlink()
    for path, text in fresh.items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
