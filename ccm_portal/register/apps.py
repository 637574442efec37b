from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "ccm_portal.register"
    label = "register"
    verbose_name = "Treaty register"
