from django.urls import path

from requests_app.specifics import views

app_name = "specifics"
urlpatterns = [
    path("requests/<str:reference>/parts/<slug:code>/", views.part_edit, name="edit"),
]
