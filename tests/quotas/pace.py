"""`python -m tests.quotas.pace`: four processes under quotas in real time, one of them killed.

The windows are MangoPay's, a second for 75 minutes and a call for 50 of them; and those of a
provider that counts failed calls apart. Each runs for ten of its longest windows.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from onboarding.quotas import Quota
from tests.quotas.served import CountingProvider, shared

CASES = {
    "MangoPay's windows, scaled down": ((2, 46), (4, 90), (8, 176), (24, 264)),
    "200 calls and 5 failed ones": ((5, 200), (10, 5, True)),
}
FAIL_EVERY = {"200 calls and 5 failed ones": 200}


def main() -> int:
    said, is_good = [], True
    for name, numbers in CASES.items():
        quotas = tuple(Quota(*each) for each in numbers)
        provider = CountingProvider(quotas, FAIL_EVERY.get(name, 0))
        with tempfile.TemporaryDirectory() as folder:
            seconds = 10 * max(quota.seconds for quota in quotas)
            used = shared(provider, Path(folder) / "quotas.sqlite", seconds)
        said.append(f"{name}: {used.share:.3f} used by {used.calls} calls, {used.refused} refused")
        print(said[-1], flush=True)
        is_good = is_good and used.share >= 0.98 and not used.refused
    print("; ".join(said))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
