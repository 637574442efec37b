from django.urls import path

from requests_app.channels import views

app_name = "channels"
urlpatterns = [
    path("channels/", views.channel_list, name="list"),
    path("requests/<str:reference>/channels/", views.request_channels, name="of_request"),
    path("requests/<str:reference>/channels/<int:pk>/", views.channel_detail, name="detail"),
    path("requests/<str:reference>/channels/<int:pk>/consent/", views.channel_consent, name="consent"),
    path("requests/<str:reference>/channels/<int:pk>/decline/", views.channel_decline, name="decline"),
    path("requests/<str:reference>/channels/<int:pk>/close/", views.channel_close, name="close"),
]
