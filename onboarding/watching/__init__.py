"""Watches users at a provider that sends no notifications: reads them again, and tells changes.

```python
for event in Watch(gateway, records, until=lambda record: record.kyc_level == KYCLevel.REGULAR):
    print(event.kind, event.user_id, event.before, event.after)
```
"""

from onboarding.watching.changes import changes
from onboarding.watching.plan import Pace
from onboarding.watching.watch import AsyncWatch, Watch

__all__ = ["AsyncWatch", "Pace", "Watch", "changes"]
