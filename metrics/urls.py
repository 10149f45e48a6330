from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from metrics.views import (
    charting,
    checks,
    comparing,
    coordinator,
    faculty,
    figures,
    jobs,
    leader,
    month,
    plans,
    publishing,
    quality,
    reports,
    saved_views,
    sites,
    sponsor,
    team,
    threads,
    uploads,
)

TEAM = "c/<slug:collaborative>/teams/<slug:team>/"
MONTHS = TEAM + "months/"
MONTH = MONTHS + "<month:month>/"
CHART = TEAM + "measures/<slug:measure>/"
OF_MEASURE = "c/<slug:collaborative>/measures/<slug:measure>/"
QUALITY_OF = "c/<slug:collaborative>/quality/<slug:code>/"
DATA_OF = "c/<slug:collaborative>/data/<slug:measure>/"
FUNNEL_FILE = r"^c/(?P<collaborative>[-\w]+)/data/(?P<measure>[a-z][a-z0-9_]*)/funnel\.(?P<form>svg|csv)$"
MULTIPLES_FILE = r"^c/(?P<collaborative>[-\w]+)/data/(?P<measure>[a-z][a-z0-9_]*)/teams\.(?P<form>svg|csv)$"
FIGURE = r"figures/(?P<measure>[a-z][a-z0-9_]*)\.(?P<form>json|svg|csv)$"
POOLED_FIGURE = r"^c/(?P<collaborative>[-\w]+)/" + FIGURE
TEAM_FIGURE = r"^c/(?P<collaborative>[-\w]+)/teams/(?P<team>[-\w]+)/" + FIGURE

urlpatterns: list[URLPattern | URLResolver] = [
    path(TEAM + "plan/", plans.plan, name="plan"),
    path(TEAM + "plan/<slug:code>/", plans.plan_measure, name="plan_measure"),
    path(MONTHS, month.months, name="months"),
    path(MONTHS + "now/", month.current, name="month_now"),
    path(MONTH, month.month, name="month"),
    path(MONTH + "save/", month.save, name="month_save"),
    path(MONTH + "sent/", month.sent, name="month_sent"),
    path(MONTH + "history/", month.history, name="month_history"),
    path(MONTH + "minutes/", month.minutes, name="month_minutes"),
    path(MONTH + "ask/", threads.query_new, name="query_new"),
    path(MONTH + "reopen/", month.reopen, name="month_reopen"),
    path(MONTH + "template.csv", uploads.template_csv, name="month_template_csv"),
    path(MONTH + "template.xlsx", uploads.template_xlsx, name="month_template_xlsx"),
    path(MONTH + "upload/", uploads.upload, name="month_upload"),
    path(MONTH + "upload/confirm/", uploads.confirm, name="month_upload_confirm"),
    path(MONTH + "upload/problems/", uploads.problems, name="month_upload_problems"),
    path(TEAM + "queries/<int:query>/", threads.query, name="query"),
    path(TEAM + "queries/<int:query>/close/", threads.query_close, name="query_close"),
    path(TEAM + "sites/", sites.sites, name="sites"),
    path(TEAM + "sites/<int:site>/", sites.site, name="site"),
    path(TEAM + "sites/<int:site>/switch/", sites.site_switch, name="site_switch"),
    path("c/<slug:collaborative>/queries/", threads.queries, name="queries"),
    path("c/<slug:collaborative>/quality/", quality.quality, name="quality"),
    path(QUALITY_OF, checks.measure_checks, name="measure_checks"),
    path(QUALITY_OF + "<int:check>/remove/", checks.measure_check_remove, name="measure_check_remove"),
    path("c/<slug:collaborative>/jobs/", jobs.jobs, name="jobs"),
    path("c/<slug:collaborative>/jobs/recompute/", jobs.recompute, name="jobs_recompute"),
    path("c/<slug:collaborative>/jobs/<int:run>/again/", jobs.again, name="job_again"),
    path("c/<slug:collaborative>/jobs/<int:run>/progress/", jobs.progress, name="job_progress"),
    path("c/<slug:collaborative>/reports/", reports.reports, name="reports"),
    path("c/<slug:collaborative>/reports/<int:report>/", reports.report, name="report"),
    path("c/<slug:collaborative>/reports/<int:report>/download/", reports.download, name="report_download"),
    path("agencies/<int:pk>/", leader.agency, name="agency"),
    path("c/<slug:collaborative>/data/", faculty.compare, name="compare"),
    path(DATA_OF + "funnel/", comparing.funnel, name="funnel"),
    re_path(FUNNEL_FILE, comparing.funnel_file, name="funnel_file"),
    path(DATA_OF + "teams/", comparing.multiples, name="multiples"),
    re_path(MULTIPLES_FILE, comparing.multiples_file, name="multiples_file"),
    path("c/<slug:collaborative>/publication/", publishing.publication, name="publication"),
    path("sponsored/", sponsor.portfolio, name="portfolio"),
    path("me/views/", saved_views.saved_views, name="saved_views"),
    path("me/views/<int:view>/", saved_views.saved_view, name="saved_view"),
    path("me/views/<int:view>/delete/", saved_views.saved_view_delete, name="saved_view_delete"),
    path("c/<slug:collaborative>/results/", sponsor.results, name="results"),
    path("c/<slug:collaborative>/submissions/", coordinator.submissions, name="submissions"),
    path("c/<slug:collaborative>/teams/<slug:team>/", team.team_home, name="team"),
    path(CHART, charting.chart, name="chart"),
    path(CHART + "baseline/", charting.baseline, name="chart_baseline"),
    path(CHART + "phase/", charting.phase_new, name="chart_phase"),
    path(CHART + "decisions/<int:decision>/undo/", charting.decision_undo, name="chart_undo"),
    path(CHART + "notes/new/", charting.annotation_new, name="annotation_new"),
    path(CHART + "notes/<int:note>/", charting.annotation, name="annotation"),
    path(CHART + "notes/<int:note>/remove/", charting.annotation_remove, name="annotation_remove"),
    path(CHART + "notes/<int:note>/return/", charting.annotation_return, name="annotation_return"),
    path(OF_MEASURE + "chart/", charting.chart_settings, name="chart_settings"),
    path(OF_MEASURE + "teach/", charting.teach, name="chart_teach"),
    re_path(POOLED_FIGURE, figures.pooled_figure, name="pooled_figure"),
    re_path(TEAM_FIGURE, figures.team_figure, name="team_figure"),
]
