"""Configuration: which gateways there are, and which one is meant when none is named."""

from onboarding.config.gateways import AsyncGateways, Gateways

__all__ = ["AsyncGateways", "Gateways"]
