from django.urls import path

from requests_app.shares import views

app_name = "shares"
urlpatterns = [
    path("requests/<str:reference>/shares/new/", views.share_new, name="new"),
    path("requests/<str:reference>/shares/<int:pk>/", views.share_detail, name="detail"),
    path("requests/<str:reference>/shares/<int:pk>/amend/", views.share_amend, name="amend"),
    path("requests/<str:reference>/shares/<int:pk>/confirm/", views.share_confirm, name="confirm"),
    path("requests/<str:reference>/shares/<int:pk>/commit/", views.share_commit, name="commit"),
    path("requests/<str:reference>/shares/<int:pk>/withdraw/", views.share_withdraw, name="withdraw"),
    path("requests/<str:reference>/shares/<int:pk>/deliver/", views.delivery_new, name="deliver"),
    path(
        "requests/<str:reference>/shares/<int:pk>/deliveries/<int:delivery>/take-back/",
        views.delivery_take_back,
        name="take_back",
    ),
    path("requests/<str:reference>/outcome/", views.outcome_edit, name="outcome"),
]
