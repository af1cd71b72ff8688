"""`python -m tests.directory.million`: each statement uses an index at 1,000,000 users.

The tests of the directory run with tables of 1,000,000 users beside them, in SQLite and PostgreSQL.
Each statement that they have the library execute is captured and explained there. A call in the
library that executes a statement, and that no test reached, is a fault too.
"""

from __future__ import annotations

import ast
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROWS = os.environ.setdefault("ONBOARDING_TEST_ROWS", "1000000")

import pytest  # noqa: E402  # the number of rows is read when the tests are imported
from onboarding import directory  # noqa: E402
from tests.directory.conftest import SERVER  # noqa: E402
from tests.directory.plans import PLANS  # noqa: E402

_EXECUTES = ("execute", "insert_new")
_PLUMBING = ("database.py", "work.py", "upgrading.py")


def unreached() -> Iterator[str]:
    """Yields the calls of the library that execute a statement, and that no test has reached."""
    for path in sorted(Path(directory.__file__).parent.glob("*.py")):
        if path.name in _PLUMBING:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
                executes = node.func.attr in _EXECUTES
                if executes and not any((path.name, line) in PLANS.places for line in lines):
                    yield f"{path.name}:{node.lineno}"


def main() -> int:
    began = time.monotonic()
    here = str(Path(__file__).parent)
    failed = pytest.main([here, "-q", "-n", "0", "-p", "no:cacheprovider"])
    missed = list(unreached())
    if missed:
        print("no test reached these statements:", ", ".join(missed))
    counted = Counter(kind for kind, _ in PLANS.known)
    both = bool(SERVER) and {"sqlite", "postgresql"} <= set(counted)
    told = ", ".join(f"{count} statements in {kind}" for kind, count in sorted(counted.items()))
    good = not failed and not missed and both
    print(
        f"{int(ROWS):,} users: {told}, {'each uses an index' if good else 'FAILED'}, "
        f"{time.monotonic() - began:.0f} s"
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
