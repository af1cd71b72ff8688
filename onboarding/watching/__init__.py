"""Watches users at a provider that sends no notifications: reads them again, and tells changes.

```python
for event in Poller(gateway, records, until=lambda record: record.kyc_level == KYCLevel.REGULAR):
    print(event.kind, event.user_id, event.before, event.after)
```
"""

from onboarding.watching.changes import events_between
from onboarding.watching.plan import PollPolicy
from onboarding.watching.watch import AsyncPoller, Poller

__all__ = ["AsyncPoller", "PollPolicy", "Poller", "events_between"]
