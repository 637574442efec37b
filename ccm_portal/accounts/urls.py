from django.urls import path

from ccm_portal.accounts import views

app_name = "people"
urlpatterns = [
    path("my/calendar/", views.calendar_feeds, name="calendar"),
    path("my/calendar/<int:pk>/renew/", views.calendar_feed_renew, name="renew"),
    path("my/calendar/<int:pk>/revoke/", views.calendar_feed_revoke, name="revoke"),
    path("feeds/<str:token>.ics", views.personal_feed, name="feed"),
]
