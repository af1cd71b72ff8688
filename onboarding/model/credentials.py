"""The credentials with which a user logs in."""

from __future__ import annotations

from attrs import frozen

from onboarding.model.shapes import LoginName, Text
from onboarding.values.base import Model
from onboarding.values.secret import Secret

__all__ = ["Credentials", "MigratedHash", "Password"]


@frozen(kw_only=True, slots=False, repr=False)
class Password(Model):
    """A permanent password."""

    password: Secret
    """The password, masked in every repr. Example: `correct horse`."""


@frozen(kw_only=True, slots=False, repr=False)
class MigratedHash(Model):
    """A password hash from another user table."""

    scheme: Text = "pre-salt-sha1-base64"
    """How the hash was made. Example: `pre-salt-sha1-base64`."""
    hash: Secret
    """The hash, sent as it is. Example: `W6ph5Mm5Pz8GgiULbPgzG37mj9g=`."""
    salt: Secret
    """The salt, sent as it is. Example: `5f2a`."""
    username: LoginName
    """The name that the user logs in with. Example: `ona`."""


Credentials = Password | MigratedHash
"""What a user logs in with: a password, or a hash moved from another system."""
