"""The fixtures of the tests of Paysera's simulator."""

from tests.paysera.fixtures import api, server, start

__all__ = ["api", "server", "start"]
