from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("states/<str:iso3>/", views.state_detail, name="state"),
    path("reports/", views.report_index, name="index"),
    path("reports/statistics/", views.statistics_page, name="statistics"),
    path("reports/progress/", views.progress_page, name="progress"),
    path("reports/data-quality/", views.data_quality, name="data_quality"),
    path("library/", views.library, name="library"),
]
