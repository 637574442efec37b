from django.urls import path

from ccm_portal.accounts import calendar_views, mail_views, views

app_name = "people"
urlpatterns = [
    path("offices/", views.office_list, name="offices"),
    path("offices/<slug:code>/", views.office_detail, name="office"),
    path("offices/<slug:code>/write/", views.office_write, name="office_write"),
    path("my/calendar/", calendar_views.calendar_feeds, name="calendar"),
    path("my/calendar/<int:pk>/renew/", calendar_views.calendar_feed_renew, name="renew"),
    path("my/calendar/<int:pk>/revoke/", calendar_views.calendar_feed_revoke, name="revoke"),
    path("mail/stop/<str:token>/", mail_views.mail_stop, name="mail_stop"),
    path("feeds/<str:token>.ics", calendar_views.personal_feed, name="feed"),
]
