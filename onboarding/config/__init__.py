"""Configuration: the gateways by name, and the default one."""

from onboarding.config.gateways import AsyncGateways, Gateways

__all__ = ["AsyncGateways", "Gateways"]
