"""PostgreSQL keeps the lexemes of the searched words in a column: made for each row at each search they cost most of it,
since the planner believes that making them is free and passes by their index."""

from django.db import migrations

TABLE = "requests_app_searchtext"
LEXEMES = "array_to_tsvector(string_to_array(words, ' '))"
KEEP = [
    f"DROP INDEX {TABLE}_words",
    f"ALTER TABLE {TABLE} ADD COLUMN words_lexemes tsvector GENERATED ALWAYS AS ({LEXEMES}) STORED",
    f"CREATE INDEX {TABLE}_words ON {TABLE} USING gin (words_lexemes)",
]
FORGET = [
    f"ALTER TABLE {TABLE} DROP COLUMN words_lexemes",
    f"CREATE INDEX {TABLE}_words ON {TABLE} USING gin ({LEXEMES})",
]


def keep(apps, schema_editor):
    _run(schema_editor, KEEP)


def forget(apps, schema_editor):
    _run(schema_editor, FORGET)


def _run(schema_editor, statements):
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0007_support_told_by_giver")]
    operations = [migrations.RunPython(keep, forget)]
