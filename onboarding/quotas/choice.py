"""Which pacer a gateway has, by its policy and its adapter."""

from __future__ import annotations

from typing import Literal

from onboarding.adapter import Adapter
from onboarding.engine.pace import QuotaState
from onboarding.errors import ConfigurationError, Problem
from onboarding.quotas.memory import MemoryPacer
from onboarding.quotas.pacer import Pacer
from onboarding.quotas.policy import PacePolicy, is_address, shown_store
from onboarding.urls import is_loopback

__all__ = ["pacer_of"]


def pacer_of(adapter: Adapter, policy: PacePolicy | Pacer | Literal[False] | None) -> Pacer | None:
    """Returns the pacer of a gateway, None if there is nothing to keep.

    Without a policy, the quotas that the adapter declares are kept, except at a host of this
    machine: a simulator has none. Raises `ConfigurationError` for a store that cannot be opened.
    """
    if isinstance(policy, Pacer):
        return policy
    if policy is False or (policy is None and is_loopback(adapter.base or "")):
        return None
    policy = policy or PacePolicy()
    quotas = adapter.own_quotas if policy.quotas is None else policy.quotas
    if not quotas:
        return None
    pace = QuotaState(quotas, policy.share, policy.bulk_share)
    if policy.store is None:
        return MemoryPacer(pace)
    if is_address(policy.store):
        try:
            from onboarding.quotas.postgresql import PostgresqlPacer
        except ImportError:
            text = "needs the package psycopg: pip install 'onboarding[postgresql]'"
            raise ConfigurationError([Problem("pace.store", "missing", text)]) from None
        shown = shown_store(policy.store)
        return PostgresqlPacer(policy.store, shown, adapter.quota_account, pace)
    from onboarding.quotas.sqlite import SqlitePacer  # imports sqlite3

    return SqlitePacer(policy.store, adapter.quota_account, pace)
