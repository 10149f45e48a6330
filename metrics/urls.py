from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from metrics.views import jobs, month, uploads

MONTHS = "c/<slug:collaborative>/teams/<slug:team>/months/"
MONTH = MONTHS + "<month:month>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(MONTHS, month.months, name="months"),
    path(MONTH, month.month, name="month"),
    path(MONTH + "save/", month.save, name="month_save"),
    path(MONTH + "sent/", month.sent, name="month_sent"),
    path(MONTH + "history/", month.history, name="month_history"),
    path(MONTH + "reopen/", month.reopen, name="month_reopen"),
    path(MONTH + "template.csv", uploads.template_csv, name="month_template_csv"),
    path(MONTH + "template.xlsx", uploads.template_xlsx, name="month_template_xlsx"),
    path(MONTH + "upload/", uploads.upload, name="month_upload"),
    path(MONTH + "upload/confirm/", uploads.confirm, name="month_upload_confirm"),
    path(MONTH + "upload/problems/", uploads.problems, name="month_upload_problems"),
    path("c/<slug:collaborative>/jobs/", jobs.jobs, name="jobs"),
    path("c/<slug:collaborative>/jobs/recompute/", jobs.recompute, name="jobs_recompute"),
    path("c/<slug:collaborative>/jobs/<int:run>/again/", jobs.again, name="job_again"),
    path("c/<slug:collaborative>/jobs/<int:run>/progress/", jobs.progress, name="job_progress"),
]
