"""Watches users at a provider that sends no notifications: reads them again, and tells changes.

```python
for event in Poller(gateway, records, until=lambda record: record.kyc_level == KYCLevel.REGULAR):
    print(event.kind, event.user_id, event.before, event.after)
```
"""

from onboarding.polling.events import events_between
from onboarding.polling.poller import AsyncPoller, Poller
from onboarding.polling.schedule import PollPolicy

__all__ = ["AsyncPoller", "PollPolicy", "Poller", "events_between"]
