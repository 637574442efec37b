"""The obligation areas, and on PostgreSQL an index that makes text search cheap."""

from django.db import migrations

# As of this migration; later areas come with later migrations or through the admin.
AREAS = [
    ("stockpile_destruction", 3),
    ("clearance", 4),
    ("risk_education", 4),
    ("victim_assistance", 5),
    ("transparency_reporting", 7),
    ("national_legislation", 9),
    ("other", 6),
]


def add_areas(apps, schema_editor):
    area = apps.get_model("requests_app", "Area")
    for order, (code, article) in enumerate(AREAS):
        area.objects.get_or_create(code=code, defaults={"article": article, "order": order})


def add_search_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        # The widest column would be stored out of line, and every recheck of a search would have to fetch it.
        schema_editor.execute("ALTER TABLE requests_app_assistancerequest ALTER COLUMN search_text SET STORAGE MAIN")
        schema_editor.execute(
            "CREATE INDEX IF NOT EXISTS request_search ON requests_app_assistancerequest "
            "USING gin (search_text gin_trgm_ops)"
        )


def drop_search_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS request_search")


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0001_initial")]
    operations = [
        migrations.RunPython(add_areas, migrations.RunPython.noop),
        migrations.RunPython(add_search_index, drop_search_index),
    ]
