"""Records as CSV, XLSX, JSON or a plain table: the same columns for exports of pages and for commands."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Record = Mapping[str, Any]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def plain(value: Any) -> Any:
    """A value as JSON can hold it: ISO dates, numbers as numbers, texts for the rest; lists stay lists."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return str(value)


def cell(value: Any) -> str | int | float:
    """A value as one cell; text that a spreadsheet would run as a formula is made harmless with an apostrophe."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(str(cell(item)) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {cell(item)}" for key, item in value.items())
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def to_csv(columns: Sequence[str], records: Iterable[Record]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(record[column]) for column in columns] for record in records)
    return out.getvalue()


def to_json(columns: Sequence[str], records: Iterable[Record]) -> str:
    rows = [{column: plain(record[column]) for column in columns} for record in records]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def to_xlsx(columns: Sequence[str], records: Iterable[Record]) -> bytes:
    import xlsxwriter  # a twentieth of a second, which every command would pay

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for number, row in enumerate([columns, *([cell(r[c]) for c in columns] for r in records)]):
            sheet.write_row(number, 0, row)
        sheet.autofit()
    return out.getvalue()


def to_text(columns: Sequence[str], records: Iterable[Record]) -> str:
    """Aligned columns for a terminal."""
    rows = [list(columns), *([str(cell(record[column])) for column in columns] for record in records)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(columns))]
    return "\n".join("  ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)).rstrip() for row in rows)
