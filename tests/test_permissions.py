"""Every address of the site × everybody in the world: what each person gets.

"Not yours" is 404, "yours but not allowed" is 403, and nobody without a session sees more than the way in. The table
names who gets what; whoever it does not name gets 404. A new address that is not in the table fails the first test.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from collab.models import CollaborativeAppointment, User
from metrics.enums import ReportKind
from teams.models import AgencyAppointment, TeamMembership
from tests.addresses import JANUARY, MAY, NOW, Site, finished_run, make_site
from tests.factories.collab import (
    ChangeIdeaFactory,
    ChangePackageFactory,
    DriverFactory,
    MeasureFactory,
)
from tests.factories.equity import StratifierFactory
from tests.factories.metrics import MeasureCheckFactory, QueryFactory, ReportFactory, SiteFactory
from tests.factories.teams import InvitationFactory, LeaderRequestFactory
from tests.worlds import FACULTY, MEMBERS, SIGNED_OUT, make_world

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

OK, TO, BAD, NO, GONE, ONLY_OTHER_METHOD = (
    HTTPStatus.OK,
    HTTPStatus.FOUND,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
)

ADMINISTRATOR = {"site administrator"}
MANAGERS = ADMINISTRATOR | {"coordinator"}
TEACHERS = set(FACULTY)
LEADER = {"senior leader"}
LEADERS = LEADER | {"senior leader of the pair"}
TEAM = set(MEMBERS)
NEIGHBORS = {"member of a neighbor team", "leader of a neighbor team"}
# Who sets baselines and phases of a team's chart, and who writes on it.
SHAPERS = MANAGERS | TEACHERS | {"team leader", "data lead"}
WRITERS = MANAGERS | TEACHERS | TEAM
SPONSOR = {"sponsor"}
REVIEWER = {"reviewer"}
# Who sees that the collaborative exists, who reads the team, and who reads the agency.
INSIDE = MANAGERS | TEACHERS | LEADERS | TEAM | NEIGHBORS | SPONSOR | REVIEWER
READERS = MANAGERS | TEACHERS | LEADER | TEAM
LIBRARY = MANAGERS | TEACHERS | LEADERS | TEAM | NEIGHBORS
WITHOUT_SESSION = {SIGNED_OUT, "switched-off person"}
OTHER_CENTER = {
    "other coordinator",
    "other coach",
    "other sponsor",
    "other senior leader",
    "other team leader",
}
FORMER = {"former coordinator", "former coach", "former senior leader", "former member"}
SIGNED_IN = INSIDE | OTHER_CENTER | FORMER | {"stranger"}
EVERYBODY = SIGNED_IN | WITHOUT_SESSION


@dataclass(frozen=True)
class Row:
    """An address: who reads it (GET) and who writes to it (POST); None where nobody can, whoever asks.

    Those ``within`` get 403: the thing is theirs to see, the deed is not. All others get 404, and without a session
    the way to sign in.
    """

    path: str
    readers: Collection[str] | None
    writers: Collection[str] | None
    within: Collection[str] = ()
    get: HTTPStatus = OK
    post: HTTPStatus = OK
    # What is sent; a view must not take a form for an empty one because nothing of its own is in it.
    data: Mapping[str, str] = field(default_factory=lambda: {"filled_in": ""})

    def expected(self, who: str, method: str) -> HTTPStatus:
        """What ``who`` gets."""
        may, answer = (self.readers, self.get) if method == "GET" else (self.writers, self.post)
        if may is not None and who in may:
            return answer
        if who in WITHOUT_SESSION and not self.is_open:
            return TO
        if may is None:
            # The method is refused before anything is looked up: it says nothing about what is there.
            return ONLY_OTHER_METHOD
        return NO if who in self.within else GONE

    @property
    def is_open(self) -> bool:
        """Whether it can be opened without a session."""
        return any(may is not None and SIGNED_OUT in may for may in (self.readers, self.writers))


def page(path: str, readers: Collection[str], within: Collection[str] = (), get: HTTPStatus = OK) -> Row:
    """Something to read. ``within``: who sees the thing around it, and so learns that this page is not for them."""
    return Row(path, readers, None, within, get=get)


def form(path: str, who: Collection[str], within: Collection[str] = (), post: HTTPStatus = OK) -> Row:
    """Something to fill in: sent empty, it comes back with what is wrong (200) or goes on (302)."""
    return Row(path, who, who, within, post=post)


def button(path: str, writers: Collection[str], within: Collection[str] = (), post: HTTPStatus = TO) -> Row:
    """Something that is only done, never looked at."""
    return Row(path, None, writers, within, post=post)


def form_on_page(path: str, readers: Collection[str], writers: Collection[str], post: HTTPStatus = OK) -> Row:
    """A page that more people read than write to."""
    return Row(path, readers, writers, readers, post=post)


def settings(path: str, make: Callable[..., Row], **status: HTTPStatus) -> Row:
    """A part of the collaborative's set-up: its managers change it, and nobody else inside."""
    return make(f"{{c}}settings/{path}", MANAGERS, INSIDE, **status)


def draft(path: str, make: Callable[..., Row], **status: HTTPStatus) -> Row:
    """A part of the draft of the change package: faculty and managers write it."""
    return make(f"{{c}}change-package/draft/{path}", MANAGERS | TEACHERS, INSIDE, **status)


def library(path: str, make: Callable[..., Row]) -> Row:
    """A page of the library: for all who take part, teach or look after the collaborative."""
    return make(f"{{c}}pdsa/library/{path}", LIBRARY, INSIDE)


def month(path: str, make: Callable[..., Row], **status: HTTPStatus) -> Row:
    """A part of entering a month: the team's own people, and nobody else who reads the team."""
    return make(f"{{t}}months/{MAY}/{path}", TEAM, READERS, **status)


def worksheet(path: str, make: Callable[..., Row], **status: HTTPStatus) -> Row:
    """A part of writing a worksheet: the team's own people, and nobody else who reads it."""
    return make(f"{{t}}pdsa/cycles/{{cycle}}/{path}", TEAM, READERS, **status)


TABLE = {
    # Everybody's
    "my_work": page("/", SIGNED_IN),
    "search": page("/search/?q=near", SIGNED_IN),
    "help": page("/help/", SIGNED_IN),
    "measure_library": page("/measure-library/?q=wait", SIGNED_IN),
    "library_entry": page("/measure-library/waiting_days/", SIGNED_IN),
    "profile": form("/me/", SIGNED_IN),
    "letters": form("/me/mails/", SIGNED_IN, post=TO),
    # The token is the right: without a true one there is nothing for anybody (tests/collab/common/test_letters.py).
    "letters_off": Row("/me/mails/off/no-token/", EVERYBODY, EVERYBODY, get=GONE, post=GONE),
    "gallery": page("/gallery/", ADMINISTRATOR),
    "health_live": page("/health/live", EVERYBODY),
    "health_ready": page("/health/ready", EVERYBODY),
    "invitation": form("/invitations/{token}/", EVERYBODY),
    "invitation_accept_mine": button("/me/invitations/{invitation}/accept/", ()),
    "demo_sign_in": Row("/demo/sign-in/", EVERYBODY, EVERYBODY, get=GONE, post=GONE),
    # Centers and agencies
    "centers": page("/centers/", SIGNED_IN),
    "center_new": form("/centers/new/", ADMINISTRATOR, SIGNED_IN),
    "center": page("{center}", MANAGERS),
    "center_edit": form("{center}edit/", MANAGERS),
    "collaborative_new": form("{center}collaboratives/new/", MANAGERS),
    "agencies": page("{center}agencies/", MANAGERS),
    "agency_add": form("{center}agencies/new/", MANAGERS),
    "center_people": form_on_page("{center}people/", MANAGERS, ADMINISTRATOR),
    "center_role_end": form("{center}people/{coordinator}/end/", ADMINISTRATOR, MANAGERS),
    "agency": page("{agency}", MANAGERS | LEADER),
    "agency_edit": form("{agency}edit/", MANAGERS, LEADER),
    "agency_people": form("{agency}people/", MANAGERS, LEADER),
    "agency_role_end": form("{agency}people/{leader}/end/", MANAGERS, LEADER),
    # A collaborative
    "collaborative": page("{c}", INSIDE),
    "teams": page("{c}teams/", INSIDE - SPONSOR - REVIEWER, INSIDE),
    "team_add": form("{c}add-team/", MANAGERS, INSIDE),
    "teams_add": form("{c}add-teams/", MANAGERS, INSIDE),
    "collaborative_people": form("{c}people/", MANAGERS, INSIDE),
    "collaborative_role_end": form("{c}people/{coach}/end/", MANAGERS, INSIDE),
    "invitation_resend": button("/invitations/{invitation}/send-again/", MANAGERS | {"team leader"}),
    "invitation_revoke": button("/invitations/{invitation}/take-back/", MANAGERS | {"team leader"}),
    "compare": page("{c}data/", INSIDE - REVIEWER, INSIDE),
    "results": page("{c}results/", INSIDE - REVIEWER, INSIDE),
    "funnel": page("{c}data/{measure}/funnel/", INSIDE - REVIEWER, INSIDE),
    "funnel_file": page("{c}data/{measure}/funnel.csv", MANAGERS | TEACHERS, REVIEWER),
    "multiples_file": page("{c}data/{measure}/teams.csv", LIBRARY, REVIEWER),
    "multiples": page("{c}data/{measure}/teams/", INSIDE - REVIEWER, INSIDE),
    "publication": form("{c}publication/", MANAGERS | TEACHERS, INSIDE),
    "portfolio": page("/sponsored/", SPONSOR | {"other sponsor"}),
    "saved_views": form("/me/views/", SIGNED_IN),
    "saved_view": form("/me/views/{view}/", {"coach"}),
    "saved_view_delete": button("/me/views/{view}/delete/", {"coach"}),
    "pooled_figure": page("{c}figures/{measure}.json", INSIDE),
    "chart_settings": form("{c}measures/{measure}/chart/", MANAGERS | TEACHERS, INSIDE),
    "chart_teach": page("{c}measures/{measure}/teach/", INSIDE - REVIEWER, INSIDE),
    "submissions": page("{c}submissions/", MANAGERS | TEACHERS, INSIDE),
    "quality": page("{c}quality/", MANAGERS | TEACHERS, INSIDE),
    "measure_checks": form("{c}quality/{measure}/", MANAGERS | TEACHERS, INSIDE),
    "measure_check_remove": button("{c}quality/{measure}/{check}/remove/", MANAGERS | TEACHERS, INSIDE),
    "queries": page("{c}queries/", MANAGERS | TEACHERS, INSIDE),
    "jobs": page("{c}jobs/", MANAGERS, INSIDE),
    "jobs_recompute": button("{c}jobs/recompute/", MANAGERS, INSIDE),
    "job_again": button("{c}jobs/{run}/again/", MANAGERS, INSIDE),
    "job_progress": page("{c}jobs/{run}/progress/", MANAGERS, INSIDE),
    "reports": Row(
        "{c}reports/", INSIDE - REVIEWER, INSIDE - REVIEWER, INSIDE, post=TO, data={"kind": ReportKind.COLLABORATIVE}
    ),
    "report": page("{c}reports/{report}/", {"coach"}),
    "report_download": page("{c}reports/{report}/download/", {"coach"}),
    # Its set-up
    "collaborative_settings": settings("", page),
    "collaborative_details": settings("details/", form),
    "collaborative_start": settings("start/", button),
    "collaborative_end": settings("end/", button),
    "collaborative_history": settings("history/", page),
    "measures": settings("measures/", page),
    "measure_new": settings("measures/new-measure/", form),
    "measures_copy": settings("measures/copy-measures/", form),
    "measures_from_library": settings("measures/from-library/", page),
    "measure_from_library": settings("measures/from-library/waiting_days/", button),
    "measure": settings("measures/{measure}/", page),
    "measure_edit": settings("measures/{measure}/edit/", form),
    "measure_move": settings("measures/{measure}/move/", button),
    "measure_retire": settings("measures/{measure}/retire/", button),
    "measure_return": settings("measures/{measure}/return/", button),
    "stratifiers": settings("strata/", page),
    "stratifier_new": settings("strata/new-list/", form),
    "stratifier_edit": settings("strata/{stratifier}/", form),
    "stratifier_retire": settings("strata/{stratifier}/retire/", button),
    "stratifier_return": settings("strata/{stratifier}/return/", button),
    # Its change package
    "change_package": page("{c}change-package/", INSIDE),
    "change_package_version": page("{c}change-package/versions/1/", INSIDE),
    "change_package_draft": draft("", page),
    "change_package_draft_new": draft("new/", button),
    "change_package_aim": draft("aim/", form),
    "driver_new": draft("drivers/new/", form),
    "driver": draft("drivers/{driver}/", form),
    "driver_move": draft("drivers/{driver}/move/", button),
    "driver_remove": draft("drivers/{driver}/remove/", button),
    "idea_new": draft("ideas/new/", form),
    "idea": draft("ideas/{idea}/", form),
    "idea_move": draft("ideas/{idea}/move/", button),
    "idea_remove": draft("ideas/{idea}/remove/", button),
    "change_package_publish": draft("publish/", button, post=OK),
    "change_package_discard": draft("discard/", button),
    # A team
    "team": page("{t}", READERS),
    "team_figure": page("{t}figures/{measure}.json", READERS),
    "chart": page("{t}measures/{measure}/", READERS),
    "chart_baseline": form("{t}measures/{measure}/baseline/", SHAPERS, READERS),
    "chart_phase": form("{t}measures/{measure}/phase/", SHAPERS, READERS),
    "chart_undo": button("{t}measures/{measure}/decisions/{decision}/undo/", SHAPERS, READERS),
    "annotation_new": form("{t}measures/{measure}/notes/new/", WRITERS, READERS),
    "annotation": form("{t}measures/{measure}/notes/{note}/", WRITERS, READERS),
    "annotation_remove": button("{t}measures/{measure}/notes/{note}/remove/", WRITERS, READERS),
    "annotation_return": button("{t}measures/{measure}/notes/{note}/return/", WRITERS, READERS),
    "team_edit": form("{t}edit/", MANAGERS, READERS),
    "team_withdraw": form("{t}withdraw/", MANAGERS, READERS),
    "team_complete": form("{t}complete/", MANAGERS, READERS),
    "team_return": button("{t}take-part-again/", MANAGERS, READERS),
    "team_people": form_on_page("{t}people/", READERS, MANAGERS | {"team leader"}),
    "team_member": form("{t}people/{member}/", MANAGERS | {"team leader"}, READERS),
    "team_member_end": form("{t}people/{member}/end/", MANAGERS | {"team leader"}, READERS),
    "team_requests": form_on_page("{t}requests/", READERS, TEAM),
    "request_answer": button("{t}requests/{request}/answer/", LEADER, READERS),
    "leader_goal": form("{t}goal/", LEADER, READERS, post=TO),
    "plan": page("{t}plan/", READERS),
    "plan_measure": form("{t}plan/{measure}/", TEAM, READERS, post=TO),
    "sites": form("{t}sites/", TEAM | MANAGERS, READERS),
    "site": form("{t}sites/{site}/", TEAM | MANAGERS, READERS),
    "site_switch": button("{t}sites/{site}/switch/", TEAM | MANAGERS, READERS),
    # Questions about its numbers
    "query_new": form(f"{{t}}months/{JANUARY}/ask/?cell={{measure}}", READERS - LEADER, READERS),
    "query": form_on_page("{t}queries/{query}/", READERS, READERS - LEADER),
    "query_close": button("{t}queries/{query}/close/", MANAGERS | TEACHERS, READERS),
    # Its months
    "months": page("{t}months/", READERS),
    "month_now": page("{t}months/now/", READERS, get=TO),
    "month": form_on_page(f"{{t}}months/{MAY}/", READERS, TEAM),
    "month_save": month("save/", button, post=OK),
    "month_sent": page(f"{{t}}months/{JANUARY}/sent/", READERS),
    "month_minutes": Row(f"{{t}}months/{JANUARY}/minutes/", None, TEAM, READERS, post=TO, data={"minutes": "20"}),
    "month_history": page(f"{{t}}months/{JANUARY}/history/", READERS),
    "month_reopen": form(f"{{t}}months/{JANUARY}/reopen/", MANAGERS, READERS),
    "month_template_csv": month("template.csv", page),
    "month_template_xlsx": month("template.xlsx", page),
    "month_upload": month("upload/", form),
    "month_upload_confirm": month("upload/confirm/", button),
    "month_upload_problems": button(f"{{t}}months/{MAY}/upload/problems/", READERS),
    # Its tests: everybody who sees the team reads the worksheets, its people write them
    "pdsa_overview": page("{c}pdsa/", INSIDE - SPONSOR - REVIEWER, INSIDE),
    "status_board": page("{c}pdsa/status/", MANAGERS | TEACHERS, INSIDE),
    "status_file": page("{c}pdsa/status.csv", MANAGERS | TEACHERS, INSIDE),
    "fidelity": page("{c}pdsa/fidelity/", MANAGERS | TEACHERS, INSIDE),
    "team_fidelity": page("{t}pdsa/fidelity/", READERS),
    "fidelity_file": page("{c}pdsa/fidelity.csv", MANAGERS | TEACHERS, INSIDE),
    "team_fidelity_file": page("{t}pdsa/fidelity.svg", READERS),
    "status_figure": page("{c}pdsa/status/pace.svg", MANAGERS | TEACHERS, INSIDE),
    "fidelity_score": form("{t}pdsa/cycles/{cycle}/fidelity/", TEACHERS, READERS),
    "team_pdsa": page("{t}pdsa/", READERS),
    "cycle_new": form("{t}pdsa/cycles/new/", TEAM, READERS),
    "cycle": form_on_page("{t}pdsa/cycles/{cycle}/", READERS, TEAM, post=TO),
    "cycle_save": worksheet("save/", button, post=OK),
    "cycle_move": worksheet("move/", button),
    "cycle_next": worksheet("next/", button),
    "cycle_history": page("{t}pdsa/cycles/{cycle}/history/", READERS),
    "cycle_revision": form_on_page("{t}pdsa/cycles/{cycle}/history/1/", READERS, TEAM, post=TO),
    "cycle_sharing": worksheet("sharing/", button, post=OK),
    "cycle_help": worksheet("help/", button, post=OK),
    "cycle_barrier": worksheet("barriers/", button, post=OK),
    "cycle_file_add": worksheet("files/", button, post=OK),
    "cycle_file": page("{t}pdsa/cycles/{cycle}/files/{file}/", READERS),
    "cycle_file_remove": worksheet("files/{file}/remove/", button),
    # What teams share: whoever takes part reads it, and the people of other teams take it over
    "library": library("", page),
    "library_file": page("{c}pdsa/library.csv", LIBRARY, INSIDE),
    "library_taken": library("taken/", page),
    "library_idea": library("ideas/{tried}/", page),
    "library_lineage_file": library("{shared}/lineage.svg", page),
    "library_idea_file": library("ideas/{tried}/lineage.csv", page),
    "library_cycle": library("{shared}/", page),
    "library_take": button("{c}pdsa/library/{shared}/take/", NEIGHBORS, INSIDE),
    "library_lineage": library("{shared}/lineage/", page),
    "coaching_queue": page("{c}pdsa/coaching/", MANAGERS | TEACHERS, INSIDE),
    "cycle_comment": button("{t}pdsa/cycles/{cycle}/comments/", TEAM | TEACHERS, READERS, post=BAD),
    "cycle_comment_edit": form("{t}pdsa/cycles/{cycle}/comments/{comment}/", {"clinician"}, READERS),
    "cycle_comment_settle": button("{t}pdsa/cycles/{cycle}/comments/{comment}/settle/", TEAM | TEACHERS, READERS),
    "cycle_review_ask": button("{t}pdsa/cycles/{cycle}/review/ask/", TEAM, READERS),
    "cycle_review_give": button("{t}pdsa/cycles/{cycle}/review/give/", TEACHERS, READERS, post=BAD),
    "cycle_note": button("{t}pdsa/cycles/{cycle}/notes/", TEACHERS, READERS, post=HTTPStatus.CONFLICT),
    "aim_new": form("{t}pdsa/aims/new/", TEAM, READERS),
    "aim": page("{t}pdsa/aims/{aim}/", READERS),
    "aim_file": page("{t}pdsa/aims/{aim}/aim.csv", READERS),
    "ramp_file": page("{t}pdsa/ramps/{ramp}/ramp.svg", READERS),
    "aim_edit": form("{t}pdsa/aims/{aim}/edit/", TEAM, READERS),
    "aim_close": form("{t}pdsa/aims/{aim}/close/", TEAM, READERS),
    "aim_reopen": button("{t}pdsa/aims/{aim}/reopen/", TEAM, READERS),
    "aim_print": page("{t}pdsa/aims/{aim}/aim.pdf", READERS),
    "ramp_new": form("{t}pdsa/ramps/new/", TEAM, READERS),
    "ramp": page("{t}pdsa/ramps/{ramp}/", READERS),
    "ramp_edit": form("{t}pdsa/ramps/{ramp}/edit/", TEAM, READERS),
    "ramp_next": button("{t}pdsa/ramps/{ramp}/next/", TEAM, READERS),
    "ramp_end": form("{t}pdsa/ramps/{ramp}/end/", TEAM, READERS),
    "ramp_resume": button("{t}pdsa/ramps/{ramp}/resume/", TEAM, READERS),
    "ramp_print": page("{t}pdsa/ramps/{ramp}/ramp.pdf", READERS),
    "cycle_print": page("{t}pdsa/cycles/{cycle}/worksheet.pdf", READERS),
    "worksheet_blank": page("{t}pdsa/worksheet.pdf", READERS),
    "cycles_import": form("{t}pdsa/file/", TEAM, READERS),
    "cycles_import_confirm": button("{t}pdsa/file/take/", TEAM, READERS),
    "cycles_template": page("{t}pdsa/file/template.csv", TEAM, READERS),
    "cycles_export": page("{t}pdsa/file/worksheets.xlsx", READERS),
}
# What comes with django-allauth: its address, then what GET gives to somebody who is not signed in, a clinician with a
# password, and a coordinator with an authenticator app. Anything that changes how one signs in asks for the password
# again (302). Which of these a person may open who lacks the second factor: collab/test_accounts_second_factor.py.
ACCOUNTS = {
    "account_login": ("login/", OK, TO, TO),
    "account_logout": ("logout/", TO, OK, OK),
    "account_inactive": ("inactive/", OK, OK, OK),
    "account_signup": ("signup/", OK, TO, TO),  # closed: it says to ask for an invitation
    "account_reauthenticate": ("reauthenticate/", TO, OK, OK),
    "account_email": ("email/", TO, OK, OK),
    "account_email_verification_sent": ("confirm-email/", OK, OK, OK),
    "account_change_password": ("password/change/", TO, OK, OK),
    "account_set_password": ("password/set/", TO, TO, TO),
    "account_reset_password": ("password/reset/", OK, OK, OK),
    "account_confirm_login_code": ("login/code/confirm/", TO, TO, TO),
    "account_confirm_email": ("confirm-email/wrong-key/", OK, OK, OK),
    "account_reset_password_from_key_done": ("password/reset/key/done/", OK, OK, OK),
    "account_reset_password_from_key": ("password/reset/key/1-wrong-key/", OK, OK, OK),
    "account_reset_password_done": ("password/reset/done/", OK, OK, OK),
    "mfa_index": ("2fa/", TO, OK, OK),
    "mfa_authenticate": ("2fa/authenticate/", TO, TO, TO),
    "mfa_reauthenticate": ("2fa/reauthenticate/", TO, TO, OK),
    "mfa_activate_totp": ("2fa/totp/activate/", TO, TO, TO),
    "mfa_deactivate_totp": ("2fa/totp/deactivate/", TO, GONE, TO),
    "mfa_view_recovery_codes": ("2fa/recovery-codes/", TO, GONE, GONE),
    "mfa_generate_recovery_codes": ("2fa/recovery-codes/generate/", TO, TO, TO),
    "mfa_download_recovery_codes": ("2fa/recovery-codes/download/", TO, GONE, GONE),
    "mfa_list_webauthn": ("2fa/webauthn/", TO, OK, OK),
    "mfa_add_webauthn": ("2fa/webauthn/add/", TO, TO, TO),
    "mfa_reauthenticate_webauthn": ("2fa/webauthn/reauthenticate/", TO, TO, TO),
    "mfa_remove_webauthn": ("2fa/webauthn/keys/1/remove/", TO, TO, TO),
    "mfa_edit_webauthn": ("2fa/webauthn/keys/1/edit/", TO, TO, TO),
    "mfa_login_webauthn": ("2fa/webauthn/login/", TO, TO, TO),
}


@pytest.fixture
def site() -> Iterator[Site]:
    with time_machine.travel(NOW, tick=False):
        yield make_site()


def all_addresses() -> dict[str, str]:
    """Name → pattern of every address of the site."""

    def walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, str]]:
        for pattern in resolver.url_patterns:
            here = before + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                yield pattern.name or here, here
            else:
                yield from walk(pattern, here)

    return dict(walk(get_resolver(), "/"))


def test_every_address_is_in_the_table() -> None:
    assert set(all_addresses()) == set(TABLE) | set(ACCOUNTS)


def test_everybody_of_the_world_is_somewhere() -> None:
    assert set(make_world().people) == EVERYBODY


def test_every_row_names_its_own_address(site: Site) -> None:
    assert {
        name: resolve(row.path.format(**site.places).partition("?")[0]).view_name for name, row in TABLE.items()
    } == {name: name for name in TABLE}


def status_of(client: Client, method: str, path: str, data: Mapping[str, str] | None = None) -> int:
    """What the address answers. Whatever it changed is undone, so that each question finds the same world."""
    cache.clear()
    with transaction.atomic():
        response = client.get(path) if method == "GET" else client.post(path, data)
        # To the end, for a file is open as long as it is not read.
        b"".join(response)
        transaction.set_rollback(True)
    status: int = response.status_code
    return status


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_what_everybody_gets_everywhere(site: Site, client_for: Callable[[User], Client], who: str) -> None:
    client = Client() if who == SIGNED_OUT else client_for(site.world.users[who])
    found, expected = {}, {}
    for name, row in TABLE.items():
        for method in ("GET", "POST"):
            found[name, method] = status_of(client, method, row.path.format(**site.places), row.data)
            expected[name, method] = row.expected(who, method).value
    assert found == expected


@pytest.mark.parametrize("name", ACCOUNTS)
def test_what_people_get_of_the_account_pages(site: Site, client_for: Callable[[User], Client], name: str) -> None:
    address, *expected = ACCOUNTS[name]
    path = f"/accounts/{address}"
    people = site.world.users
    clients = [Client(), client_for(people["clinician"]), client_for(people["coordinator"])]
    assert resolve(path).view_name == name
    assert [status_of(client, "GET", path) for client in clients] == [status.value for status in expected]


# Under an address that is the coordinator's own, the key of something that is not: it is as if it did not exist.
STRANGE_KEYS = [
    "{c}teams/{other_team}/",
    "{c}teams/{other_team}/people/",
    "{c}teams/{other_team}/figures/{other_measure}.json",
    "{c}people/{other_coach}/end/",
    "{c}settings/measures/{other_measure}/",
    "{c}settings/measures/{other_measure}/edit/",
    "{c}settings/strata/{other_stratifier}/",
    "{c}figures/{other_measure}.csv",
    "{c}jobs/{other_run}/progress/",
    "{c}change-package/draft/drivers/{other_driver}/",
    "{c}change-package/draft/ideas/{other_idea}/",
    "{c}change-package/versions/3/",
    "{c}reports/{other_report}/",
    "{c}reports/{other_report}/download/",
    "{t}people/{other_member}/",
    "{t}sites/{other_site}/",
    "{t}queries/{other_query}/",
    "{c}quality/{other_measure}/",
    "{t}people/{other_member}/end/",
    "{t}figures/{other_measure}.svg",
    "{t}plan/{other_measure}/",
    "{agency}people/{other_leader}/end/",
    "/agencies/{other_agency}/",
    "/agencies/{other_agency}/edit/",
]
STRANGE_BUTTONS = [
    "/invitations/{other_invitation}/send-again/",
    "/invitations/{other_invitation}/take-back/",
    "{c}jobs/{other_run}/again/",
    "{c}settings/measures/{other_measure}/retire/",
    "{c}settings/strata/{other_stratifier}/retire/",
    "{c}change-package/draft/drivers/{other_driver}/remove/",
    "{c}change-package/draft/ideas/{other_idea}/move/",
    "{t}requests/{other_request}/answer/",
    "{t}sites/{other_site}/switch/",
    "{t}queries/{other_query}/close/",
    "{c}quality/{measure}/{other_check}/remove/",
]


@pytest.fixture
def strange(site: Site) -> dict[str, object]:
    """The other center's things, which nobody of the first may reach by putting their keys into own addresses."""
    world = site.world
    collaborative, team = world.other_collaborative, world.other_team
    package = ChangePackageFactory(collaborative=collaborative, number=3)
    coach, leader, member = (world.users[who] for who in ("other coach", "other senior leader", "other team leader"))
    return site.places | {
        "other_team": team.slug,
        "other_measure": MeasureFactory(collaborative=collaborative, code="far_measure").code,
        "other_stratifier": StratifierFactory(collaborative=collaborative, code="far_groups").code,
        "other_driver": DriverFactory(package=package).pk,
        "other_idea": ChangeIdeaFactory(package=package).pk,
        "other_coach": CollaborativeAppointment.objects.get(user=coach).pk,
        "other_leader": AgencyAppointment.objects.get(user=leader).pk,
        "other_member": TeamMembership.objects.get(user=member).pk,
        "other_agency": world.other_agency.pk,
        "other_invitation": InvitationFactory(team=team).pk,
        "other_request": LeaderRequestFactory(team=team).pk,
        "other_site": SiteFactory(team=team).pk,
        "other_query": QueryFactory(team=team).pk,
        "other_check": MeasureCheckFactory(measure__collaborative=collaborative).pk,
        "other_report": ReportFactory(collaborative=collaborative, requested_by=coach).pk,
        "other_run": finished_run(collaborative).pk,
    }


@pytest.mark.parametrize("who", ["coordinator", "chair", "senior leader", "team leader"])
def test_keys_of_other_places_lead_nowhere(
    site: Site, strange: dict[str, object], client_for: Callable[[User], Client], who: str
) -> None:
    client = client_for(site.world.users[who])
    reached = {
        path: status
        for method, paths in (("GET", STRANGE_KEYS), ("POST", STRANGE_KEYS + STRANGE_BUTTONS))
        for path in paths
        if (status := status_of(client, method, path.format(**strange))) in (OK, TO)
    }
    assert reached == {}


def test_keys_of_other_places_are_not_found_even_by_those_who_manage(
    site: Site, strange: dict[str, object], client_for: Callable[[User], Client]
) -> None:
    client = client_for(site.world.users["coordinator"])
    found = {path: status_of(client, "GET", path.format(**strange)) for path in STRANGE_KEYS}
    found |= {path: status_of(client, "POST", path.format(**strange)) for path in STRANGE_BUTTONS}
    assert found == dict.fromkeys([*STRANGE_KEYS, *STRANGE_BUTTONS], GONE.value)
