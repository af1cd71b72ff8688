"""What simulators of providers share: a clock, a store, misbehaviour, a control endpoint, a desk.

Nothing here knows a provider, and nothing here imports the rest of the library: a simulator that
agrees with an adapter then says something about both.
"""

from .clock import VirtualClock
from .control import Control, actions_of, is_elsewhere, is_foreign
from .exchanges import MASK, Exchange, Exchanges, Mask
from .misbehaviour import Fault, Misbehaviour
from .tables import Row, Tables

__all__ = [
    "MASK",
    "Control",
    "Exchange",
    "Exchanges",
    "Fault",
    "Mask",
    "Misbehaviour",
    "Row",
    "Tables",
    "VirtualClock",
    "actions_of",
    "is_elsewhere",
    "is_foreign",
]
