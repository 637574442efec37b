from django.urls import path

from coalitions import views

app_name = "coalitions"
urlpatterns = [
    path("coalitions/", views.coalition_list, name="list"),
    path("coalitions/new/", views.coalition_new, name="new"),
    path("coalitions/propose/<slug:iso3>/", views.coalition_proposal, name="propose"),
    path("coalitions/<slug:slug>/", views.coalition_detail, name="detail"),
    path("coalitions/<slug:slug>/confirm/", views.coalition_confirm, name="confirm"),
    path("coalitions/<slug:slug>/commitments/new/", views.commitment_new, name="commit"),
    path("case-studies/", views.case_study_list, name="case_studies"),
    path("work-plans/", views.work_plan_list, name="work_plans"),
    path("work-plans/<slug:slug>/", views.work_plan_detail, name="work_plan"),
]
