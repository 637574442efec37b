"""SQLite keeps the beginnings of the searched words too: every search asks for words that begin with what was typed, and
without them it gathers the rows of all such words at each search."""

from django.db import migrations

TABLE = "requests_app_searchtext"
OPTIONS = f"words, content='{TABLE}', content_rowid='id', tokenize='ascii', detail='none'"
PREFIXES = ", prefix='2 3 4 5 6 7 8 9 10'"  # letters; what is written without spaces is kept in pairs of them


def keep(apps, schema_editor):
    _make(schema_editor, OPTIONS + PREFIXES)


def forget(apps, schema_editor):
    _make(schema_editor, OPTIONS)


def _make(schema_editor, options):
    """Anew, from the rows of the table; its triggers stand on that table and stay."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TABLE {TABLE}_fts")
        schema_editor.execute(f"CREATE VIRTUAL TABLE {TABLE}_fts USING fts5({options})")
        schema_editor.execute(f"INSERT INTO {TABLE}_fts({TABLE}_fts) VALUES ('rebuild')")


class Migration(migrations.Migration):
    dependencies = [("requests_app", "0008_lexemes")]
    operations = [migrations.RunPython(keep, forget)]
