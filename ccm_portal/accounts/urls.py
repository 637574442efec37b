from django.urls import path

from ccm_portal.accounts import views

app_name = "offices"
urlpatterns = [
    path("offices/", views.office_list, name="list"),
    path("offices/<slug:code>/", views.office_detail, name="detail"),
    path("offices/<slug:code>/write/", views.office_write, name="write"),
]
