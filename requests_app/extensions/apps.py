from django.apps import AppConfig


class ExtensionsConfig(AppConfig):
    name = "requests_app.extensions"
    label = "extensions"
    verbose_name = "Risk flags and extension requests"
