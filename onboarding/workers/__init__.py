"""Carries out what was submitted to a directory: by processes of one machine, or by Celery.

It needs the extra `directory`.

```python
worker = Worker([gateways["fr"]], Directory.open("sqlite:///onboarding.db"))
for result in worker.work():
    print(result.ref, result.state)
```
"""

from onboarding.workers.files import SubmittedPart, submit_file
from onboarding.workers.local import Worker
from onboarding.workers.units import Units

__all__ = ["SubmittedPart", "Units", "Worker", "submit_file"]
