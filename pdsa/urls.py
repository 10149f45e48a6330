"""Addresses of this room: a team's own work below its address, what teams share below the collaborative's."""

from __future__ import annotations

from django.urls import URLPattern, path

from pdsa.views import (
    aims,
    asking,
    coaching,
    exchange,
    fidelity,
    files,
    history,
    library,
    overview,
    printing,
    ramps,
    status,
    team,
    worksheet,
)

COLLABORATIVE = "c/<slug:collaborative>/"
TEAM = f"{COLLABORATIVE}teams/<slug:team>/"
PDSA = f"{COLLABORATIVE}pdsa/"
LIBRARY = f"{PDSA}library/"
TEAM_PDSA = f"{TEAM}pdsa/"
CYCLE = f"{TEAM_PDSA}cycles/<int:number>/"
RAMP = f"{TEAM_PDSA}ramps/<int:number>/"
AIM = f"{TEAM_PDSA}aims/<int:number>/"

urlpatterns: list[URLPattern] = [
    path(TEAM_PDSA, team.team_pdsa, name="team_pdsa"),
    path(f"{TEAM_PDSA}cycles/new/", worksheet.cycle_new, name="cycle_new"),
    path(f"{TEAM_PDSA}file/", exchange.upload, name="cycles_import"),
    path(f"{TEAM_PDSA}file/take/", exchange.confirm, name="cycles_import_confirm"),
    path(f"{TEAM_PDSA}file/template.<str:kind>", exchange.template, name="cycles_template"),
    path(f"{TEAM_PDSA}file/worksheets.<str:kind>", exchange.export, name="cycles_export"),
    path(CYCLE, worksheet.cycle, name="cycle"),
    path(f"{CYCLE}save/", worksheet.cycle_save, name="cycle_save"),
    path(f"{CYCLE}move/", worksheet.cycle_move, name="cycle_move"),
    path(f"{CYCLE}next/", asking.cycle_next, name="cycle_next"),
    path(f"{CYCLE}history/", history.cycle_history, name="cycle_history"),
    path(f"{CYCLE}history/<int:revision>/", history.cycle_revision, name="cycle_revision"),
    path(f"{CYCLE}sharing/", asking.cycle_sharing, name="cycle_sharing"),
    path(f"{CYCLE}help/", asking.cycle_help, name="cycle_help"),
    path(f"{CYCLE}barriers/", asking.cycle_barrier, name="cycle_barrier"),
    path(f"{CYCLE}files/", files.cycle_file_add, name="cycle_file_add"),
    path(f"{CYCLE}files/<uuid:key>/", files.cycle_file, name="cycle_file"),
    path(f"{CYCLE}files/<uuid:key>/remove/", files.cycle_file_remove, name="cycle_file_remove"),
    path(f"{TEAM_PDSA}aims/new/", aims.aim_new, name="aim_new"),
    path(AIM, aims.aim, name="aim"),
    path(f"{AIM}edit/", aims.aim_edit, name="aim_edit"),
    path(f"{AIM}close/", aims.aim_close, name="aim_close"),
    path(f"{AIM}reopen/", aims.aim_reopen, name="aim_reopen"),
    path(f"{TEAM_PDSA}ramps/new/", ramps.ramp_new, name="ramp_new"),
    path(RAMP, ramps.ramp, name="ramp"),
    path(f"{RAMP}edit/", ramps.ramp_edit, name="ramp_edit"),
    path(f"{RAMP}next/", ramps.ramp_next, name="ramp_next"),
    path(f"{RAMP}end/", ramps.ramp_end, name="ramp_end"),
    path(f"{RAMP}resume/", ramps.ramp_resume, name="ramp_resume"),
    path(f"{AIM}aim.pdf", printing.aim_print, name="aim_print"),
    path(f"{RAMP}ramp.pdf", printing.ramp_print, name="ramp_print"),
    path(f"{AIM}aim.<str:form>", aims.aim_file, name="aim_file"),
    path(f"{RAMP}ramp.<str:form>", ramps.ramp_file, name="ramp_file"),
    path(f"{CYCLE}worksheet.pdf", printing.cycle_print, name="cycle_print"),
    path(f"{TEAM_PDSA}worksheet.pdf", printing.worksheet_blank, name="worksheet_blank"),
    path(f"{PDSA}coaching/", coaching.coaching_queue, name="coaching_queue"),
    path(f"{CYCLE}comments/", coaching.comment, name="cycle_comment"),
    path(f"{CYCLE}comments/<int:pk>/", coaching.comment_edit, name="cycle_comment_edit"),
    path(f"{CYCLE}comments/<int:pk>/settle/", coaching.comment_settle, name="cycle_comment_settle"),
    path(f"{CYCLE}review/ask/", coaching.review_ask, name="cycle_review_ask"),
    path(f"{CYCLE}review/give/", coaching.review_give, name="cycle_review_give"),
    path(f"{CYCLE}notes/", coaching.note, name="cycle_note"),
    path(PDSA, overview.pdsa_overview, name="pdsa_overview"),
    path(LIBRARY, library.library, name="library"),
    path(f"{PDSA}library.csv", library.library_file, name="library_file"),
    path(f"{LIBRARY}taken/", library.library_taken, name="library_taken"),
    path(f"{LIBRARY}ideas/<int:pk>/", library.library_idea, name="library_idea"),
    path(f"{LIBRARY}<int:pk>/", library.library_cycle, name="library_cycle"),
    path(f"{LIBRARY}<int:pk>/take/", library.library_take, name="library_take"),
    path(f"{LIBRARY}<int:pk>/lineage/", library.library_lineage, name="library_lineage"),
    path(f"{LIBRARY}ideas/<int:pk>/lineage.<str:form>", library.library_idea_file, name="library_idea_file"),
    path(f"{LIBRARY}<int:pk>/lineage.<str:form>", library.library_lineage_file, name="library_lineage_file"),
    path(f"{PDSA}fidelity/", fidelity.fidelity, name="fidelity"),
    path(f"{PDSA}fidelity.<str:form>", fidelity.fidelity_file, name="fidelity_file"),
    path(f"{PDSA}status/<slug:figure>.<str:form>", status.status_figure, name="status_figure"),
    path(f"{PDSA}status/", status.status_board, name="status_board"),
    path(f"{PDSA}status.csv", status.status_file, name="status_file"),
    path(f"{TEAM_PDSA}fidelity/", fidelity.team_fidelity, name="team_fidelity"),
    path(f"{TEAM_PDSA}fidelity.<str:form>", fidelity.team_fidelity_file, name="team_fidelity_file"),
    path(f"{CYCLE}fidelity/", fidelity.fidelity_score, name="fidelity_score"),
]
