"""Stays under the quotas of a provider: policies, stores, and calls in bulk.

```python
gateway = Gateway(adapter, pace=PacePolicy(store="/var/lib/backend/quotas.sqlite"))

with bulk_calls():  # interactive calls go first
    gateway.fetch_user(id)
```
"""

from onboarding.model.quota import Quota
from onboarding.quotas.choice import pacer_of
from onboarding.quotas.pacer import Pacer, bulk_calls
from onboarding.quotas.policy import PacePolicy

__all__ = ["PacePolicy", "Pacer", "Quota", "bulk_calls", "pacer_of"]
