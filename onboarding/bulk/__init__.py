"""Onboards a file of users through one gateway, one user per line, and never a user twice.

```python
gateway = Gateways.from_file("onboarding.toml").default
with UserFile.open("users.jsonl") as users, Journal.open("results.jsonl", gateway) as journal:
    batch = Batch(gateway, journal)
    for result in batch.run(users):
        print(result.ref, result.state)
```
"""

from onboarding.bulk.files import UserFile
from onboarding.bulk.journal import Journal
from onboarding.bulk.lines import Line
from onboarding.bulk.results import Result, State, Step
from onboarding.bulk.runs import BulkRun
from onboarding.bulk.summary import Reason, Summary, Unknown

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
