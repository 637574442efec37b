from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "ccm_portal.accounts"
    label = "accounts"
    verbose_name = "People and audit trail"
