"""Configuration: which gateways there are, and which one is meant when none is named."""

from onboarding.config.gateways import Gateways

__all__ = ["Gateways"]
