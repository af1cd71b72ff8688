"""Runs flows without a socket: conversations, retries, signatures, tokens and outcomes."""

from onboarding.engine.conversation import Steps, conversation, login
from onboarding.engine.frames import without_frames
from onboarding.engine.outcomes import Progress
from onboarding.engine.state import (
    MARGIN,
    Clock,
    Nonces,
    ServerClock,
    TokenRequest,
    Tokens,
    is_fresh,
    new_nonce,
    utc_now,
)

__all__ = [
    "MARGIN",
    "Clock",
    "Nonces",
    "Progress",
    "ServerClock",
    "Steps",
    "TokenRequest",
    "Tokens",
    "conversation",
    "is_fresh",
    "login",
    "new_nonce",
    "utc_now",
    "without_frames",
]
