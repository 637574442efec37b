from django.apps import AppConfig


class WritingConfig(AppConfig):
    name = "requests_app.writing"
    label = "writing"
    verbose_name = "Writing of requests"
