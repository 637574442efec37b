"""Every address of the portal."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from ccm_portal import views

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # one door: the admin asks for the same sign-in
admin.site.site_header = admin.site.site_title = _("Cooperation and assistance portal")

handler400 = "ccm_portal.views.bad_request"
handler403 = "ccm_portal.views.forbidden"
handler404 = "ccm_portal.views.not_found"

urlpatterns = [
    path("", views.home, name="home"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("healthz", views.health, name="health"),
    path("", include("ccm_portal.register.urls")),
    path("", include("reports.urls")),
    path("", include("ccm_portal.accounts.urls")),
    path("", include("requests_app.discussions.urls")),
    path("", include("requests_app.mailing.urls")),
    path("", include("requests_app.waiting.urls")),
    path("", include("requests_app.supporters.urls")),
    path("", include("requests_app.shares.urls")),
    path("", include("requests_app.channels.urls")),
    path("", include("requests_app.authors.urls")),
    path("", include("requests_app.country_requests.urls")),
    path("", include("requests_app.workbooks.urls")),
    path("", include("requests_app.urls")),
    path("", include("requests_app.extensions.urls")),
    path("", include("requests_app.help_desk.urls")),
    path("", include("coalitions.urls")),
    path("", include("coalitions.outreach.urls")),
    path("accounts/email/", views.closed),  # the address stands for the post; the ISU changes it
    path("accounts/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
