"""The base of every enum a person can see: a label, a description in a sentence, and a tone that picks the colour."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Tone(StrEnum):
    """How a badge or callout feels. The colour behind it is a token of the stylesheet."""

    NEUTRAL = "neutral"
    INFO = "info"
    GOOD = "good"
    ATTENTION = "attention"
    PROBLEM = "problem"


class DescribedChoices(models.TextChoices):
    """Choices whose members may say what they mean and in which tone, by overriding the two tables."""

    @classmethod
    def descriptions(cls) -> dict[str, Promise | str]:
        """Value → one sentence, for help beside the choice."""
        return {}

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        """Value → tone; what is not named is neutral."""
        return {}

    @property
    def description(self) -> Promise | str:
        return self.descriptions().get(self.value, "")

    @property
    def tone(self) -> Tone:
        return self.tones().get(self.value, Tone.NEUTRAL)


class EventChoices(models.TextChoices):
    """The base of every room's audit events, so that the history can name the events of all rooms."""

    @staticmethod
    def label_of(event: str) -> str:
        """The words for a stored event, whichever room wrote it."""
        for room in EventChoices.__subclasses__():
            if event in room.values:
                return str(room(event).label)
        return event.replace("_", " ").capitalize()


class JobStatus(DescribedChoices):
    """Where a background job stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")

    @classmethod
    def tones(cls) -> dict[str, Tone]:
        return {
            cls.RUNNING.value: Tone.INFO,
            cls.DONE.value: Tone.GOOD,
            cls.FAILED.value: Tone.PROBLEM,
        }
