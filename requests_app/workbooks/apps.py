from django.apps import AppConfig


class WorkbooksConfig(AppConfig):
    name = "requests_app.workbooks"
    label = "workbooks"
    verbose_name = "Forms as files"
