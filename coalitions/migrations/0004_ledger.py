import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The coalition's ledger points at shares of requests."""

    dependencies = [("coalitions", "0003_builder"), ("shares", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="LedgerLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "coalition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ledger", to="coalitions.coalition"
                    ),
                ),
                (
                    "share",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ledger_line", to="shares.share"
                    ),
                ),
            ],
            options={"ordering": ["pk"]},
        ),
    ]
