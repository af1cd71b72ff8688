"""`python -m tests.service.whole`: 200 calls at once for one user, and 1,000 notifications.

Both in SQLite and, if ONBOARDING_TEST_POSTGRESQL has the address of a server, in PostgreSQL.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.directory.conftest import SERVER, database
from tests.service.crowd import PROVIDERS, Crowd, onboard_together
from tests.service.storm import Storm, receive_all

__all__ = ["main"]


def main() -> int:
    said, is_good = list[str](), True
    for kind in ("sqlite", "postgresql") if SERVER else ("sqlite",):
        for provider in PROVIDERS:
            crowd = Crowd(provider=provider, seed=len(kind))
            with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
                one = onboard_together(crowd, Path(folder), url)
            print(kind, provider, one, flush=True)
            good = (one.answers, one.different, one.users) == (crowd.calls, 1, 1)
            is_good = is_good and good and (one.killed, one.canaries) == (crowd.kills, 0)
            said.append(
                f"{kind}, {provider}: {one.answers} calls, {one.killed} kills, {one.users} user, "
                f"{one.different} answer, {one.seconds:.0f} s"
            )
        storm = Storm(seed=len(kind))
        with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
            many = receive_all(storm, Path(folder), url)
        print(kind, many, flush=True)
        is_good = is_good and (many.wrong, many.broken, many.canaries) == (0, 0, 0)
        is_good = is_good and many.arrived >= storm.notifications and many.refused > 0 < many.stale
        said.append(
            f"{kind}: {many.arrived} notifications, {many.lost} lost, "
            f"{many.refused + many.dropped} refused, {many.events} events, {many.broken} out of "
            f"order or twice, {many.stale} users stale before the sweep and {many.wrong} after it, "
            f"{many.seconds:.0f} s"
        )
    print("; ".join(said))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
