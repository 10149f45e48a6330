"""The sweep: beat calls it often, it catches up with what a kill or a broker outage left behind."""

from celery import shared_task

from collab.common.jobs import sweep_due


@shared_task
def sweep() -> int:
    return sweep_due()
