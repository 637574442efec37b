"""Every commitment becomes a share of its request, with its coalition, its steps and its old versions."""

from django.db import migrations
from django.db.models import Max

SAME = (
    "request_id", "supporter_id", "kind", "description", "amount", "currency", "from_year", "to_year", "condition",
    "status", "recorded_on", "recorded_by_id", "is_example",
)  # fmt: skip
AGREED = {"committed", "delivered"}


def move(apps, schema_editor):
    Commitment = apps.get_model("coalitions", "Commitment")
    Old = apps.get_model("coalitions", "HistoricalCommitment")
    LedgerLine = apps.get_model("coalitions", "LedgerLine")
    Share = apps.get_model("shares", "Share")
    New = apps.get_model("shares", "HistoricalShare")
    Step = apps.get_model("shares", "ShareStep")
    # Keys keep their distance from shares that are there already, so that old versions find their share.
    first = Share.objects.aggregate(last=Max("pk"))["last"] or 0
    for row in Commitment.objects.select_related("supporter", "request").order_by("pk"):
        share = Share.objects.create(pk=first + row.pk, **_same(row))
        LedgerLine.objects.create(share=share, coalition_id=row.coalition_id)
        said = _side_of_recorder(apps, row)
        for step in ("pledged", row.status) if row.status != "pledged" else ("pledged",):
            # when and by whom a later status was set was not recorded: nobody's word stands for it
            word = said if step == "pledged" else {}
            Step.objects.create(share=share, step=step, on=row.recorded_on, recorded_by_id=row.recorded_by_id, **word)
    New.objects.bulk_create(
        New(
            id=first + row.id,
            history_date=row.history_date,
            history_change_reason=row.history_change_reason,
            history_type=row.history_type,
            history_user_id=row.history_user_id,
            **_same(row),
        )
        for row in Old.objects.order_by("history_id")
    )
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "SELECT setval(pg_get_serial_sequence('shares_share', 'id'), greatest("
            "(SELECT max(id) FROM shares_share), (SELECT max(id) FROM shares_historicalshare), 1))"
        )


def _same(row):
    """The columns of a commitment in a share; what was agreed had no channel on record."""
    return {name: getattr(row, name) for name in SAME} | {"channel": "not_stated" if row.status in AGREED else ""}


def _side_of_recorder(apps, row):
    """The word of the side for which whoever recorded it held a post on that day; nobody's for all others."""
    posts = apps.get_model("accounts", "Appointment").objects.filter(
        user=row.recorded_by_id, starts__lte=row.recorded_on
    )
    for post in posts.exclude(ends__lt=row.recorded_on):
        if post.role == "focal_point" and post.state_id == row.request.state_id:
            return {"state_on": row.recorded_on, "state_by_id": row.recorded_by_id}
        if (post.role == "focal_point" and post.state_id == row.supporter.state_id) or (
            post.organisation_id is not None and post.organisation_id == row.supporter.organisation_id
        ):
            return {"supporter_on": row.recorded_on, "supporter_by_id": row.recorded_by_id}
    return {}


class Migration(migrations.Migration):
    dependencies = [("coalitions", "0004_ledger"), ("accounts", "0003_complete_register")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop, elidable=True)]
