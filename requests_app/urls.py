from django.urls import include, path

from requests_app import overview_views, release_views, views
from requests_app.channels.views import facts as channel_facts
from requests_app.channels.views import panel as channel_panel
from requests_app.shares.views import panel as share_panel
from requests_app.supporters.views import facts as interest_facts
from requests_app.supporters.views import panel as interest_panel
from requests_app.waiting.views import facts as waiting_facts
from requests_app.waiting.views import panel as waiting_panel
from requests_app.workbooks.views import facts as forms_facts
from requests_app.workbooks.views import panel as forms_panel

app_name = "requests"
#: What the nested apps add to a request's page.
ADDED = {
    "panels": [share_panel, interest_panel, waiting_panel, channel_panel, forms_panel],
    "facts": [interest_facts, waiting_facts, channel_facts, forms_facts],
}
urlpatterns = [
    path("requests/", views.request_list, name="list"),
    path("", include("requests_app.writing.urls")),
    path("", include("requests_app.offers.urls")),
    path("requests/record/", views.request_record, name="record"),
    path("requests/coverage/", overview_views.coverage, name="coverage"),
    path("requests/relays/", overview_views.relays, name="relays"),
    path("requests/<str:reference>/", views.request_detail, ADDED, name="detail"),
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
    path("matching/weights/", views.matching_weights, name="weights"),
]
