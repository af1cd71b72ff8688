"""The fixtures of the tests of MangoPay's adapter."""

from tests.mangopay.fixtures import fr, noted, server, stage

__all__ = ["fr", "noted", "server", "stage"]
