"""What can go wrong with an account.

IdentityError
  SignInRefused          wrong name or password, or the account is closed; which of them is not told
    AccountRefused       an identity provider vouches for somebody whom we cannot let in
  TokenRefused           a token that is not one for us
  ProviderUnavailable    the identity provider did not answer
  TooManyAttempts        too many failures for this account or from this address; later again
  AccountNotFound
  InvalidAccount         a field of an account is not acceptable
    UsernameTaken
    WeakPassword
    LastAdministrator    nobody could undo it
"""


class IdentityError(Exception):
    """Something about an account is not as it must be."""


class SignInRefused(IdentityError):
    """Wrong name or password, or the account is closed."""


class AccountRefused(SignInRefused):
    """The provider vouches for somebody whom we cannot let in; the text says what an administrator must do."""


class TokenRefused(IdentityError):
    """A token that is not one for us; the text says why, without repeating the token."""


class ProviderUnavailable(IdentityError):
    """The identity provider did not answer, or answered nothing usable; later again."""


class TooManyAttempts(IdentityError):
    """Too many failures; `retry_after_s` seconds from now an attempt is heard again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many failed sign-ins; try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class AccountNotFound(IdentityError):
    def __init__(self, account: str) -> None:
        super().__init__(f"there is no account {account!r}")
        self.account = account


class InvalidAccount(IdentityError):
    """A field of an account is not acceptable; the text says which and why."""


class UsernameTaken(InvalidAccount):
    def __init__(self, username: str) -> None:
        super().__init__(f"the username {username!r} is taken")


class WeakPassword(InvalidAccount):
    pass


class LastAdministrator(InvalidAccount):
    def __init__(self) -> None:
        super().__init__("this is the last active administrator: make another one first")
