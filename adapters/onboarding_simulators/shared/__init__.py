"""The parts that simulators share: a clock, tables, faults, a control endpoint, recorded requests.

They know no provider and import neither the library nor an adapter: a simulator that agrees with an
adapter would prove nothing otherwise.
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
