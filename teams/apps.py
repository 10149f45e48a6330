from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TeamsConfig(AppConfig):
    """Who takes part? Agencies, teams, memberships, invitations, requests to leaders."""

    name = "teams"
    verbose_name = _("Teams")
