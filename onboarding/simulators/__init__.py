"""What simulators of providers share: a clock, a store, misbehaviour, a control endpoint.

Nothing here knows a provider, and nothing here imports the rest of the library: a simulator that
agrees with an adapter then says something about both.
"""

from .clock import VirtualClock
from .control import Control, actions_of
from .delivery import notify
from .misbehaviour import Fault, Misbehaviour
from .tables import Row, Tables

__all__ = [
    "Control",
    "Fault",
    "Misbehaviour",
    "Row",
    "Tables",
    "VirtualClock",
    "actions_of",
    "notify",
]
