from django.urls import path

from requests_app.authors import views

app_name = "authors"
urlpatterns = [
    path("requests/<str:reference>/authors/", views.authors, name="authors"),
    path("requests/<str:reference>/authors/invite/", views.author_invite, name="invite"),
    path("requests/<str:reference>/authors/<int:pk>/end/", views.author_end, name="end"),
    path("requests/<str:reference>/authors/remark/", views.remark, name="remark"),
    path("requests/<str:reference>/authors/sign-off/", views.sign_off, name="sign_off"),
]
