from django.db import migrations


class Migration(migrations.Migration):
    """Shares of requests are the one truth; the table that they replace goes."""

    dependencies = [("coalitions", "0005_commitments_to_shares")]

    operations = [
        migrations.DeleteModel(name="Commitment"),
        migrations.DeleteModel(name="HistoricalCommitment"),
    ]
