"""Levels of assurance as a law or a standard defines them, each on a scale of its own."""

from __future__ import annotations

from onboarding.model.ordered import Ordered

__all__ = ["EidasLevel", "NistIal"]


class EidasLevel(Ordered):
    """Regulation (EU) No 910/2014, article 8: what confidence an electronic identity deserves.

    What each takes is in Implementing Regulation (EU) 2015/1502.
    """

    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"


class NistIal(Ordered):
    """NIST SP 800-63A, identity assurance level.

    The words are those of revision 3 (2017) and of revision 4 (2025), and the first of them
    changed its meaning: in revision 3 `ial1` asks for no proofing at all, in revision 4 it does.
    """

    IAL1 = "ial1"
    IAL2 = "ial2"
    IAL3 = "ial3"
