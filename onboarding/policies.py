"""Policies of a gateway: what it sends again, when calls fail at once, which quotas it keeps.

```python
gateway = Gateway(adapter, retry=RetryPolicy(attempts=3), guard=GuardPolicy(pause=60))
```
"""

from onboarding.engine.guard import GuardPolicy
from onboarding.engine.retries import RetryPolicy
from onboarding.quotas import PacePolicy, Quota, bulk_calls

__all__ = ["GuardPolicy", "PacePolicy", "Quota", "RetryPolicy", "bulk_calls"]
