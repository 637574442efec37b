from django.apps import AppConfig


class DiscussionsConfig(AppConfig):
    name = "requests_app.discussions"
    label = "discussions"
    verbose_name = "Discussions of requests"
