from django.apps import AppConfig


class WaitingConfig(AppConfig):
    name = "requests_app.waiting"
    label = "waiting"
    verbose_name = "Clocks of requests"
