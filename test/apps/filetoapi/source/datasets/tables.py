"""A table for each dataset, made when it is uploaded: c0, c1, … are its columns, whatever their names are."""

import csv

from django.db import connection


def read(file):
    """The names of the columns, and the rows. Raises ValueError for what is no table."""
    names, *rows = csv.reader(file.read().decode().splitlines())
    if not names or any(len(row) != len(names) for row in rows):
        raise ValueError("the file is no table: each row must have as many values as the first one")
    return names, rows


def fill(dataset, rows):
    columns = [f"c{index}" for index in range(len(dataset.columns))]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {dataset.table} (id INTEGER PRIMARY KEY, {' TEXT, '.join(columns)} TEXT)")
        cursor.executemany(
            f"INSERT INTO {dataset.table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", rows
        )


def some(dataset, first, count):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {dataset.table} ORDER BY id LIMIT %s OFFSET %s", [count, first])
        return [dict(zip(["id", *dataset.columns], row)) for row in cursor.fetchall()]
