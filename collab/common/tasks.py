"""The sweep: beat calls it often, it catches up with what a kill or a broker outage left behind."""

from celery import shared_task

from collab.common import jobs


@shared_task
def sweep() -> int:
    jobs.note_heartbeat()
    return jobs.sweep_due()


@shared_task
def catch_up(task: str, key: str) -> bool:
    return jobs.catch_up(task, key)


@shared_task
def tidy() -> None:
    jobs.tidy()
