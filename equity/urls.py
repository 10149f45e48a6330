from django.urls import path

from equity.views import setup

STRATA = "c/<slug:collaborative>/settings/strata/"

urlpatterns = [
    path(STRATA, setup.stratifiers, name="stratifiers"),
    # Codes have no hyphens, so this name can never be one.
    path(f"{STRATA}new-list/", setup.stratifier_new, name="stratifier_new"),
    path(f"{STRATA}<slug:code>/", setup.stratifier_edit, name="stratifier_edit"),
    path(f"{STRATA}<slug:code>/retire/", setup.stratifier_retire, name="stratifier_retire"),
    path(f"{STRATA}<slug:code>/return/", setup.stratifier_return, name="stratifier_return"),
]
