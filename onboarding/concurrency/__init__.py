"""Runs many calls at once, at most so many in flight, and yields a result for each.

```python
with gateway.create_users(users, in_flight=8) as results:
    for result in results:
        print(result.key, result.error or result.value.id)
```
"""

from typing import TYPE_CHECKING, Any

from onboarding.concurrency.scheduler import CallResult
from onboarding.concurrency.threads import CallResults

if TYPE_CHECKING:
    from onboarding.concurrency.tasks import AsyncCallResults

__all__ = ["AsyncCallResults", "CallResult", "CallResults"]


def __getattr__(name: str) -> Any:
    if name == "AsyncCallResults":  # asyncio is slow to import
        from onboarding.concurrency.tasks import AsyncCallResults

        return AsyncCallResults
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
