"""WSGI entry point for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ccm_portal.settings")
application = get_wsgi_application()

# A page makes thousands of objects that die with it; what is loaded by now lives as long as the process. Looking
# through all of it every 700 objects, as Python does by default, costs a tenth of the time of each page.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
