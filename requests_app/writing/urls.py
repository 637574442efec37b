"""Included by `requests_app.urls`, so that the names stay `requests:…`."""

from django.urls import path

from requests_app.writing import views

urlpatterns = [
    path("requests/new/", views.request_new, name="new"),
    path("requests/<str:reference>/files/", views.file_new, name="file_new"),
    path("requests/<str:reference>/files/<str:key>/", views.file_part, name="file_part"),
    path("requests/<str:reference>/writing-help/", views.writing_help, name="writing_help"),
    path("requests/<str:reference>/edit/", views.request_edit, name="edit"),
    path("requests/<str:reference>/edit/<slug:step>/", views.request_edit, name="edit_step"),
]
