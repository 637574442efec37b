from django.urls import path

from requests_app.mailing import views

app_name = "mailing"
urlpatterns = [path("accounts/mail/", views.mail_settings, name="settings")]
