"""R44: outside precedents are on record with their source, and count as no coalition of the Convention."""

import csv
import json
import shutil

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from ccm_portal.loading import load_all
from coalitions.models import CaseStudy, Coalition
from reports import progress
from reports.forms import usual_period
from tests.test_access import ROLES, play

pytestmark = pytest.mark.django_db
CODE = "global-demining-initiative-colombia"


def a_study(**values):
    usual = {"code": "other", "name": "Another partnership", "actors": "Norway; Peru", "text": "-", "source": "A paper"}
    return CaseStudy.objects.create(**{**usual, **values})


def test_R044_the_papers_example_is_stored_with_actors_year_link_and_source():
    study = CaseStudy.objects.get(code=CODE)
    assert study.actor_list == ["United States of America", "Norway", "Colombia"]
    assert study.year == 2016
    assert study.link.startswith("http")
    assert "12 June 2017" in study.source
    assert (study.is_verified, study.is_example) == (True, False)


@pytest.mark.parametrize("role", ROLES)
def test_R044_everybody_reads_the_register(role):
    page = play(role).get("/case-studies/").content.decode()
    assert "Global Demining Initiative for Colombia" in page
    assert "United States of America, Norway, Colombia" in page
    assert "no figure of the portal counts them" in page


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_R044_the_register_is_a_file_too(client, kind):
    response = client.get("/case-studies/", {"format": kind})
    assert response.status_code == 200
    if kind == "json":
        assert json.loads(response.content)[0]["actors"] == ["United States of America", "Norway", "Colombia"]


def figures(client):
    """Whatever counts coalitions: the list with its number on the day, statistics, the progress report, the States."""
    today = timezone.localdate()
    starts, ends = usual_period(today)
    lists = [client.get(f"/coalitions/?format=json{query}").content for query in ("", "&as_of=2016-06-30")]
    active = [client.get("/coalitions/", {"as_of": day}).context["active"] for day in (today, "2016-06-30")]
    statistics = client.get("/reports/statistics/?covered_year=2017&as_of=2018-06-27&format=json").content
    report = progress.section(starts, ends)
    states = [client.get(f"/states/{code}/").content.count(b"coalition") for code in ("usa", "nor", "col")]
    return lists, active, statistics, report, states, Coalition.objects.count()


def test_R044_a_case_study_never_counts_as_a_coalition(client):
    with_it = figures(client)
    assert not Coalition.objects.filter(name__icontains="Demining Initiative").exists()
    a_study(year=2016)
    assert figures(client) == with_it
    CaseStudy.objects.all().delete()
    assert figures(client) == with_it


def test_R044_the_isu_keeps_the_register_in_the_admin(as_user, isu, coordinator):
    sent = {"code": "new", "name": "New", "actors": "Chad; Niger", "text": "Both", "source": "A paper", "year": "2020"}
    assert as_user(isu).post("/admin/coalitions/casestudy/add/", sent).status_code == 302
    study = CaseStudy.objects.get(code="new")
    assert study.history.get().history_user == isu
    assert as_user(coordinator).get("/admin/coalitions/casestudy/").status_code == 302


def test_R044_without_its_source_it_is_refused_beside_nothing_saved(as_user, isu):
    sent = {"code": "new", "name": "New", "actors": "Chad", "text": "Both", "source": ""}
    response = as_user(isu).post("/admin/coalitions/casestudy/add/", sent)
    assert response.status_code == 200
    assert "Say where this comes from." in response.content.decode()
    assert not CaseStudy.objects.filter(code="new").exists()
    with pytest.raises(IntegrityError, match="case_study_has_source"), transaction.atomic():
        a_study(source="")


def test_R044_a_correction_by_hand_survives_the_next_load(isu):
    study = CaseStudy.objects.get(code=CODE)
    study._history_user = isu
    study.name = "Corrected"
    study.save()
    load_all(settings.REFERENCE_DIR)
    assert CaseStudy.objects.get(code=CODE).name == "Corrected"


def test_R044_a_file_without_source_is_refused_with_its_line(tmp_path):
    folder = tmp_path / "reference"
    shutil.copytree(settings.REFERENCE_DIR, folder)
    path = folder / "portal" / "case_studies.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["source"] = ""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(CommandError, match=r"case_studies.csv line 2: source is empty"):
        call_command("load_reference", str(folder))


def test_R044_library_and_coalitions_lead_to_it():
    for address in ("/library/", "/coalitions/"):
        assert "/case-studies/" in Client().get(address).content.decode()
