"""The portal's settings, with the floor view beside its pages."""

from ccm_portal.settings import *  # noqa: F403
from ccm_portal.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "bench"]
ROOT_URLCONF = "bench.urls"
