from django.urls import path

from requests_app.workbooks import needs_views, views

app_name = "workbooks"
urlpatterns = [
    path("needs-import/", needs_views.needs_import, name="needs"),
    path("needs-import/template/", needs_views.needs_template, name="needs_template"),
    path("request-forms/", views.forms_page, name="forms"),
    path("request-forms/blank/", views.blank, name="blank"),
    path("request-forms/<str:key>/", views.returned_form, name="returned"),
    path("request-forms/<str:key>/<slug:what>/", views.returned_file, name="file"),
    path("requests/<str:reference>/form/", views.request_form, name="form"),
    path("requests/<str:reference>/form/filled/", views.filled, name="filled"),
]
