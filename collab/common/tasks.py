"""The sweep: beat calls it often, it catches up with what a kill or a broker outage left behind."""

from celery import shared_task

from collab.common import jobs, letters


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


@jobs.sweeper(letters.SEND)
def _send_letter(key: str) -> None:
    letters.deliver(int(key))
