"""Jobs of this room: the mails of invitations."""

from celery import shared_task

from collab.common.jobs import catch_up, sweeper
from teams.actions.invitations import deliver
from teams.queries.invitations import MAIL_TASK


@sweeper(MAIL_TASK)
def send_waiting_invitation(key: str) -> None:
    deliver(invitation_id=int(key))


@shared_task
def send_invitation(invitation_id: int) -> None:
    catch_up(MAIL_TASK, str(invitation_id))
