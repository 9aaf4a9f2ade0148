from django.contrib.auth.tokens import PasswordResetTokenGenerator

from ..models import User


class ResetTokens(PasswordResetTokenGenerator):
    """Django's, for accounts that sign in by a password.

    What ends an account's sessions ends its links too.
    """

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return super()._make_hash_value(user, timestamp) + user.session_salt

    def check_token(self, user: User | None, token: str | None) -> bool:
        is_right = super().check_token(user, token)
        return is_right and user is not None and user.has_usable_password()


reset_tokens = ResetTokens()
