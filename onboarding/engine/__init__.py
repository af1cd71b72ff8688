"""Runs flows without a socket: conversations, retries, signatures, tokens and outcomes."""

from onboarding.engine.conversation import Step, Steps, conversation, login
from onboarding.engine.frames import without_frames
from onboarding.engine.guard import Guard, GuardPolicy
from onboarding.engine.outcomes import Progress
from onboarding.engine.retries import RetryBudget, RetryPolicy, Wait
from onboarding.engine.state import (
    MARGIN,
    Clock,
    Nonces,
    SecretsRequest,
    ServerClock,
    TokenRequest,
    Tokens,
    new_nonce,
    utc_now,
)

__all__ = [
    "MARGIN",
    "Clock",
    "Guard",
    "GuardPolicy",
    "Nonces",
    "Progress",
    "RetryBudget",
    "RetryPolicy",
    "SecretsRequest",
    "ServerClock",
    "Step",
    "Steps",
    "TokenRequest",
    "Tokens",
    "Wait",
    "conversation",
    "login",
    "new_nonce",
    "utc_now",
    "without_frames",
]
