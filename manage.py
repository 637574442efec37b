#!/usr/bin/env python
"""Entry point of every command; `manage.py help` lists them."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ccm_portal.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
