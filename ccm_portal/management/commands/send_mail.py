"""Send what waits in the outbox, and the digests that are due; run it every minute from cron or a timer."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ccm_portal.accounts.actions import note_run, send_waiting_mails
from ccm_portal.accounts.enums import Job
from ccm_portal.mail_subjects import still_known


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        sent, failed = send_waiting_mails(now=timezone.now(), still_known=still_known)
        note_run(Job.SEND_MAIL, now=timezone.now(), changed=sent)
        self.stdout.write(f"{sent} sent, {failed} failed")
