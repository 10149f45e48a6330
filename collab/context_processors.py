"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """The product's name and the demonstration banners."""
    return {
        "site_name": "Learning Commons",
        "is_demo": settings.DEMO,
        "second_factor_waived": settings.DEMO_WAIVE_MFA,
    }
