"""The calendar feed: valid for RFC 5545, the same bytes for the same facts, and updates instead of duplicates."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from ccm_portal.register.feeds import deadline_feed
from ccm_portal.register.models import Completion, ExtensionDecision, Meeting, Obligation, State, TransparencyReport

pytestmark = pytest.mark.django_db
DAY = "2026-11-21"


def read(client, query="", day=DAY):
    response = client.get(f"/deadlines.ics?as_of={day}{query}")
    assert response.status_code == 200
    return response.content


def events(body):
    return {str(event["uid"]): event for event in Calendar.from_ical(body).walk("VEVENT")}


def iraq():
    return Obligation.objects.get(state="IRQ", limb="4.1(a)")


def test_feed_has_what_the_standard_requires(client):
    response = client.get("/deadlines.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    feed = Calendar.from_ical(response.content)
    assert feed.errors == []
    assert (feed["version"], feed["method"], feed["calscale"]) == ("2.0", "PUBLISH", "GREGORIAN")
    assert feed["prodid"]
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT12H\r\n" in response.content
    assert b"X-PUBLISHED-TTL:PT12H\r\n" in response.content
    found = feed.walk("VEVENT")
    assert len(found) > 10
    for event in found:
        assert event.errors == []
        assert isinstance(event.decoded("dtstart"), date)
        assert event["dtstart"].params["VALUE"] == "DATE"
        assert event.decoded("dtend") == event.decoded("dtstart") + timedelta(days=1)
        assert event.decoded("dtstamp") == event.decoded("last-modified")
        assert event.decoded("dtstamp").utcoffset() == timedelta()
        assert event.decoded("dtstamp") <= timezone.now()
        assert 0 <= int(event["sequence"]) < 2**31
        assert event["summary"]
        assert str(event["url"]) in str(event["description"])


@pytest.mark.parametrize("query", ["", "&article=7", "&reports=on", "&status=all", "&state=LAO&reports=on"])
def test_lines_are_folded_and_names_are_unique(client, query):
    body = read(client, query)
    lines = body.split(b"\r\n")
    assert lines[-1] == b""
    assert max(len(line) for line in lines) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    for line in lines:
        line.decode()  # no character is cut in two
    uids = [str(event["uid"]) for event in Calendar.from_ical(body).walk("VEVENT")]
    assert uids
    assert len(set(uids)) == len(uids)


def test_text_is_escaped(client):
    State.objects.filter(pk="IRQ").update(name="Iraq; with, signs\\")
    (event,) = events(read(client, "&state=IRQ")).values()
    assert str(event["summary"]).startswith("Iraq; with, signs\\: deadline")
    assert rb"Iraq\; with\, signs\\" in read(client, "&state=IRQ")


def test_same_facts_give_the_same_bytes(client):
    assert read(client) == read(client)
    assert client.get("/deadlines.ics").content == client.get("/deadlines.ics").content


def test_an_extension_moves_the_entry_under_the_same_name_with_a_greater_sequence(client):
    before = events(read(client))
    obligation = iraq()
    old = before["irq-4-1a-deadline@ccm-portal.invalid"]
    assert old.decoded("dtstart") == date(2028, 11, 1)
    ExtensionDecision.objects.create(
        obligation=obligation,
        sequence=9,
        meeting=Meeting.objects.get(code="13MSP"),
        outcome="granted",
        granted_months=24,
    )
    after = events(read(client))
    new = after["irq-4-1a-deadline@ccm-portal.invalid"]
    assert new.decoded("dtstart") == date(2030, 11, 1)
    assert int(new["sequence"]) > int(old["sequence"])
    unmoved = set(before) - {"irq-4-1a-deadline@ccm-portal.invalid"}
    assert all(before[uid].to_ical() == after[uid].to_ical() for uid in unmoved)


@pytest.mark.parametrize(
    "change",
    [
        lambda o: _save(o, source="Another source"),
        lambda o: _save(o.state, name="Republic of Iraq"),
        lambda o: _save(o.extensions.last(), granted_until=date(2029, 1, 1)),
        lambda o: o.extensions.last().delete(),
        lambda o: _save(Meeting.objects.get(code="13MSP"), first_day=date(2025, 9, 15)),
    ],
    ids=["source", "name", "moved", "removed", "meeting"],
)
def test_whatever_is_shown_changes_the_sequence_grows(client, change):
    old = events(read(client))["irq-4-1a-deadline@ccm-portal.invalid"]
    change(iraq())
    new = events(read(client))["irq-4-1a-deadline@ccm-portal.invalid"]
    assert int(new["sequence"]) > int(old["sequence"])


def _save(record, **values):
    for name, value in values.items():
        setattr(record, name, value)
    record.save()


def test_a_status_that_changes_by_itself_grows_the_sequence_too(client):
    """Nobody records anything on the day on which a deadline passes."""
    for model in (State, TransparencyReport, Meeting, Obligation, ExtensionDecision, Completion):
        model.history.update(history_date="2020-01-01T00:00:00Z")
    uid = "tcd-4-1a-deadline@ccm-portal.invalid"
    last, first = (events(read(client, "", day))[uid] for day in ("2026-10-01", "2026-10-02"))
    assert str(last["description"]) != str(first["description"])
    assert int(first["sequence"]) > int(last["sequence"])
    again = events(read(client, "", "2026-10-03"))[uid]
    assert again.to_ical() == first.to_ical()


def test_a_fulfilled_clock_leaves_the_calendar(client):
    assert "irq-4-1a-deadline@ccm-portal.invalid" in events(read(client))
    Completion.objects.create(obligation=iraq(), day=date(2026, 11, 1))
    body = read(client)
    assert "irq-4-1a-deadline@ccm-portal.invalid" not in events(body)
    assert b"CANCELLED" not in body


def test_filters_narrow_the_feed(client):
    assert {uid[:3] for uid in events(read(client, "&state=lao"))} == {"lao"}
    assert {uid[:7] for uid in events(read(client, "&state=LAO&reports=on"))} == {"lao-4-1", "lao-7-2"}
    assert all("-3-2-" in uid for uid in events(read(client, "&article=3", "2018-01-01")))
    regions = {State.objects.get(pk=uid[:3].upper()).region for uid in events(read(client, "&region=africa"))}
    assert regions == {"africa"}


def test_a_feed_with_nothing_in_it_is_still_valid(client):
    body = read(client, "&state=NOR")
    assert events(body) == {}
    assert len(Calendar.from_ical(body).subcomponents) == 1


@pytest.mark.parametrize("query", ["state=XXX", "article=9", "year=soon", "region=moon"])
def test_a_filter_that_cannot_be_read_is_refused(client, query):
    """A calendar that silently showed everything, or nothing, would be worse than an error."""
    assert client.get(f"/deadlines.ics?{query}").status_code == 400


def test_annual_reports_of_all_states_are_one_entry(client):
    found = events(read(client, "&article=7"))
    assert [uid for uid in found if uid.startswith("reports-")] == ["reports-2026-due@ccm-portal.invalid"]
    assert found["reports-2026-due@ccm-portal.invalid"].decoded("dtstart") == date(2027, 4, 30)


def test_a_calendar_that_has_it_is_told_so(client):
    response = client.get("/deadlines.ics")
    etag, changed = response["ETag"], response["Last-Modified"]
    assert client.get("/deadlines.ics", headers={"if-none-match": etag}).status_code == 304
    assert client.get("/deadlines.ics", headers={"if-modified-since": changed}).status_code == 304
    _save(iraq().extensions.last(), source="Another source")  # shown: the second of the day may still be the same
    assert client.get("/deadlines.ics", headers={"if-none-match": etag}).status_code == 200


def test_two_clocks_of_new_hostilities_and_a_later_discovery_have_their_own_names(client):
    for day in (date(2016, 5, 1), date(2019, 5, 1)):
        Obligation.objects.create(state_id="IRQ", article=4, limb="4.1(b)", hostilities_ended=day)
    found = Obligation.objects.get(state="LAO", limb="4.1(a)")
    later = Obligation.objects.create(state_id="LAO", article=4, limb="4.1(a)", follows=found)
    uids = {uid.split("@")[0] for uid in events(read(client))}
    assert {"irq-4-1b-2016-05-01-deadline", "irq-4-1b-2019-05-01-deadline", "irq-4-1a-deadline"} <= uids
    assert {"lao-4-1a-deadline", f"lao-4-1a-{later.pk}-deadline"} <= uids
    for slug in ("irq/deadlines/4-1b-2016-05-01", f"lao/deadlines/4-1a-{later.pk}", "lao/deadlines/4-1a"):
        assert client.get(f"/states/{slug}/").status_code == 200


def test_public_feed_may_be_kept_by_any_cache_and_a_personal_one_by_the_reader_alone(client, rf):
    public = client.get("/deadlines.ics")
    assert set(public["Cache-Control"].split(", ")) == {"public", "max-age=3600"}
    personal = deadline_feed(rf.get("/"), {}, on=date(2026, 11, 21), name="Mine", is_private=True)
    assert set(personal["Cache-Control"].split(", ")) == {"private", "max-age=3600"}
