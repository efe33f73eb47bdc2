"""What can go wrong between us and an identity provider."""

from services.identity.errors import IdentityError, SignInRefused


class TokenRefused(IdentityError):
    """A token that is not one for us; the text says why, without repeating the token."""


class ProviderUnavailable(IdentityError):
    """The identity provider did not answer, or answered nothing usable; later again."""


class AccountRefused(SignInRefused):
    """The provider vouches for somebody whom we cannot let in; the text says what an administrator must do."""
