"""What goes wrong in life: a double click, a stale page, an odd address, text that wants to be code.

Each is answered with a page and a sentence, never with an error of the site, and nothing is half written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.db import models
from django.test import Client

from collab.models import Center, ChangeIdea, ChangePackage, Collaborative, Driver, Measure, User
from equity.models import Stratifier
from metrics.models import Report, Submission
from teams.models import Agency, Invitation, LeaderRequest, Team
from tests.addresses import MAY, NOW, Site, make_site
from tests.pages import Page
from tests.test_permissions import TABLE

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

SignedIn = Callable[[User], Client]


@pytest.fixture
def site() -> Iterator[Site]:
    with time_machine.travel(NOW, tick=False):
        yield make_site()


@pytest.fixture
def administrator(site: Site, client_for: SignedIn) -> Client:
    return client_for(site.world.users["site administrator"])


# --- A double click ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """A form that makes one thing: who fills it in, where, with what."""

    who: str
    path: str
    thing: type[models.Model]
    data: dict[str, Any]


COLLABORATIVE = {
    "name": "Double",
    "type": "learning_collaborative",
    "topic": "Access",
    "aim": "Nobody waits.",
    "start": "2026-01",
    "months": 12,
    "cadence": "month",
    "time_zone": "America/New_York",
    "due_day": 10,
    "lock_after_days": 60,
    "data_sharing": "coded",
}
MEASURE = {
    "name": "Double",
    "kind": "outcome",
    "stat": "proportion",
    "period": "month",
    "direction": "down",
    "unit": "%",
    "multiplier": 100,
    "numerator": "People seen",
    "denominator": "People who called",
    "chart": "p",
    "minimum_denominator": 0,
    "required": "on",
    "effective_month": "2025-07",
}
FORMS = {
    "center": Made("site administrator", "/centers/new/", Center, {"name": "Double", "slug": ""}),
    "collaborative": Made("coordinator", "{center}collaboratives/new/", Collaborative, COLLABORATIVE),
    "agency": Made("coordinator", "{center}agencies/new/", Agency, {"code": "DOUBLE", "name": "Double"}),
    "team": Made(
        "coordinator",
        "{c}add-team/",
        Team,
        {"new_agency_code": "DOUBLE", "new_agency_name": "Double", "name": "Double", "enrolled_on": "2025-07-01"},
    ),
    "teams": Made("coordinator", "{c}add-teams/", Team, {"rows": "DOUBLE,Double", "enrolled_on": "2025-07-01"}),
    "measure": Made("coordinator", "{c}settings/measures/new-measure/", Measure, MEASURE),
    "stratifier": Made(
        "coordinator",
        "{c}settings/strata/new-list/",
        Stratifier,
        {"name": "Double", "groups": "One\nTwo", "measures": "{measure_pk}"},
    ),
    "invitation": Made(
        "team leader", "{t}people/", Invitation, {"people": "ana@example.org", "role": "team_member", "message": ""}
    ),
    "request": Made("team leader", "{t}requests/", LeaderRequest, {"text": "Two protected hours.", "why": ""}),
    "report": Made("coach", "{c}reports/", Report, {"kind": "collaborative"}),
    "driver": Made("coach", "{c}change-package/draft/drivers/new/", Driver, {"name": "Double"}),
    "idea": Made(
        "coach",
        "{c}change-package/draft/ideas/new/",
        ChangeIdea,
        {"name": "Double", "drivers": "{driver}", "evidence": "some"},
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_double_click_makes_one(site: Site, client_for: SignedIn, form: str) -> None:
    made = FORMS[form]
    client = client_for(site.world.users[made.who])
    # The one that the site has was asked for a moment ago, and stands for a second click.
    Report.objects.all().delete()
    site.places["measure_pk"] = site.world.collaborative.measures.get().pk
    path = made.path.format(**site.places)
    data = {key: value.format(**site.places) if isinstance(value, str) else value for key, value in made.data.items()}
    before = made.thing._default_manager.count()
    first = client.post(path, data)
    assert first.status_code == 302, Page(first).texts(".error-summary")
    assert made.thing._default_manager.count() == before + 1
    again = client.post(path, data)
    # Either the second click led to the same place as the first, or it was told that this is there already.
    assert again.status_code == 302 or Page(again).texts(".error-summary li") != []
    assert made.thing._default_manager.count() == before + 1


@pytest.mark.usefixtures("site")
def test_a_second_draft_is_not_begun_by_a_double_click(site: Site, client_for: SignedIn) -> None:
    client = client_for(site.world.users["coach"])
    for _click in range(2):
        client.post("{c}change-package/draft/new/".format(**site.places))
    assert ChangePackage.objects.drafts().filter(collaborative=site.world.collaborative).count() == 1


# --- A form that does not come from our page -----------------------------------------------------------------------


def test_no_form_is_taken_without_its_token(site: Site, administrator: Client) -> None:
    """Every address that can be written to, whoever asks."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = administrator.cookies
    answers = {
        name: client.post(row.path.format(**site.places), row.data).status_code
        for name, row in TABLE.items()
        if row.writers is not None
    }
    assert answers == dict.fromkeys(answers, 403)


# --- Odd requests --------------------------------------------------------------------------------------------------


def test_head_answers_like_get_without_the_page(site: Site, administrator: Client) -> None:
    paths = {name: row.path.format(**site.places) for name, row in TABLE.items() if row.readers is not None}
    answers = {name: administrator.head(path) for name, path in paths.items()}
    assert {name for name, answer in answers.items() if b"".join(answer)} == set()
    assert {name: answer.status_code for name, answer in answers.items()} == {
        name: administrator.get(path).status_code for name, path in paths.items()
    }


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_other_methods_are_refused_everywhere(site: Site, administrator: Client, method: str) -> None:
    answers = {
        name: administrator.generic(method, row.path.format(**site.places)).status_code for name, row in TABLE.items()
    }
    # Outside a demonstration its address does not exist, whichever way it is asked for.
    assert answers == dict.fromkeys(answers, 405) | {"demo_sign_in": 404}


MANY = "9" * 40
QUERIES = ["page=999", "page=-1", "page=x", f"page={MANY}", "q=%00", "q=a%00b", "q=%ff%fe", "measure=%00", "need=%27"]
QUERIES += [f"q={'a' * 5000}", "measure=no-such", "from=%00", f"parent={MANY}", f"driver={MANY}", "driver=%C2%B2"]


def test_no_query_breaks_a_page(site: Site, administrator: Client) -> None:
    pages = [row.path.format(**site.places).partition("?")[0] for row in TABLE.values() if row.readers]
    broken = {
        (path, query)
        for path in pages
        for query in QUERIES
        if administrator.get(f"{path}?{query}").status_code not in ((400,) if "%00" in query else (200, 302, 403, 404))
    }
    assert broken == set()


@pytest.mark.parametrize(
    "path",
    [
        "/c/NEAR/",
        "/c/near%00/",
        "/c/" + "a" * 500 + "/",
        "/agencies/99999999999999999999999/",
        "/agencies/0/",
        "/invitations/99999999999999999999999/take-back/",
        "{c}jobs/99999999999999999999999/progress/",
        "{c}people/99999999999999999999999/end/",
        "{c}change-package/versions/99999999999999999999999/",
        "{c}change-package/draft/drivers/99999999999999999999999/",
        "{c}reports/99999999999999999999999/",
        "{t}months/2025-13/",
        "{t}months/0000-01/",
        "{t}months/25-1/",
        "{t}people/99999999999999999999999/",
        "{t}figures/NO_SHOW.json",
        "{t}figures/no_show.pdf",
        "{t}figures/constructor.json",
    ],
)
def test_an_address_that_is_not_there_is_not_found(site: Site, administrator: Client, path: str) -> None:
    response = administrator.get(path.format(**site.places))
    # An invitation is only ever taken back by a form.
    assert response.status_code == (405 if path.endswith("take-back/") else 404)


@pytest.mark.parametrize(
    "languages",
    ["", "*", "xx-YY", "tlh-Qaak;q=banana", ",,,;;;q=", "en;q=0, de;q=1.5", "../../etc/passwd", "a-" * 4000],
)
def test_any_language_asked_for_gets_the_page(site: Site, administrator: Client, languages: str) -> None:
    response = administrator.get("/", HTTP_ACCEPT_LANGUAGE=languages)
    assert Page(response).texts("h1") == ["My work"]
    assert response["Content-Language"] == "en-us"


@pytest.mark.parametrize("month", ["2024-12", "2026-01", "1900-01", "2199-12"])
def test_a_month_outside_the_collaborative_takes_nothing(site: Site, client_for: SignedIn, month: str) -> None:
    client = client_for(site.world.users["data lead"])
    before = Submission.objects.count()
    path = "{t}months/".format(**site.places) + month + "/"
    field = f"numerator-{site.places['measure']}"
    shown = client.get(path)
    assert "is not a reporting month of this collaborative" in Page(shown).html
    assert client.post(path, {field: "1", "action": "submit"}).status_code == 302
    assert client.post(path + "save/", {field: "1"}).status_code == 409
    assert client.get(path + "template.csv").status_code == 403
    assert client.get(path + "upload/").status_code == 403
    assert client.get(path + "history/").status_code == 200
    assert Submission.objects.count() == before


def test_a_form_that_is_too_large_is_refused_in_words(site: Site, client_for: SignedIn) -> None:
    client = client_for(site.world.users["data lead"])
    client.raise_request_exception = False
    response = client.post(f"{{t}}months/{MAY}/".format(**site.places), {"note": "x" * 6_000_000})
    assert response.status_code in (400, 413)
    assert Page(response).texts("h1") == ["That request could not be read"]


# --- Text that wants to be code ------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script>{{7*7}}{% debug %}'\"--;DROP TABLE"


def text_fields(model: type[models.Model]) -> list[str]:
    """The fields of free text: not those with a list of choices, and not short names in addresses."""
    return [
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.SlugField | models.EmailField)
        and not field.choices
        and field.name not in ("password", "token_hash", "time_zone", "code", "task", "key", "scope_type")
        and (field.max_length or 1000) >= len(HOSTILE)
    ]


def test_text_is_never_code_on_any_page(site: Site, administrator: Client, client_for: SignedIn) -> None:
    """Every text that a person can write is hostile, and every page shows it as it was typed."""
    written = (Center, Collaborative, Agency, Team, Driver, ChangeIdea, ChangePackage, Stratifier, LeaderRequest, User)
    for model in (*written, Measure.versions.rel.related_model, Invitation):
        names = text_fields(model)
        if names:
            model._default_manager.update(**dict.fromkeys(names, HOSTILE))
    shown = 0
    for client in (administrator, client_for(site.world.users["data lead"]), client_for(site.world.users["coach"])):
        for name, row in TABLE.items():
            response = client.get(row.path.format(**site.places))
            html = b"".join(response).decode(errors="replace")
            if response.status_code != 200 or "html" not in response["Content-Type"]:
                continue
            assert "<script>alert(1)" not in html, name
            # 49 would stand where the braces stood.
            assert "</script>49" not in html, name
            assert "&lt;/script&gt;49" not in html, name
            shown += "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}{% debug %}" in html
            assert all(script.text is None for script in Page(response).all("script:not([type])")), name
    assert shown > 100
