"""All settings, in one place. What a shop may choose is read from the environment and `.env`.

README.md lists the choices; `.env.example` holds them ready to copy.
"""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from batches.addresses import lan_address

from .environment import Environment, kept_secret, machine_time_zone
from .parsers import (
    database,
    host_of,
    one_of,
    public_url,
    secret,
    short_text,
    time_zone,
    whole_number,
    yes_or_no,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(mode=0o700, exist_ok=True)
TESTING = "pytest" in sys.modules

env = Environment()
if not TESTING:  # a shop's own choices must not change what the tests find
    env.load(BASE_DIR / ".env")

# What a shop may choose

DEBUG = env.read("DEBUG", yes_or_no, default=False)
PORT = env.read("PORT", whole_number(1, 65_535), default=8000)
WEB_CONCURRENCY = env.read("WEB_CONCURRENCY", whole_number(1, 64), default=2)
SHOP_NAME = env.read("SHOP_NAME", short_text(60), default="Freshness Tracker")
REGISTRATION = env.read("REGISTRATION", one_of("approval", "open", "closed"), default="approval")
TIME_ZONE = env.read("TIME_ZONE", time_zone, default=machine_time_zone())
if not TIME_ZONE:
    env.problems.append(
        "TIME_ZONE: this computer's own cannot be told. Write a name such as Europe/Istanbul."
    )
    TIME_ZONE = "UTC"
BEHIND_PROXY = env.read("BEHIND_PROXY", yes_or_no, default=False)
SECRET_KEY = env.read("SECRET_KEY", secret, default="") or kept_secret(VAR_DIR / "secret_key")

# Where customers reach the shop: the one source of QR links and of the hosts that are answered.

PUBLIC_URL = env.read("PUBLIC_URL", public_url, default="")
LAN_MODE = not PUBLIC_URL
if LAN_MODE:
    PUBLIC_URL = f"http://{lan_address() or '127.0.0.1'}:{PORT}"
HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = [host_of(PUBLIC_URL), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_SSL_HOST = urlsplit(PUBLIC_URL).netloc if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None

# The application

INSTALLED_APPS = [
    "freshness",
    "accounts",
    "batches",
    "freshness.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # FORM_RENDERER finds Django's own form templates by it
]
MIDDLEWARE = [
    "freshness.middleware.refuse_nul_in_cookies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "freshness.urls"
WSGI_APPLICATION = "freshness.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # static/ too: the report carries its style sheets inside it, by {% include %}.
        "DIRS": [BASE_DIR / "templates", BASE_DIR / "static"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "freshness.context_processors.shop",
            ],
        },
    },
]
CSRF_FAILURE_VIEW = "freshness.views.csrf_failure"
FORM_RENDERER = "freshness.forms.FieldRenderer"

# Data

SQLITE_SAFE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,  # seconds a writer waits for another
    # What was answered "saved" survives a kill and a power cut.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}


def with_safe_options(config: dict[str, Any]) -> dict[str, Any]:
    if config["ENGINE"] == "django.db.backends.sqlite3":
        test = {"NAME": VAR_DIR / "test.sqlite3"}  # a file, as a shop has
        return config | {"OPTIONS": SQLITE_SAFE, "TEST": test}
    return config | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


IN_VAR = {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR_DIR / "freshness.sqlite3"}
DATABASES = {"default": with_safe_options(env.read("DATABASE_URL", database, default=IN_VAR))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "full_name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "portal"
LOGOUT_REDIRECT_URL = "landing"
SESSION_COOKIE_AGE = 7 * 24 * 60 * 60  # seconds

# Words, dates and static files

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
FORMAT_MODULE_PATH = "freshness.formats"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
HASHED_STATIC_FILES = "whitenoise.storage.CompressedManifestStaticFilesStorage"
PLAIN_STATIC_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": PLAIN_STATIC_FILES if DEBUG or TESTING else HASHED_STATIC_FILES},
}

# For checks.py
SETTINGS_PROBLEMS = env.problems
SETTINGS_UNKNOWN = env.unknown()

# Django mails errors to nobody by default; whoever runs the shop reads them in the terminal.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django": {"handlers": ["terminal"], "level": "WARNING", "propagate": False},
        # A form filled in wrongly is no news, nor is a stranger who names another host.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
