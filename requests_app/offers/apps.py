from django.apps import AppConfig


class OffersConfig(AppConfig):
    name = "requests_app.offers"
    label = "offers"
    verbose_name = "Offers, workshops and expertise"
