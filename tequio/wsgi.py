"""The WSGI door of the hub: `granian --interface wsgi tequio.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tequio.settings")
application = get_wsgi_application()
