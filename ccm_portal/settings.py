"""All settings, from the environment. Development needs none; production must set SECRET_KEY and ALLOWED_HOSTS."""

import secrets
from pathlib import Path

import environ
from django.contrib.messages import constants as message_levels

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))  # database file, uploads, collected static files
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _development_key() -> str:
    """A key of this checkout's own, made on first use, so that no secret stands in the code."""
    path = VAR_DIR / "secret_key"
    try:
        with path.open("x") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY") if PRODUCTION else env.str("SECRET_KEY", default="") or _development_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
FIRST_ANNUAL_REPORT = env.str("FIRST_ANNUAL_REPORT", default="year_initial_due")  # or year_in_force: a working rule
RELAY_REMINDER_DAYS = env.int("RELAY_REMINDER_DAYS", default=14)  # a relay without an answer is then reminded of, once
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")  # the address that mails point to

INSTALLED_APPS = [
    "ccm_portal",
    "reports",
    "coalitions",
    "coalitions.outreach",
    "requests_app",
    "requests_app.extensions",
    "requests_app.discussions",
    "requests_app.help_desk",
    "requests_app.mailing",
    "requests_app.waiting",
    "requests_app.specifics",
    "requests_app.authors",
    "requests_app.country_requests",
    "requests_app.writing",
    "requests_app.supporters",
    "requests_app.shares",
    "requests_app.channels",
    "requests_app.offers",
    "requests_app.workbooks",
    "ccm_portal.accounts",
    "ccm_portal.register",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "ccm_portal.security.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "requests_app.writing.middleware.KeepTextMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "ccm_portal.register.known.forget_what_posts_change",
    "ccm_portal.views.explain_not_allowed",
]

FORM_RENDERER = "ccm_portal.ui.renderer.PortalFormRenderer"
ROOT_URLCONF = "ccm_portal.urls"
WSGI_APPLICATION = "ccm_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "ccm_portal.ui.templatetags.portal"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ccm_portal.nav.navigation",
            ],
        },
    }
]

# --- data --------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # a connection that the server has closed meanwhile is opened anew
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # WAL lets readers go on while one writes; IMMEDIATE makes a writer wait its turn instead of failing half-way.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=10000; "
            "PRAGMA cache_size=-32000; PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;"
        ),
        "transaction_mode": "IMMEDIATE",
    }
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # The server plans a statement that comes again and again once, whatever its values (else it plans anew wherever it
    # hopes for a better plan): our rules of visibility take it longer to plan than to answer.
    DATABASES["default"]["OPTIONS"] = {
        "server_side_binding": True,
        "prepare_threshold": 1,
        # What the portal keeps stands in memory whole: to read it out of order costs no more than in order.
        "options": "-c seq_page_cost=0.2 -c random_page_cost=0.2 -c jit=off -c plan_cache_mode=force_generic_plan",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Sign-in limits count across processes, so the cache is shared: the database's own unless CACHE_URL says otherwise.
CACHES = {"default": env.cache_url("CACHE_URL", default="dbcache://portal_cache")}

# --- people ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "ccm_portal.accounts.adapter.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are opened by ISU staff, who know whom they write to
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "10/m/ip,5/m/key",
    "office_letter": "5/h/key,10/h/ip",  # the relay form to office holders; the key is the writer's address
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "ccm_portal.accounts.adapter.EncryptedSecretsAdapter"
MFA_ENCRYPTION_KEYS = env.list("MFA_ENCRYPTION_KEYS", default=[])  # newest first; derived from SECRET_KEY when unset

# --- mail: rendered into the outbox with the change it reports, sent by `manage.py send_mail` ----------------------
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
MAIL_LATE_AFTER_MINUTES = env.int("MAIL_LATE_AFTER_MINUTES", default=30)  # then boards shout that mail stands still
NIGHTLY_LATE_AFTER_HOURS = env.int("NIGHTLY_LATE_AFTER_HOURS", default=26)  # and that `follow_up` has not run
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="portal@localhost")

# --- language, time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
# Languages are released one by one, when a linguist has read them; the layout is ready for all six, and Arabic's
# direction can be looked at with RELEASED_LANGUAGES=en,ar.
_NAMES = {"en": "English", "fr": "Français", "es": "Español", "ar": "العربية", "ru": "Русский", "zh-hans": "中文"}
LANGUAGES = [(code, _NAMES[code]) for code in env.list("RELEASED_LANGUAGES", default=["en"])]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["ccm_portal.formats"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

# --- files ---------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.str("STATIC_STORAGE", default="whitenoise.storage.CompressedManifestStaticFilesStorage")
    },
}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
MEDIA_ROOT = VAR_DIR / "uploads"  # never served by address: only through a view that asks who is reading
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=10 * 1024 * 1024)
SCANNER = env.str("SCANNER", default="")  # a dotted path or a command, see requests_app/scanning.py
REFERENCE_DIR = BASE_DIR / "reference"

# --- browser security ----------------------------------------------------------------------------------------------
SECURE_CSP = {  # the name that Django 6 uses; `security.py` sends it until then
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": ["'self'", "data:"],
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
CSRF_FAILURE_VIEW = "requests_app.writing.middleware.csrf_failed"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=PRODUCTION)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if PRODUCTION else 0)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
# the classes of a note in portal.css
MESSAGE_TAGS = {message_levels.SUCCESS: "good", message_levels.WARNING: "warn", message_levels.ERROR: "bad"}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.request": {"level": "ERROR"}},  # a refused or unreadable address is no fault of ours
}
