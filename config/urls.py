"""Addresses. Each room has its own; what belongs to a collaborative starts with /c/<its short name>/."""

from django.urls import include, path, register_converter

from collab.common.months import MonthConverter

register_converter(MonthConverter, "month")

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("equity.urls")),
    path("", include("metrics.urls")),
    path("", include("pdsa.urls")),
    path("", include("teams.urls")),
    path("", include("collab.urls")),
]

handler400 = "collab.views.errors.bad_request"
handler403 = "collab.views.errors.forbidden"
handler404 = "collab.views.errors.not_found"
# allauth asks for this one when somebody tries too often.
handler429 = "collab.views.errors.too_many_requests"
handler500 = "collab.views.errors.server_error"
