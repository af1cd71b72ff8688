"""The command line: a thin layer over the library, which loads click and rich when called."""

from __future__ import annotations

import sys

__all__ = ["main"]

_EXTRA = ("click", "rich")


def main() -> None:
    """Runs the command line and exits. `onboarding --help` lists the exit codes."""
    try:
        from onboarding.cli.app import app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        hint = "pip install 'onboarding[cli]'"
        print(f"The command line needs the package {error.name}: {hint}", file=sys.stderr)
        raise SystemExit(4) from None
    app(prog_name="onboarding")
