"""Conversion between records and the `verified_claims` object of OpenID Identity Assurance."""

from onboarding.verified_claims.reading import VerifiedClaims, from_verified_claims
from onboarding.verified_claims.verification import Provenance
from onboarding.verified_claims.writing import to_verified_claims

__all__ = ["Provenance", "VerifiedClaims", "from_verified_claims", "to_verified_claims"]
