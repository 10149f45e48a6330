"""Addresses of this room. What hangs on a team stands below the team's address; adding one stands beside the list,
so that no team can have a name that hides it."""

from django.urls import path

from teams.views import agencies, demo, invitations, leadership, people, profile, teams

CENTER = "centers/<slug:center>/"
COLLABORATIVE = "c/<slug:collaborative>/"
TEAM = f"{COLLABORATIVE}teams/<slug:team>/"

urlpatterns = [
    path("me/", profile.profile, name="profile"),
    path("me/invitations/<int:pk>/accept/", invitations.accept_mine, name="invitation_accept_mine"),
    path("demo/sign-in/", demo.demo_sign_in, name="demo_sign_in"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("invitations/<int:pk>/send-again/", invitations.send_again, name="invitation_resend"),
    path("invitations/<int:pk>/take-back/", invitations.take_back, name="invitation_revoke"),
    path(f"{CENTER}agencies/", agencies.agencies, name="agencies"),
    path(f"{CENTER}agencies/new/", agencies.add, name="agency_add"),
    path(f"{CENTER}people/", people.center_people, name="center_people"),
    path(f"{CENTER}people/<int:pk>/end/", people.center_role_end, name="center_role_end"),
    path("agencies/<int:pk>/edit/", agencies.edit, name="agency_edit"),
    path("agencies/<int:pk>/people/", people.agency_people, name="agency_people"),
    path("agencies/<int:pk>/people/<int:appointment>/end/", people.agency_role_end, name="agency_role_end"),
    path(f"{COLLABORATIVE}people/", people.collaborative_people, name="collaborative_people"),
    path(f"{COLLABORATIVE}people/<int:pk>/end/", people.collaborative_role_end, name="collaborative_role_end"),
    path(f"{COLLABORATIVE}teams/", teams.teams, name="teams"),
    path(f"{COLLABORATIVE}add-team/", teams.add, name="team_add"),
    path(f"{COLLABORATIVE}add-teams/", teams.add_many, name="teams_add"),
    path(f"{TEAM}edit/", teams.edit, name="team_edit"),
    path(f"{TEAM}withdraw/", teams.withdraw, name="team_withdraw"),
    path(f"{TEAM}complete/", teams.complete, name="team_complete"),
    path(f"{TEAM}take-part-again/", teams.take_part_again, name="team_return"),
    path(f"{TEAM}people/", people.team_people, name="team_people"),
    path(f"{TEAM}people/<int:pk>/", people.team_member, name="team_member"),
    path(f"{TEAM}people/<int:pk>/end/", people.member_end, name="team_member_end"),
    path(f"{TEAM}requests/", leadership.team_requests, name="team_requests"),
    path(f"{TEAM}requests/<int:pk>/answer/", leadership.answer, name="request_answer"),
    path(f"{TEAM}goal/", leadership.leader_goal, name="leader_goal"),
]
