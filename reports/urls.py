from django.urls import path

from reports import transparency_views, views

app_name = "reports"
urlpatterns = [
    path("states/<str:iso3>/", views.state_detail, name="state"),
    path("reports/", views.report_index, name="index"),
    path("reports/statistics/", views.statistics_page, name="statistics"),
    path("reports/progress/", views.progress_page, name="progress"),
    path("transparency-reports/", transparency_views.report_list, name="transparency"),
    path("transparency-reports/reminders/", transparency_views.reminder_list, name="reminders"),
    path("transparency-reports/template/", transparency_views.template_page, name="template"),
    path("transparency-reports/summary/<int:article>/", transparency_views.figure_list, name="figures"),
    path(
        "transparency-reports/<str:iso3>/<str:covered>/", transparency_views.report_detail, name="transparency_report"
    ),
    path("library/", views.library, name="library"),
]
