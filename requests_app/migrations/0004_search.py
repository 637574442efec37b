"""The words of requests in a narrow table of their own, with an index of words on either database."""

import django.db.models.deletion
from django.db import migrations, models

from ccm_portal.register.search import words

TABLE = "requests_app_searchtext"
FORGET = f"INSERT INTO {TABLE}_fts({TABLE}_fts, rowid, words) VALUES ('delete', old.id, old.words)"
LEARN = f"INSERT INTO {TABLE}_fts(rowid, words) VALUES (new.id, new.words)"
FULL_TEXT = [
    f"CREATE VIRTUAL TABLE {TABLE}_fts USING fts5"
    f"(words, content='{TABLE}', content_rowid='id', tokenize='ascii', detail='none')",
    f"CREATE TRIGGER {TABLE}_added AFTER INSERT ON {TABLE} BEGIN {LEARN}; END",
    f"CREATE TRIGGER {TABLE}_removed AFTER DELETE ON {TABLE} BEGIN {FORGET}; END",
    f"CREATE TRIGGER {TABLE}_changed AFTER UPDATE ON {TABLE} BEGIN {FORGET}; {LEARN}; END",
]
INDEX = f"CREATE INDEX {TABLE}_words ON {TABLE} USING gin (array_to_tsvector(string_to_array(words, ' ')))"


def add_index(apps, schema_editor):
    for statement in [INDEX] if schema_editor.connection.vendor == "postgresql" else FULL_TEXT:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in ("added", "removed", "changed"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_{name}")
        schema_editor.execute(f"DROP TABLE IF EXISTS {TABLE}_fts")


def fill(apps, schema_editor):
    model = apps.get_model("requests_app", "AssistanceRequest")
    rows = model.objects.exclude(status="draft").values_list("pk", "search_text")
    text = apps.get_model("requests_app", "SearchText")
    text.objects.bulk_create(
        (text(request_id=pk, words=" ".join(words(found))) for pk, found in rows.iterator()), batch_size=500
    )


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0003_complete_register")]
    operations = [
        migrations.CreateModel(
            name="SearchText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.TextField()),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="search_text",
                        to="requests_app.assistancerequest",
                    ),
                ),
            ],
        ),
        migrations.RunPython(add_index, drop_index),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RemoveField(model_name="assistancerequest", name="search_text"),
    ]
