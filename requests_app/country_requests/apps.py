from django.apps import AppConfig


class CountryRequestsConfig(AppConfig):
    name = "requests_app.country_requests"
    label = "country_requests"
    verbose_name = "Country requests"
