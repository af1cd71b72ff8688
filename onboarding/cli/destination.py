"""Where the results of a run go when the command line does not say."""

from __future__ import annotations

import re
import secrets
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from onboarding.engine import utc_now

__all__ = ["results_file"]

_ODD = re.compile(r"[^\w.-]").sub


def results_file(
    users: Path, gateway: str, *, clock: Callable[[], datetime] = utc_now
) -> tuple[Path, bool]:
    """The results file of a file of users at a gateway, and whether it is a new one each time.

    Beside `users.jsonl` it is `users.fr.results.jsonl`; beside any other file, such as
    `users.csv`, `users.csv.fr.results.jsonl`: it is the same from wherever the command is run.
    A stream has no name to be recognised by: each run has a new file in the current folder.
    """
    named = _ODD("_", gateway)
    if str(users) == "-" or not stat.S_ISREG(users.stat().st_mode):
        moment = f"{clock():%Y%m%dT%H%M%S}"
        return Path(f"stdin.{named}.{moment}-{secrets.token_hex(3)}.results.jsonl"), True
    name = users.name.removesuffix(".jsonl")
    return users.with_name(f"{name}.{named}.results.jsonl"), False
