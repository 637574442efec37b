from django.urls import path

from requests_app.waiting import views

app_name = "waiting"
urlpatterns = [
    path("requests/waiting/", views.waiting_list, name="list"),
    path("requests/waiting/limits/", views.time_limits, name="limits"),
    path("requests/<str:reference>/silence/", views.silence, name="silence"),
    path("requests/<str:reference>/silence/<int:pk>/stop/", views.silence_stop, name="silence_stop"),
    path("requests/<str:reference>/trust/", views.trust, name="trust"),
    path("requests/<str:reference>/still-valid/", views.still_valid_here, name="still_valid_here"),
    path("requests/<str:reference>/need-met/", views.need_met, name="need_met"),
    path("still-valid/<str:token>/", views.still_valid, name="still_valid"),
]
