from django.apps import AppConfig


class SpecificsConfig(AppConfig):
    name = "requests_app.specifics"
    label = "specifics"
    verbose_name = "Parts of requests"
