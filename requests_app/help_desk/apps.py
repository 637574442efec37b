from django.apps import AppConfig


class HelpDeskConfig(AppConfig):
    name = "requests_app.help_desk"
    label = "help_desk"
    verbose_name = "Help desk"
