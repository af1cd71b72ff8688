"""Who is who at which provider, what was called and what is due, in a database.

It needs the extra `directory`.

```python
directory = Directory.open("sqlite:///onboarding.db")
claim = directory.claim("user-42", "fr", "create_user", content=user)
if claim.granted:
    record = gateway.create_user(user, idempotency_key=claim.operation.key)
    directory.finish(claim, Outcome.DONE, id=record.id)
    directory.save("user-42", record)
```
"""

from onboarding.directory.directories import AsyncDirectory, Directory
from onboarding.directory.due import DueItem, DueKind
from onboarding.directory.operations import key_of
from onboarding.directory.state import Change, DocumentState, RecordState
from onboarding.directory.transaction import Transaction
from onboarding.directory.values import (
    AuditEntry,
    Claim,
    ClaimState,
    DirectoryUser,
    Erasure,
    Kept,
    LifecycleEvent,
    Move,
    MoveState,
    Operation,
    OperationState,
    Pause,
    Progress,
    Reference,
    StoredNotification,
    Submitted,
)

__all__ = [
    "AsyncDirectory",
    "AuditEntry",
    "Change",
    "Claim",
    "ClaimState",
    "Directory",
    "DirectoryUser",
    "DocumentState",
    "DueItem",
    "DueKind",
    "Erasure",
    "Kept",
    "LifecycleEvent",
    "Move",
    "MoveState",
    "Operation",
    "OperationState",
    "Pause",
    "Progress",
    "RecordState",
    "Reference",
    "StoredNotification",
    "Submitted",
    "Transaction",
    "key_of",
]
