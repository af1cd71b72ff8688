"""Onboards a file of users through one gateway: one line a user, and no user twice.

```python
gateway = Gateways.from_file("onboarding.toml").default
with UserFile.open("users.jsonl") as users, Journal.open("results.jsonl", gateway) as journal:
    batch = Batch(gateway, journal)
    for result in batch.run(users):
        print(result.ref, result.state)
```
"""

from onboarding.batch.files import UserFile
from onboarding.batch.journal import Journal
from onboarding.batch.lines import Line
from onboarding.batch.results import Result, State, Step
from onboarding.batch.runs import BulkRun, Reason, Summary, Unknown

__all__ = [
    "BulkRun",
    "Journal",
    "Line",
    "Reason",
    "Result",
    "State",
    "Step",
    "Summary",
    "Unknown",
    "UserFile",
]
