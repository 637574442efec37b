from django.urls import path

from ccm_portal.register import views

app_name = "register"
urlpatterns = [
    path("states/", views.state_list, name="states"),
    path("deadlines/", views.deadline_list, name="deadlines"),
    path("deadlines/forecast/", views.deadline_forecast, name="forecast"),
    path("states/<str:iso3>/deadlines/<slug:slug>/", views.deadline_detail, name="deadline"),
    path("deadlines.ics", views.deadline_calendar, name="calendar"),
    path("extension-requests/", views.extension_list, name="extensions"),
    path("events/", views.event_list, name="events"),
]
