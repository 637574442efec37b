from django.urls import path

from requests_app.extensions import views

app_name = "extensions"
urlpatterns = [
    path("deadlines/", views.deadline_list, name="deadlines"),
    path("states/<str:iso3>/deadlines/<slug:slug>/", views.deadline_detail, name="deadline"),
    path("extension-requests/", views.extension_list, name="list"),
    path("extension-requests/at-risk/<int:pk>/", views.flag_new, name="flag"),
    path("extension-requests/at-risk/<int:pk>/<slug:step>/", views.flag_step, name="flag_step"),
    path("extension-requests/<str:reference>/", views.draft_detail, name="detail"),
    path("extension-requests/<str:reference>/edit/", views.draft_edit, name="edit"),
    path("extension-requests/<str:reference>/lodge/", views.draft_lodge, name="lodge"),
    path("extension-requests/<str:reference>/withdraw/", views.draft_withdraw, name="withdraw"),
]
