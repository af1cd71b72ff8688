"""Fetches records again and again, and reports what changed as events, for providers without them.

```python
for event in Poller(gateway, records, until=lambda record: record.kyc_level == KYCLevel.REGULAR):
    print(event.kind, event.user_id, event.before, event.after)
```
"""

from onboarding._async.polling import AsyncPoller
from onboarding._sync.polling import Poller
from onboarding.engine.schedule import PollPolicy

__all__ = ["AsyncPoller", "PollPolicy", "Poller"]
