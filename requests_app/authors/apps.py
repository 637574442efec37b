from django.apps import AppConfig


class AuthorsConfig(AppConfig):
    name = "requests_app.authors"
    label = "authors"
    verbose_name = "National authors"
