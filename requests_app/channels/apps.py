from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "requests_app.channels"
    label = "channels"
    verbose_name = "Direct channels"
