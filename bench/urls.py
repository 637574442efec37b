"""The portal's addresses and the floor."""

from django.urls import include, path

from bench.floor import FLOOR, floor

handler400 = "ccm_portal.views.bad_request"
handler403 = "ccm_portal.views.forbidden"

urlpatterns = [path(FLOOR.removeprefix("/"), floor), path("", include("ccm_portal.urls"))]
