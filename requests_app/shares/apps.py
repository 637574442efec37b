from django.apps import AppConfig


class SharesConfig(AppConfig):
    name = "requests_app.shares"
    label = "shares"
    verbose_name = "Shares and deliveries"
