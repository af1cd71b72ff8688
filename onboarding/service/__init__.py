"""The users of a backend at all its providers: once, however often, from however many processes.

It needs the extra `directory`.

```python
service = OnboardingService(gateways, directory, gateways.routes)
service.onboard("user-42", user)
service.receive("fr", notification)
service.due(within=timedelta(days=14))
```
"""

from onboarding.service._async.service import AsyncOnboardingService
from onboarding.service._sync.service import OnboardingService
from onboarding.service.endpoints import AsgiNotifications, WsgiNotifications
from onboarding.service.lifecycle import Lifecycle, LifecycleKind, lifecycle
from onboarding.service.values import Due, Onboarding, OnboardingStatus, Submission, Sweep

__all__ = [
    "AsgiNotifications",
    "AsyncOnboardingService",
    "Due",
    "Lifecycle",
    "LifecycleKind",
    "Onboarding",
    "OnboardingService",
    "OnboardingStatus",
    "Submission",
    "Sweep",
    "WsgiNotifications",
    "lifecycle",
]
