from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from metrics.views import coordinator, faculty, figures, jobs, leader, month, reports, sponsor, team, uploads

MONTHS = "c/<slug:collaborative>/teams/<slug:team>/months/"
MONTH = MONTHS + "<month:month>/"
FIGURE = r"figures/(?P<measure>[a-z][a-z0-9_]*)\.(?P<form>json|svg|csv)$"
POOLED_FIGURE = r"^c/(?P<collaborative>[-\w]+)/" + FIGURE
TEAM_FIGURE = r"^c/(?P<collaborative>[-\w]+)/teams/(?P<team>[-\w]+)/" + FIGURE

urlpatterns: list[URLPattern | URLResolver] = [
    path(MONTHS, month.months, name="months"),
    path(MONTHS + "now/", month.current, name="month_now"),
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
    path("c/<slug:collaborative>/reports/", reports.reports, name="reports"),
    path("c/<slug:collaborative>/reports/<int:report>/", reports.report, name="report"),
    path("c/<slug:collaborative>/reports/<int:report>/download/", reports.download, name="report_download"),
    path("agencies/<int:pk>/", leader.agency, name="agency"),
    path("c/<slug:collaborative>/data/", faculty.compare, name="compare"),
    path("c/<slug:collaborative>/results/", sponsor.results, name="results"),
    path("c/<slug:collaborative>/submissions/", coordinator.submissions, name="submissions"),
    path("c/<slug:collaborative>/teams/<slug:team>/", team.team_home, name="team"),
    re_path(POOLED_FIGURE, figures.pooled_figure, name="pooled_figure"),
    re_path(TEAM_FIGURE, figures.team_figure, name="team_figure"),
]
