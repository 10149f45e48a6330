"""The full-text index over the words of cycles: a tsvector with GIN on PostgreSQL, an FTS5 table on SQLite."""

from typing import Any

from django.db import migrations

FORWARDS = {
    # The words are taken apart once, when they are written: common words then cost no more than rare ones.
    "postgresql": (
        (
            "ALTER TABLE pdsa_cyclewords ADD COLUMN vector tsvector "
            "GENERATED ALWAYS AS (to_tsvector('english'::regconfig, words)) STORED"
        ),
        "CREATE INDEX cycle_words_search ON pdsa_cyclewords USING gin (vector)",
    ),
    # Stems like PostgreSQL's "english".
    "sqlite": ("CREATE VIRTUAL TABLE pdsa_words_fts USING fts5(words, tokenize='porter unicode61')",),
}
BACKWARDS = {
    "postgresql": ("DROP INDEX cycle_words_search", "ALTER TABLE pdsa_cyclewords DROP COLUMN vector"),
    "sqlite": ("DROP TABLE pdsa_words_fts",),
}


def forwards(_apps: Any, schema_editor: Any) -> None:
    for statement in FORWARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def backwards(_apps: Any, schema_editor: Any) -> None:
    for statement in BACKWARDS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("pdsa", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
