"""A record as the `verified_claims` object of OpenID Identity Assurance, in both directions."""

from onboarding.claims.reading import VerifiedClaims, from_verified_claims
from onboarding.claims.verification import Provenance
from onboarding.claims.writing import to_verified_claims

__all__ = ["Provenance", "VerifiedClaims", "from_verified_claims", "to_verified_claims"]
