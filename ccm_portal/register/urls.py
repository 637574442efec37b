from django.urls import path

from ccm_portal.register import views

app_name = "register"
urlpatterns = [
    path("states/", views.state_list, name="states"),
    path("deadlines/", views.deadline_list, name="deadlines"),
    path("deadlines.ics", views.deadline_calendar, name="calendar"),
    path("events/", views.event_list, name="events"),
]
