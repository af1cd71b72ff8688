"""The command line: a thin layer over the library that imports click and rich when called."""

from __future__ import annotations

import json
import sys

from onboarding.cli.output import status_of

__all__ = ["main"]

_EXTRA = ("click", "rich")


def main() -> None:
    """Runs the command line and exits. `onboarding --help` lists the exit codes."""
    sys.exit(status_of(_run))  # type: ignore[arg-type]  # what click, or a plugin, exits with


def _run() -> None:
    try:
        from onboarding.cli.app import app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        text = f"the command line needs the package {error.name}: pip install 'onboarding[cli]'"
        if "--json" in sys.argv:
            print(json.dumps({"error": {"kind": "MissingExtra", "message": text, "problems": []}}))
        else:
            print(f"Error: {text}", file=sys.stderr)
        raise SystemExit(4) from None
    app(prog_name="onboarding")
