"""Moves the users of a directory from one provider to another: planned, applied, retired.

It needs the extra `directory`.

```python
plan = plan_migration(directory, source=gateways["fr"], target=gateways["lt"])
migration = Migration(plan=plan, directory=directory, source=gateways["fr"], target=gateways["lt"])
for move in migration.apply():
    print(move.own_id, move.state)
```
"""

from onboarding.migration.completing import completed_from
from onboarding.migration.migrations import Migration, MigrationStatus
from onboarding.migration.planning import plan_migration
from onboarding.migration.plans import (
    MigrationPlan,
    Need,
    PlannedState,
    PlannedUser,
    Profile,
    Side,
)

__all__ = [
    "Migration",
    "MigrationPlan",
    "MigrationStatus",
    "Need",
    "PlannedState",
    "PlannedUser",
    "Profile",
    "Side",
    "completed_from",
    "plan_migration",
]
