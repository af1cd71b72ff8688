"""The fixtures of the tests of Paysera's adapter."""

from tests.paysera.fixtures import api, server, start

__all__ = ["api", "server", "start"]
