from django.urls import path

from requests_app.country_requests import views

app_name = "country_requests"
urlpatterns = [
    path("country-requests/new/", views.country_request_new, name="new"),
    path("country-requests/<str:reference>/", views.country_request_detail, name="detail"),
    path("country-requests/<str:reference>/add/", views.need_add, name="add"),
    path("country-requests/<str:reference>/submit/", views.country_request_submit, name="submit"),
    path("requests/<str:reference>/split/", views.request_split, name="split"),
    path("requests/<str:reference>/join/", views.request_join, name="join"),
]
