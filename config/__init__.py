"""How the site is wired: settings, addresses, Celery, logging. Nothing else lives here."""

# Without this import `.delay()` in a web process would not know the broker and fall back to AMQP.
from config.celery import app as celery_app

__all__ = ["celery_app"]
