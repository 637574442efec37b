"""Send what waits in the outbox; run it every minute from cron or a timer."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ccm_portal.accounts.actions import send_waiting_mails


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        sent, failed = send_waiting_mails(now=timezone.now())
        self.stdout.write(f"{sent} sent, {failed} failed")
