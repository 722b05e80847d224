"""Writing many rows with one prepared statement: as `bulk_create` and `bulk_update`, without an object of each."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models

CONVERTED = (models.DateField, models.JSONField, models.BooleanField, models.UUIDField, models.DecimalField)


def insert_rows(
    model: type[models.Model],
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    on_conflict: str = "",
) -> None:
    """Inserts the rows; `names` are their attributes in order (`office_id`, not `office`), all others get their
    defaults. A value that occurs again, by identity, is converted for the database once. `on_conflict`: what is done
    about a row that is there already, in the words of SQL.
    """
    if not rows:
        return
    fields = {field.attname: field for field in model._meta.concrete_fields}
    named = [fields.pop(name) for name in names]
    rest = [field for field in fields.values() if not isinstance(field, models.AutoField)]
    constants = tuple(field.get_db_prep_save(field.get_default(), connection) for field in rest)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in (*named, *rest))
    table = connection.ops.quote_name(model._meta.db_table)
    marks = ", ".join(["%s"] * (len(named) + len(rest)))
    suffix = f" ON CONFLICT {on_conflict}" if on_conflict else ""
    with connection.cursor() as cursor:
        sql = f"INSERT INTO {table} ({columns}) VALUES ({marks}){suffix}"
        cursor.executemany(sql, [(*row, *constants) for row in _converted(named, rows)])


def update_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Sets the attributes `names` of many rows, each to its own values; a row ends with its key."""
    if not rows:
        return
    known: dict[str, models.Field[Any, Any]] = {field.attname: field for field in model._meta.concrete_fields}
    fields = [known[name] for name in names]
    columns = ", ".join(f"{connection.ops.quote_name(str(field.column))} = %s" for field in fields)
    table, key = model._meta.db_table, model._meta.pk
    sql = f"UPDATE {connection.ops.quote_name(table)} SET {columns} WHERE {key.column} = %s"
    with connection.cursor() as cursor:
        cursor.executemany(sql, _converted(fields, rows))


def add_to_rows(
    model: type[models.Model], by: Sequence[str], number: str, rows: Sequence[Sequence[Any]]
) -> None:
    """Adds to the attribute `number` of the rows that the attributes `by`, which are unique together, name; makes
    those that are not there. A row has the values of `by` and ends with what is added, which may be negative.
    """
    if not rows:
        return
    fields = {field.attname: str(field.column) for field in model._meta.concrete_fields}
    columns = [fields[name] for name in (*by, number)]
    table, marks = model._meta.db_table, ", ".join(["%s"] * len(columns))
    sql = f"""INSERT INTO {table} ({", ".join(columns)}) VALUES ({marks})
              ON CONFLICT ({", ".join(columns[:-1])}) DO UPDATE SET {number} = {table}.{number} + excluded.{number}"""
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def _converted(
    fields: Sequence["models.Field[Any, Any]"], rows: Sequence[Sequence[Any]]
) -> Sequence[Sequence[Any]]:
    places = [place for place, field in enumerate(fields) if isinstance(field, CONVERTED)]
    if not places:
        return rows
    known: dict[tuple[int, int], Any] = {}
    made = []
    for row in rows:
        new = list(row)
        for place in places:
            value = new[place]
            key = (place, id(value))
            if key not in known:
                known[key] = fields[place].get_db_prep_save(value, connection)
            new[place] = known[key]
        made.append(new)
    return made
