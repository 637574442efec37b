from django.urls import path

from ccm_portal.register import record_views, views

app_name = "register"
urlpatterns = [
    path("states/", views.state_list, name="states"),
    path("states/membership/", views.membership, name="membership"),
    path("states/<str:iso3>/history/", views.state_history, name="history"),
    path("deadlines/forecast/", views.deadline_forecast, name="forecast"),
    path("deadlines.ics", views.deadline_calendar, name="calendar"),
    path("events/", views.event_list, name="events"),
    path("declarations/", record_views.declaration_list, name="declarations"),
    path("about/", record_views.page_list, name="pages"),
    path("about/<slug:slug>/", record_views.page_detail, name="page"),
]
