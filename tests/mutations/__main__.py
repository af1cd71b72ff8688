"""Applies every patch to a copy of the tree, and runs the test that must fail.

`python -m tests.mutations [NAME ...]`; the exit code is 0 if every patch was noticed.
"""

from __future__ import annotations

import argparse
import os
import sys

from tests.mutations.mutation import mutations
from tests.mutations.running import Verdict, judge


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("names", metavar="NAME", nargs="*", help="these patches only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    wanted = parser.parse_args()
    found = [one for one in mutations() if not wanted.names or one.name in wanted.names]
    missing = set(wanted.names) - {one.name for one in found}
    if missing or not found:
        parser.error(f"there is no patch {', '.join(sorted(missing))}")
    print("| Patch | Promise | Test | Verdict |\n| --- | --- | --- | --- |")
    bad: list[str] = []
    for mutation, verdict, why in judge(found, jobs=wanted.jobs):
        name = mutation.test.rpartition("::")[2]
        print(f"| `{mutation.name}` | {mutation.promise} | `{name}` | {verdict} |", flush=True)
        if verdict is not Verdict.KILLED:
            bad.append(f"{mutation.name}: {verdict}: {why}")
    for text in bad:
        print(text, file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
