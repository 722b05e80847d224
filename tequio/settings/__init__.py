"""The hub's settings; what differs between installations comes from the environment (docs/running.md)."""

from pathlib import Path
from typing import Any

import dj_database_url
import django_stubs_ext
from csp.constants import NONCE, NONE, SELF

from tequio.settings import env

django_stubs_ext.monkeypatch()

ROOT = Path(__file__).resolve().parents[2]
PACKS = env.folder("TEQUIO_PACKS", ROOT / "packs")
VAR = env.folder("TEQUIO_VAR", ROOT / "var")

DEMO = env.flag("TEQUIO_DEMO")
DEBUG = False
SECRET_KEY = env.secret("TEQUIO_SECRET_KEY", VAR)
BASE_URL = env.text("TEQUIO_BASE_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.words("TEQUIO_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CONTACT = env.text("TEQUIO_CONTACT", "coordinacion@localhost")
BEHIND_PROXY = env.flag("TEQUIO_BEHIND_PROXY")

INSTALLED_APPS = [
    "tequio.kernel",
    "tequio.journal",
    "tequio.notices",
    "tequio.inbound",
    "tequio.charts",
    "tequio.reference",
    "tequio.people",
    "tequio.network",
    "tequio.circuit",
    "tequio.directory",
    "tequio.observatory",
    "tequio.exchange",
    "tequio.site",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tequio.site.middleware.guard",
    "tequio.people.middleware.person",
]

ROOT_URLCONF = "tequio.urls"
WSGI_APPLICATION = "tequio.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tequio.site.context.page",
            ],
        },
    },
]

SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
_database: dict[str, Any] = dict(
    dj_database_url.parse(env.text("DATABASE_URL", f"sqlite:///{VAR / 'tequio.sqlite3'}"), conn_max_age=60)
)
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 5, "init_command": SQLITE_PRAGMAS}
    _database["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "site_cache"}}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 31_536_000 if BASE_URL.startswith("https://") else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_ADAPTER = "tequio.people.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = True
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)

LANGUAGE_CODE = "es"
LANGUAGES = [("es", "Español"), ("en", "English")]
LOCALE_PATHS = [ROOT / "tequio" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}

UPLOADS = VAR / "uploads"
FILE_MEGABYTES = env.number("TEQUIO_FILE_MEGABYTES", 5)
LARGE_FILE_MEGABYTES = env.number("TEQUIO_LARGE_FILE_MEGABYTES", 50)
FILES_PER_MESSAGE = env.number("TEQUIO_FILES_PER_MESSAGE", 3)
FILE_UPLOAD_HANDLERS = ["tequio.kernel.uploads.handler.Bounded"]

MAIL_DIR = VAR / "mail"
_mail = env.text("EMAIL_URL")
DEFAULT_FROM_EMAIL = env.text("TEQUIO_FROM", "Tequio <tequio@localhost>")
EMAIL_BACKEND = "tequio.notices.backends.Mailbox"
if _mail and not DEMO:
    from urllib.parse import unquote, urlsplit

    _parts = urlsplit(_mail)
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _parts.hostname or "localhost", _parts.port or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_parts.username or ""), unquote(_parts.password or "")
    EMAIL_USE_TLS, EMAIL_USE_SSL = _parts.scheme == "smtp+tls", _parts.scheme == "smtps"
EMAIL_TIMEOUT = 20
MAIL_DOMAIN = env.text("TEQUIO_MAIL_DOMAIN", "mail.demo.example" if DEMO else "").lower()
MAIL_PER_DOMAIN = env.number("TEQUIO_MAIL_PER_DOMAIN", 60)
MAIL_MEGABYTES = env.number("TEQUIO_MAIL_MEGABYTES", 30)
MAIL_KEEP_DAYS = env.number("TEQUIO_MAIL_KEEP_DAYS", 30)
IMAP_URL = env.text("IMAP_URL")

ASKS_PER_ADDRESS_AND_HOUR = env.number("TEQUIO_ASKS_PER_ADDRESS_AND_HOUR", 5)
ASKS_PER_NETWORK_AND_HOUR = env.number("TEQUIO_ASKS_PER_NETWORK_AND_HOUR", 20)
ASKS_PER_HOUR = env.number("TEQUIO_ASKS_PER_HOUR", 300)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
