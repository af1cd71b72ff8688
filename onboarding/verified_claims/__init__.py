"""A record as the `verified_claims` object of OpenID Identity Assurance, in both directions."""

from onboarding.verified_claims.reading import VerifiedClaims, from_verified_claims
from onboarding.verified_claims.verification import Provenance
from onboarding.verified_claims.writing import to_verified_claims

__all__ = ["Provenance", "VerifiedClaims", "from_verified_claims", "to_verified_claims"]
