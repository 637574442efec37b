from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "coalitions.outreach"
    label = "outreach"
    verbose_name = "Follow-ups and outreach"
