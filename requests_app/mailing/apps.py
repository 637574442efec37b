from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "requests_app.mailing"
    label = "mailing"
    verbose_name = "Mailing"
