from django.urls import path

from requests_app.discussions import views

app_name = "discussions"
urlpatterns = [
    path("requests/<str:reference>/discussion/", views.discussion, name="discussion"),
    path("requests/<str:reference>/discussion/invite/", views.invite, name="invite"),
    path("requests/<str:reference>/discussion/<int:pk>/remove/", views.remove, name="remove"),
]
