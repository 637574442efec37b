from django.urls import path

from requests_app.help_desk import views

app_name = "help_desk"
urlpatterns = [
    path("help/", views.help_list, name="list"),
    path("help/new/", views.help_new, name="new"),
    path("help/<int:number>/", views.help_detail, name="detail"),
    path("help/<int:number>/reply/", views.help_reply, name="reply"),
    path("help/<int:number>/assign/", views.help_assign, name="assign"),
    path("help/<int:number>/close/", views.help_close, name="close"),
]
