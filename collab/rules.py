"""Who may do what with centers, collaboratives, measures and change packages.

Teams, agencies and their people are added by the ``teams`` room with ``grant``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db.models import Q

from collab.common.access import NOTHING, Access, remembered
from collab.enums import CenterRole, CollaborativeRole


class CollabPermission(StrEnum):
    """Permissions of this room."""

    VIEW_CENTER = "collab.view_center"
    MANAGE_CENTER = "collab.manage_center"
    VIEW_COLLABORATIVE = "collab.view_collaborative"
    MANAGE_COLLABORATIVE = "collab.manage_collaborative"
    TEACH_COLLABORATIVE = "collab.teach_collaborative"
    SPONSOR_COLLABORATIVE = "collab.sponsor_collaborative"


def coordinated_center_ids(user: Any) -> frozenset[int]:
    """Centers whose coordinator the person is today."""
    return remembered(
        user,
        "coordinated_center_ids",
        lambda: frozenset(
            user.center_roles.current().filter(role=CenterRole.COORDINATOR).values_list("center_id", flat=True)
        ),
    )


def roles_by_collaborative(user: Any) -> dict[int, frozenset[str]]:
    """Collaborative → the person's roles in it today (faculty, sponsor, reviewer)."""

    def load() -> dict[int, frozenset[str]]:
        found: dict[int, set[str]] = {}
        for collaborative_id, role in user.collaborative_roles.current().values_list("collaborative_id", "role"):
            found.setdefault(collaborative_id, set()).add(role)
        return {key: frozenset(roles) for key, roles in found.items()}

    return remembered(user, "roles_by_collaborative", load)


def _collaboratives_with(user: Any, roles: tuple[CollaborativeRole, ...]) -> list[int]:
    wanted = {role.value for role in roles}
    return [key for key, held in roles_by_collaborative(user).items() if held & wanted]


def taught_collaborative_ids(user: Any) -> list[int]:
    """Collaboratives whose faculty the person is."""
    return _collaboratives_with(user, CollaborativeRole.faculty())


def sponsored_collaborative_ids(user: Any) -> list[int]:
    """Collaboratives whose pooled results the person reads."""
    return _collaboratives_with(user, (CollaborativeRole.SPONSOR,))


def is_site_administrator(user: Any, _obj: Any = None) -> bool:
    """Site administrators look after centers; they see what a coordinator sees."""
    return bool(user.is_superuser)


def everything_for_administrators(user: Any) -> Q:
    # Not Q(): an empty Q vanishes when it is joined with another by "or", and everything would become nothing.
    return ~NOTHING if user.is_superuser else NOTHING


view_center = Access(CollabPermission.VIEW_CENTER)
manage_center = Access(CollabPermission.MANAGE_CENTER)
view_collaborative = Access(CollabPermission.VIEW_COLLABORATIVE)
manage_collaborative = Access(CollabPermission.MANAGE_COLLABORATIVE)
teach_collaborative = Access(CollabPermission.TEACH_COLLABORATIVE)
sponsor_collaborative = Access(CollabPermission.SPONSOR_COLLABORATIVE)

for access in (view_center, manage_center):
    access.grant(is_site_administrator, everything_for_administrators)
    access.grant(
        lambda user, center: center.pk in coordinated_center_ids(user),
        lambda user: Q(pk__in=coordinated_center_ids(user)),
    )

for access in (view_collaborative, manage_collaborative):
    access.grant(is_site_administrator, everything_for_administrators)
    access.grant(
        lambda user, collaborative: collaborative.center_id in coordinated_center_ids(user),
        lambda user: Q(center_id__in=coordinated_center_ids(user)),
    )

view_collaborative.grant(
    lambda user, collaborative: collaborative.pk in roles_by_collaborative(user),
    lambda user: Q(pk__in=roles_by_collaborative(user)),
)
teach_collaborative.grant(
    lambda user, collaborative: collaborative.pk in taught_collaborative_ids(user),
    lambda user: Q(pk__in=taught_collaborative_ids(user)),
)
sponsor_collaborative.grant(
    lambda user, collaborative: collaborative.pk in sponsored_collaborative_ids(user),
    lambda user: Q(pk__in=sponsored_collaborative_ids(user)),
)
