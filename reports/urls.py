from django.urls import path

from reports import market_views, record_views, transparency_views, views

app_name = "reports"
urlpatterns = [
    path("states/<str:iso3>/", views.state_detail, name="state"),
    path("search/", views.search_page, name="search"),
    path("market/", market_views.market, name="market"),
    path("reports/", views.report_index, name="index"),
    path("reports/statistics/", views.statistics_page, name="statistics"),
    path("reports/progress/", views.progress_page, name="progress"),
    path("reports/requested-provided/", views.provided_page, name="provided"),
    path("reports/data-quality/", views.data_quality, name="data_quality"),
    path("transparency-reports/", transparency_views.report_list, name="transparency"),
    path("transparency-reports/reminders/", transparency_views.reminder_list, name="reminders"),
    path("transparency-reports/template/", transparency_views.template_page, name="template"),
    path("transparency-reports/summary/<int:article>/", transparency_views.figure_list, name="figures"),
    path("transparency-reports/<str:iso3>/", transparency_views.state_summary, name="summary"),
    path(
        "transparency-reports/<str:iso3>/<str:covered>/", transparency_views.report_detail, name="transparency_report"
    ),
    path("library/", views.library, name="library"),
    path("library/papers/<slug:code>/", record_views.paper_detail, name="paper"),
    path("decisions/", record_views.decision_list, name="decisions"),
    path("decisions/<slug:code>/", record_views.decision_detail, name="decision"),
    path("documents/", record_views.document_list, name="documents"),
    path("documents/<path:symbol>/", record_views.document_detail, name="document"),
    path("document-files/<int:pk>/", record_views.document_file, name="document_file"),
    path("action-plans/", record_views.action_plan_list, name="action_plans"),
    path("action-plans/<slug:code>/", record_views.action_plan_detail, name="action_plan"),
]
