"""The fixtures of the tests of Stripe's adapter."""

import pytest

pytest.importorskip("stripe", reason="of the extra `test`")

from tests.stripe.fixtures import gateway, server, stage
from tests.stripe.scene import scene

__all__ = ["gateway", "scene", "server", "stage"]
