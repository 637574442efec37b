from django.urls import path

from coalitions.outreach import views

app_name = "outreach"
urlpatterns = [
    path("time-bound-obligations/", views.time_bound, name="register"),
    path("follow-ups/", views.follow_up_list, name="list"),
    path("follow-ups/notes/new/", views.entry_new, name="note"),
    path("follow-ups/<int:pk>/", views.follow_up_detail, name="result"),
]
