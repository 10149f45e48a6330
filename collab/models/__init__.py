"""Users, centers, collaboratives, measures and change packages."""

from collab.models.center import Center, CenterAppointment
from collab.models.change_package import ChangeIdea, ChangePackage, Driver
from collab.models.collaborative import Collaborative, CollaborativeAppointment
from collab.models.measure import Measure, MeasureVersion
from collab.models.user import User

__all__ = [
    "Center",
    "CenterAppointment",
    "ChangeIdea",
    "ChangePackage",
    "Collaborative",
    "CollaborativeAppointment",
    "Driver",
    "Measure",
    "MeasureVersion",
    "User",
]
