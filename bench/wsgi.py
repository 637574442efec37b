"""The portal as gunicorn serves it, and in the same processes the floor behind the two middlewares that it needs."""

import os
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.test.utils import override_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
portal = get_wsgi_application()
with override_settings(MIDDLEWARE=settings.FLOOR_MIDDLEWARE):
    bare = WSGIHandler()


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """The floor to those who ask for it, the portal for all else."""
    handler = bare if environ["PATH_INFO"] == "/floor/" else portal
    return handler(environ, start_response)
