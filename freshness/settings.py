"""All settings, in one place. What a shop may choose is read from the environment and `.env`.

README.md lists the choices; `.env.example` holds them ready to copy.
"""

import logging
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from freshness.config.network_address import lan_address

from .config.databases import SQLITE, on_postgresql, on_sqlite
from .config.environment import Environment, machine_time_zone
from .config.parsers import (
    database,
    email_address,
    email_server,
    folder,
    folder_in,
    host_of,
    one_of,
    other_place,
    postgresql,
    private_address,
    public_key,
    public_url,
    secret,
    short_text,
    time_zone,
    whole_number,
    yes_or_no,
)
from .monitoring.logs import without_path

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules
IN_GUNICORN = "gunicorn" in sys.modules
IN_WAITRESS = sys.argv[1:2] == ["serve"]
SERVING = IN_GUNICORN or IN_WAITRESS

env = Environment()
VAR_DIR = env.folder(BASE_DIR / "var")
if not TESTING:  # a shop's own choices must not change what the tests find
    env.load(BASE_DIR / ".env")

# What a shop may choose

DEBUG = env.read("DEBUG", yes_or_no, default=False)
PORT = env.read("PORT", whole_number(1, 65_535), default=8000)
WEB_CONCURRENCY = env.read("WEB_CONCURRENCY", whole_number(1, 64), default=2)
SHOP_NAME = env.read("SHOP_NAME", short_text(60), default="Freshness Tracker")
LANGUAGES = [("en", "English"), ("es", "Español"), ("tr", "Türkçe")]
LANGUAGE_CODE = env.read("SHOP_LANGUAGE", one_of(*dict(LANGUAGES)), default="en")
REGISTRATION = env.read("REGISTRATION", one_of("approval", "open", "closed"), default="approval")
TIME_ZONE = env.read("TIME_ZONE", time_zone, default=machine_time_zone())
if not TIME_ZONE:
    env.problems.append(
        "TIME_ZONE: this computer's own cannot be told. Write a name such as Europe/Istanbul."
    )
    TIME_ZONE = "UTC"
BEHIND_PROXY = env.read("BEHIND_PROXY", yes_or_no, default=False)
EMAIL_URL = env.read("EMAIL_URL", email_server, default=None)
DEFAULT_FROM_EMAIL = env.read("EMAIL_FROM", email_address, default="")
LOG_FORMAT = env.read("LOG_FORMAT", one_of("plain", "json"), default="plain")
METRICS_PORT = env.read("METRICS_PORT", whole_number(1, 65_535), default=None)
METRICS_HOST = env.read("METRICS_HOST", private_address, default="127.0.0.1")
if METRICS_PORT == PORT:
    env.problems.append("METRICS_PORT: customers are served there. Write another than PORT.")
SCANS_LOG = env.read("SCANS_LOG", folder, default=None)
SECRET_KEY = env.read("SECRET_KEY", secret, default="") or env.kept_secret(VAR_DIR / "secret_key")

# Where customers reach the shop: the one source of QR links and of the hosts that are answered.

PUBLIC_URL = env.read("PUBLIC_URL", public_url, default="")
LAN_MODE = not PUBLIC_URL
if LAN_MODE:
    PUBLIC_URL = f"http://{lan_address() or '127.0.0.1'}:{PORT}"
HTTPS = PUBLIC_URL.startswith("https://")
if not DEFAULT_FROM_EMAIL:
    DEFAULT_FROM_EMAIL = EMAIL_URL.sender(host_of(PUBLIC_URL)) if EMAIL_URL else "shop@localhost"
ALLOWED_HOSTS = [host_of(PUBLIC_URL), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# The wire

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from beside, without https
SECURE_SSL_HOST = urlsplit(PUBLIC_URL).netloc if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Without https, browsers ignore it and write an error into the console of every page.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains too: they may be other machines, and not ours to bind
    "security.W021",  # HSTS preloading: a promise for ever, which is its owner's to make
]
# Browsers take a cookie of this prefix from this very host alone, by https, for all paths.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF],
        "manifest-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "upgrade-insecure-requests": HTTPS,
    }
}
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no page of another site reads anything here

# The application

INSTALLED_APPS = [
    # Before accounts, which takes what they put into Django's admin out again.
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "freshness",
    "accounts",
    "batches",
    "freshness.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "simple_history",
    "django.forms",  # FORM_RENDERER finds Django's own form templates by it
]
MIDDLEWARE = [
    "freshness.monitoring.requests.view_name_middleware",
    # First what adds to every answer, refusals of the others and static files included.
    "freshness.http.middleware.permissions_policy_middleware",
    "freshness.http.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "freshness.http.middleware.LocaleMiddleware",  # before whatever may refuse, in words
    "freshness.http.middleware.upload_limit_middleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    # What is the same for everybody ends here; shared caches may keep it.
    "accounts.middleware.public_view_middleware",
    "freshness.http.middleware.nul_in_cookies_middleware",
    "freshness.http.middleware.shop_day_middleware",
    "freshness.http.middleware.replication_wait_middleware",
    "freshness.http.middleware.form_parsing_middleware",  # before CSRF's, which reads the form
    "freshness.http.save_limit.SaveLimitMiddleware",
    "freshness.http.save_limit.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.account_language_middleware",
    "accounts.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "accounts.middleware.RetryLaterMiddleware",
    "axes.middleware.AxesMiddleware",
    "freshness.http.middleware.method_not_allowed_middleware",
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
                "freshness.http.context_processors.shop",
            ],
        },
    },
]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own
CSRF_FAILURE_VIEW = "freshness.http.error_views.csrf_failure"
FORM_RENDERER = "freshness.http.form_renderer.FieldRenderer"

# The paths that take more than DATA_UPLOAD_MAX_MEMORY_SIZE, and how many bytes.
LARGE_UPLOADS = {"/admin/import": 25 * 1024**2}

# Data

IN_VAR = {"ENGINE": SQLITE, "NAME": VAR_DIR / "freshness.sqlite3"}
DATABASE_POOL = env.read("DATABASE_POOL", whole_number(2, 1_000), default=12)
DATABASES = {"default": env.read("DATABASE_URL", database, default=IN_VAR)}
if replica := env.read("DATABASE_REPLICA_URL", postgresql, default=None):
    DATABASES["replica"] = replica
    if DATABASES["default"]["ENGINE"] == SQLITE:
        env.problems.append(
            "DATABASE_REPLICA_URL: SQLite has no replicas. Write where PostgreSQL is in "
            "DATABASE_URL, or leave this out."
        )
for alias, config in DATABASES.items():
    if config["ENGINE"] == SQLITE:
        DATABASES[alias] = on_sqlite(config, test_file=VAR_DIR / "test.sqlite3")
    else:
        DATABASES[alias] = on_postgresql(
            config, DATABASE_POOL, is_serving=SERVING, is_replica=alias == "replica"
        )

# Requests that may save, at once in each process. gunicorn lends each that waits a thread; waitress
# has these threads for them.
SAVES_AT_ONCE = 4 if IN_WAITRESS else 32

# Backups; docs/BACKUPS.md
SCHEDULED_JOBS = env.read("SCHEDULED_JOBS", yes_or_no, default=True)
BACKUP_DIR = env.read("BACKUP_DIR", folder_in(BASE_DIR), default=VAR_DIR / "backups")
BACKUP_KEY = env.read("BACKUP_KEY", public_key, default="")
BACKUP_COPY_TO = env.read("BACKUP_COPY_TO", other_place, default="")
if BACKUP_COPY_TO and (BASE_DIR / BACKUP_COPY_TO).resolve() == BACKUP_DIR:
    env.problems.append(
        "BACKUP_COPY_TO: this is where backups are already. Write a folder on another disk."
    )

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
SIMPLE_HISTORY_REVERT_DISABLED = True  # going back to how it was is a change like any other

# Accounts

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # refuses whoever has guessed too often
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["accounts.login.hashers.PBKDF2PasswordHasher"]
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # seconds
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

# Wrong passwords, each within AXES_COOLOFF_TIME of the one before, after which it must pass. One
# forgotten password shuts out one account at one address; guessing from many addresses shuts the
# account, and guessing many accounts the address.
MOST_FAILURES = {("username", "ip_address"): 5, ("username",): 50, ("ip_address",): 100}
AXES_LOCKOUT_PARAMETERS = [list(parameters) for parameters in MOST_FAILURES]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_HANDLER = "accounts.login.lockout.Handler"
AXES_LOCKOUT_CALLABLE = "accounts.login.lockout.locked_out"
AXES_CLIENT_IP_CALLABLE = "accounts.client_address.client_network"
AXES_USERNAME_CALLABLE = "accounts.login.lockout.typed_email"
AXES_USERNAME_FORM_FIELD = "username"
AXES_DISABLE_ACCESS_LOG = True  # the security log has it
AXES_ENABLE_ADMIN = AXES_VERBOSE = False

# Codes of a second factor; accounts/rate_limits.py says how many may be tried.
OTP_TOTP_ISSUER = SHOP_NAME
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0

# E-mail; where no server is set, it is written in the terminal

SENDS_EMAIL = bool(EMAIL_URL)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if SENDS_EMAIL else 'console'}.EmailBackend"
if EMAIL_URL:
    EMAIL_HOST, EMAIL_PORT = EMAIL_URL.host, EMAIL_URL.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL_URL.user, EMAIL_URL.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_URL.starttls, EMAIL_URL.tls
EMAIL_TIMEOUT = 10  # seconds

# Words, dates and static files

LOCALE_PATHS = [BASE_DIR / "freshness" / "locale"]
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
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "freshness.monitoring.logs.PlainLine",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
        "json_line": {
            "()": "freshness.monitoring.logs.JsonLine",
            "fmt": "{message}",
            "style": "{",
            "rename_fields": {"message": "event"},
            "timestamp": "at",
        },
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "{message}",
            "style": "{",
            "rename_fields": {"message": "event"},
            "timestamp": "at",
        },
    },
    "filters": {
        # A full queue for passwords is no fault, and in a flood of logins would fill the log.
        "not_busy": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: getattr(record, "status_code", None) != 503,
        },
        "without_path": {
            "()": "django.utils.log.CallbackFilter",
            "callback": without_path,
        },
    },
    "handlers": {
        "terminal": {
            "class": "logging.StreamHandler",
            "formatter": "json_line" if LOG_FORMAT == "json" else "line",
            "filters": ["without_path"],
        },
        "security": {
            "class": "freshness.monitoring.logs.FileOfEvents",
            "filename": os.devnull if TESTING else VAR_DIR / "security.log",
            "delay": True,
            "encoding": "utf-8",
            "formatter": "json",
        },
    },
    "loggers": {
        "freshness": {"handlers": ["terminal"], "level": "WARNING"},
        "freshness.security": {"handlers": ["security"], "level": "INFO", "propagate": False},
        "waitress": {"handlers": ["terminal"], "level": "ERROR", "propagate": False},
        "waitress.queue": {"level": "CRITICAL"},  # that somebody waits for a moment is no fault
        "psycopg.pool": {"handlers": ["terminal"], "level": "WARNING", "propagate": False},
        "axes": {"level": "CRITICAL"},  # the security log says it, and no more than it should
        "django": {"handlers": ["terminal"], "level": "WARNING", "propagate": False},
        # A form filled in wrongly is no news, nor is a stranger who names another
        # host or a thousand fields.
        "django.request": {"level": "ERROR", "filters": ["not_busy"]},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.security.TooManyFieldsSent": {"level": "CRITICAL"},
    },
}
if LOG_FORMAT == "json":
    in_terminal = {"handlers": ["terminal"], "propagate": False}
    LOGGING["loggers"] |= {
        "freshness.requests": in_terminal | {"level": "INFO"},  # a line for each
        "gunicorn.error": in_terminal | {"level": "ERROR"},
        "py.warnings": in_terminal | {"level": "WARNING"},
    }
    logging.captureWarnings(True)
if METRICS_PORT:
    LOGGING["handlers"]["metrics"] = {"class": "freshness.monitoring.metrics.SecurityEvents"}
    LOGGING["loggers"]["freshness.security"]["handlers"] += ["metrics"]
