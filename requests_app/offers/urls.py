"""Included by `requests_app.urls`, so that the names stay `requests:…`."""

from django.urls import path

from requests_app.offers import expertise_views, views, workshop_views

urlpatterns = [
    path("offers/", views.offer_list, name="offers"),
    path("offers/new/", views.offer_new, name="offer_new"),
    path("offers/workshops/new/", views.offer_new, {"is_workshop": True}, name="workshop_new"),
    path("offers/<int:pk>/", views.offer_detail, name="offer"),
    path("offers/<int:pk>/edit/", views.offer_edit, name="offer_edit"),
    path("offers/<int:pk>/withdraw/", views.offer_withdraw, name="offer_withdraw"),
    path("offers/<int:pk>/apply/", workshop_views.apply, name="apply"),
    path("offers/<int:pk>/applications/", workshop_views.application_list, name="applications"),
    path("offers/<int:pk>/applications/<int:number>/", workshop_views.application_detail, name="application"),
    path("offers/<int:pk>/applications/<int:number>/decide/", workshop_views.application_decide, name="decide"),
    path("offers/<int:pk>/applications/<int:number>/withdraw/", workshop_views.application_withdraw, name="unapply"),
    path("expertise/", expertise_views.expertise_list, name="expertise"),
    path("expertise/new/", expertise_views.expertise_edit, name="expertise_new"),
    path("expertise/<int:pk>/edit/", expertise_views.expertise_edit, name="expertise_edit"),
    path("expertise/<int:pk>/withdraw/", expertise_views.expertise_withdraw, name="expertise_withdraw"),
]
