"""The shop's settings, with Django's own hasher: as many passwords are hashed at once as come."""

from freshness.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
