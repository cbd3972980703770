"""Django settings; everything that differs between machines comes from the environment."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from evkit.assets import digest_of, is_kept
from evkit.core.logging import logging_settings
from evkit.environment import BASE_DIR, database_settings, read_environment, read_mail_server

environment = read_environment()

SECRET_KEY = environment.secret_key
DEBUG = environment.debug
ALLOWED_HOSTS = list(environment.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(environment.trusted_origins)

EVKIT_DATA_DIR = environment.data_dir
EVKIT_SERVED = environment.served
EVKIT_REDIS_URL = environment.redis_url
EVKIT_ONLY = environment.only
EVKIT_TLS_CERTIFICATE = environment.tls_certificate
EVKIT_TLS_KEY = environment.tls_key
EVKIT_TLS_NAMES = environment.tls_names
EVKIT_CLIENT_CERTIFICATE_HEADER = environment.client_certificate_header
EVKIT_ORGANISATION = environment.organisation
EVKIT_PUBLIC_URL = environment.public_url
EVKIT_TRUSTED_PROXIES = environment.trusted_proxies

INSTALLED_APPS = [
    "evkit",
    "evkit.core",
    "sites",
    "chargers",
    "charging",
    "history",
    "alarms",
    "evkit.console",
    "sites.admin_config.EvkitAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "django_htmx",
    "django_tables2",
    "ninja",
]

MIDDLEWARE = [
    "evkit.console.middleware.TrustedProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "evkit.compressed.CompressedStaticMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "evkit.console.middleware.ContentSecurityPolicyMiddleware",
    "evkit.console.middleware.FreshPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "evkit.console.middleware.UserLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "evkit.console.middleware.UserPreferencesMiddleware",
    "evkit.console.middleware.TooLargeMiddleware",
    "evkit.console.middleware.SeenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "evkit.urls"
ASGI_APPLICATION = "evkit.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "evkit.console.context.frame",
            ],
        },
    },
]

DATABASES = {"default": database_settings(environment)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "evsites.User"
AUTHENTICATION_BACKENDS = ["sites.authentication.ThrottledBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "sites"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_VERSION = digest_of(BASE_DIR / "static")
STATIC_URL = f"/static/{STATIC_VERSION}/"
STATIC_ROOT = environment.data_dir / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "evkit.assets.Assets"},
}
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
if not DEBUG:
    WHITENOISE_IMMUTABLE_FILE_TEST = is_kept

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = environment.https
if environment.trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

if environment.redis_url:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [environment.redis_url], "prefix": "evkit"},
        }
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

CELERY_BROKER_URL = environment.redis_url or "memory://localhost"

mail_server = read_mail_server()
EMAIL_HOST = mail_server.host
EMAIL_PORT = mail_server.port
EMAIL_HOST_USER = mail_server.user
EMAIL_HOST_PASSWORD = mail_server.password
EMAIL_USE_TLS = mail_server.starttls
EMAIL_USE_SSL = mail_server.tls
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = mail_server.sender

LOGGING = logging_settings(environment.log_format)
