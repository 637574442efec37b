from django.apps import AppConfig


class SupportersConfig(AppConfig):
    name = "requests_app.supporters"
    label = "supporters"
    verbose_name = "Supporters"
