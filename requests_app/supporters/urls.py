from django.urls import path

from requests_app.supporters import views

app_name = "supporters"
urlpatterns = [
    path("supporters/", views.supporter_list, name="list"),
    path("supporters/<slug:code>/", views.supporter_detail, name="detail"),
    path("supporters/<slug:code>/edit/", views.supporter_edit, name="edit"),
    path("requests/<str:reference>/follow/", views.request_follow, name="follow"),
    path("requests/<str:reference>/interest/", views.request_interest, name="interest"),
    path("requests/<str:reference>/offers/attach/", views.offer_attach, name="attach"),
]
