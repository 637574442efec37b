from django.urls import path

from coalitions.outreach import views

app_name = "outreach"
urlpatterns = [
    path("time-bound-obligations/", views.time_bound, name="register"),
    path("follow-ups/", views.follow_up_list, name="list"),
    path("follow-ups/notes/new/", views.entry_new, name="note"),
    path("priorities/", views.priority_list, name="priorities"),
    path("priorities/<slug:iso3>/<slug:area>/", views.priority_edit, name="priority"),
    path("priorities/<slug:iso3>/<slug:area>/lift/", views.priority_lift, name="lift"),
    path("follow-ups/<int:pk>/", views.follow_up_detail, name="result"),
]
