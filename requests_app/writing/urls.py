"""Included by `requests_app.urls`, so that the names stay `requests:…`."""

from django.urls import path

from requests_app.writing import views

urlpatterns = [
    path("requests/new/", views.request_new, name="new"),
    path("requests/<str:reference>/edit/", views.request_edit, name="edit"),
    path("requests/<str:reference>/edit/<slug:step>/", views.request_edit, name="edit_step"),
]
