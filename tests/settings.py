"""The portal's settings, faster and stricter: no collected static files, cheap password hashes."""

import os

os.environ.setdefault("STATIC_STORAGE", "django.contrib.staticfiles.storage.StaticFilesStorage")
os.environ.setdefault("EMAIL_URL", "memorymail://")

from ccm_portal.settings import *  # noqa: F403
from ccm_portal.settings import TEMPLATES, VAR_DIR

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Undefined template variables show up as this text, and a test looks for it.
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "UNDEFINED-VARIABLE-%s"
MEDIA_ROOT = VAR_DIR / "test-uploads"
