from django.urls import include, path

from requests_app import overview_views, release_views, views

app_name = "requests"
urlpatterns = [
    path("requests/", views.request_list, name="list"),
    path("", include("requests_app.writing.urls")),
    path("requests/record/", views.request_record, name="record"),
    path("requests/coverage/", overview_views.coverage, name="coverage"),
    path("requests/relays/", overview_views.relays, name="relays"),
    path("requests/<str:reference>/", views.request_detail, name="detail"),
    path("requests/<str:reference>/confirm/", views.request_confirm, name="confirm"),
    path("requests/<str:reference>/visibility/", views.request_visibility, name="visibility"),
    path("requests/<str:reference>/texts/", release_views.request_texts, name="texts"),
    path("requests/<str:reference>/as/<str:audience>/", release_views.request_as, name="as"),
    path("requests/<str:reference>/releases/", release_views.request_history, name="releases"),
    path("requests/<str:reference>/matches/", views.request_matches, name="matches"),
    path("requests/<str:reference>/opened/", views.request_opened, name="opened"),
    path("requests/<str:reference>/answer/", views.request_answer, name="answer"),
    path("requests/<str:reference>/evidence/<int:pk>/", views.evidence_file, name="evidence"),
    path("requests/<str:reference>/<slug:action>/", views.request_step, name="step"),
    path("matching/", views.matching, name="matching"),
    path("offers/", views.offer_list, name="offers"),
    path("offers/new/", views.offer_new, name="offer_new"),
]
