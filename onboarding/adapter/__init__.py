"""The base class of adapters: settings, provenance, translation and the hooks of the engine."""

from onboarding.adapter.base import Adapter
from onboarding.adapter.settings import Held, Provenance

__all__ = ["Adapter", "Held", "Provenance"]
