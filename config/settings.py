"""Every setting of the site. What differs between machines comes from the environment (.env.example lists it)."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env

from config.logging import configure_structlog, logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
_env_file = Path(env.str("ENV_FILE", str(BASE_DIR / ".env")))
if _env_file.is_file():
    env.read_env(str(_env_file))

# --- Where it runs -------------------------------------------------------------------------------------------------
PRODUCTION = env.str("DJANGO_ENV", "local") == "production"
DEBUG = env.bool("DEBUG", False)
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
DEMO = env.bool("DEMO", False)
DEMO_WAIVE_MFA = env.bool("DEMO_WAIVE_MFA", False)


def _secret_key() -> str:
    """The key from the environment; on a trial machine one that is made once and kept in the data folder."""
    given = env.str("SECRET_KEY", "")
    if given:
        return given
    if PRODUCTION:
        raise ImproperlyConfigured("Set SECRET_KEY: production never invents one.")
    kept = DATA_DIR / "secret_key"
    if not kept.is_file():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(64))
    return kept.read_text()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
# Addresses in e-mails and PDFs that a job makes, where no request tells the host.
BASE_URL = env.str("BASE_URL", f"http://127.0.0.1:{env.int('PORT', 8000)}").rstrip("/")

# --- Apps ----------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rules.apps.AutodiscoverRulesConfig",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_cotton",
    "django_htmx",
    "django_structlog",
    "csp",
    # Our rooms, highest first.
    "equity",
    "metrics",
    "pdsa",
    "teams",
    "collab",
    "collab.common",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "collab.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "collab.middleware.RefuseNulMiddleware",
    "collab.middleware.RequireSecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "collab.context_processors.site",
                "teams.demo.context",
            ],
        },
    }
]

# --- Data ----------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if SQLITE:
    # IMMEDIATE: two writers queue up instead of failing half-way when the second one upgrades its lock.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;"
            "PRAGMA synchronous=NORMAL;"
            "PRAGMA busy_timeout=20000;"
            "PRAGMA foreign_keys=ON;"
            "PRAGMA mmap_size=134217728;"
            "PRAGMA cache_size=-20000;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A page's queries are short: compiling one, which a high estimate is enough for, took longer than running it.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A month's grid sends up to five fields a cell; thirty measures by twenty groups are well inside this.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL:
    CACHES: dict[str, dict[str, object]] = {
        "default": {
            "BACKEND": "collab.common.caches.SteadyRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
        }
    }
else:
    # Rate limits must hold across the web processes, so the trial machine shares a cache on disk.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(DATA_DIR / "cache"),
            # At the default of 300 entries, a flood of requests would push its own counters out.
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }

# --- Jobs ----------------------------------------------------------------------------------------------------------
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "visibility_timeout": 3600,
        "socket_connect_timeout": 1,
        "socket_timeout": 10,
        # Left alone, kombu knocks at a closed door for six seconds while somebody waits for their page.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
    }
else:
    _broker = DATA_DIR / "broker"
    for _folder in ("queue", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_SOFT_TIME_LIMIT = 1740
# A submission must not wait for a broker that is down: one quick try, then the sweep catches up.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-stale-marks": {"task": "collab.common.tasks.sweep", "schedule": timedelta(seconds=20)},
    "engagement-figures": {
        "task": "metrics.tasks.record_engagement_everywhere",
        "schedule": timedelta(hours=1),
    },
    "fidelity-scores": {"task": "pdsa.tasks.refresh_fidelity", "schedule": timedelta(hours=6)},
    # Mondays at noon UTC: on the desk in the morning from Maine to Hawaii.
    "signals-of-the-week": {
        "task": "metrics.tasks.tell_signals_of_the_week",
        "schedule": crontab(minute=0, hour=12, day_of_week=1),
    },
    "old-reports": {"task": "metrics.tasks.delete_old_reports_daily", "schedule": timedelta(days=1)},
    "cycles-without-owner": {"task": "pdsa.tasks.pass_on_cycles_everywhere", "schedule": timedelta(hours=1)},
    "tidy-job-runs": {"task": "collab.common.tasks.tidy", "schedule": timedelta(minutes=10)},
}

# --- People --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "collab.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "my_work"
ACCOUNT_ADAPTER = "collab.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "collab.forms.accounts.LoginForm",
    "add_email": "collab.forms.accounts.AddEmailForm",
    "change_password": "collab.forms.accounts.ChangePasswordForm",
    "set_password": "collab.forms.accounts.SetPasswordForm",
    "reset_password": "collab.forms.accounts.ResetPasswordForm",
    "reset_password_from_key": "collab.forms.accounts.ResetPasswordKeyForm",
    "reauthenticate": "collab.forms.accounts.ReauthenticateForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
# What allauth does not limit itself; its own limits for sign-in, reset and verification stay as they are.
ACCOUNT_RATE_LIMITS = {"invitation": "30/m/ip", "demo_sign_in": "30/m/ip"}
# How many proxies stand in front: without it everybody behind a proxy would share one limit.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_FORMS = {
    "authenticate": "collab.forms.accounts.AuthenticateForm",
    "reauthenticate": "collab.forms.accounts.CodeAgainForm",
    "activate_totp": "collab.forms.accounts.ActivateTOTPForm",
    "add_webauthn": "collab.forms.accounts.AddWebAuthnForm",
    "edit_webauthn": "collab.forms.accounts.EditWebAuthnForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = "Learning Commons"
# Browsers allow passkeys on http only at localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION

# --- Mail ----------------------------------------------------------------------------------------------------------
# MAIL_PROVIDER names an anymail backend ("mailgun", "postmark", …); without it EMAIL_URL says how, and a trial
# machine writes its mails into the data folder.
MAIL_PROVIDER = env.str("MAIL_PROVIDER", "")
if MAIL_PROVIDER:
    INSTALLED_APPS.append("anymail")
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
    ANYMAIL = {
        "MAILGUN_API_KEY": env.str("MAIL_API_KEY", ""),
        "POSTMARK_SERVER_TOKEN": env.str("MAIL_API_KEY", ""),
        "SENDGRID_API_KEY": env.str("MAIL_API_KEY", ""),
        "BREVO_API_KEY": env.str("MAIL_API_KEY", ""),
    }
elif env.str("EMAIL_URL", ""):
    _mail = env.dj_email_url("EMAIL_URL")
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST = _mail["EMAIL_HOST"]
    EMAIL_PORT = _mail["EMAIL_PORT"] or 25
    EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Learning Commons <no-reply@localhost>")
EMAIL_TIMEOUT = 10

# --- Words and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
LANGUAGES = [("en-us", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files --------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
_NODE = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    # Third-party front-end code comes from npm packages at install time and is served as it is.
    *(
        (f"vendor/{name}", folder)
        for name, folder in {
            "bootstrap/css": _NODE / "bootstrap" / "dist" / "css",
            "bootstrap/js": _NODE / "bootstrap" / "dist" / "js",
            "htmx": _NODE / "htmx.org" / "dist",
            "plotly": _NODE / "plotly.js-basic-dist-min",
        }.items()
        if folder.is_dir()
    ),
]
# All that pages use of these packages; the source maps are named inside the files beside them.
VENDOR_FILES = {
    "vendor/bootstrap/css/bootstrap.min.css",
    "vendor/bootstrap/css/bootstrap.min.css.map",
    "vendor/bootstrap/js/bootstrap.bundle.min.js",
    "vendor/bootstrap/js/bootstrap.bundle.min.js.map",
    "vendor/htmx/htmx.min.js",
    "vendor/plotly/plotly-basic.min.js",
}
STATICFILES_FINDERS = [
    "collab.common.staticfiles.ChosenFilesFinder",
    "collab.common.staticfiles.ChosenAppsFinder",
]
STATICFILES_APPS = ["allauth.account", "allauth.mfa"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "collab.common.staticfiles.ManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 60
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Security ------------------------------------------------------------------------------------------------------
# Plotly fills an empty style element through CSSOM: this is the hash of the empty string, nothing else is let in.
EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, EMPTY_STYLE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "camera",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "payment",
        "usb",
    )
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "collab.views.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# --- Logs ----------------------------------------------------------------------------------------------------------
configure_structlog()
LOGGING = logging_config(
    style=env.str("LOG_FORMAT", "json" if PRODUCTION else "console"), level=env.str("LOG_LEVEL", "INFO")
)
# Jobs carry the id of the request that sent them. The sweep runs three times a minute: only failures are news.
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = logging.DEBUG

# --- Forms ---------------------------------------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
# A field that can not be drawn is an error, never a gap in the form.
CRISPY_FAIL_SILENTLY = False
