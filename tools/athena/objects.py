"""Objects of a bucket, and the rows in them as Athena reads them."""

import gzip
import pathlib
import re

import pyarrow
import pyarrow.parquet

# What Athena's names of types are in Arrow.
TYPES = {
    "int": pyarrow.int32(),
    "integer": pyarrow.int32(),
    "bigint": pyarrow.int64(),
    "string": pyarrow.string(),
    "varchar": pyarrow.string(),
}
NUMBER = re.compile(r"[+-]?[0-9]+")


class Failed(Exception):
    """A statement that Athena refuses or that fails."""


class Folder:
    """A folder that contains a folder for each bucket."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def list(self, bucket, prefix):
        """Returns the keys below a prefix, with their sizes and versions."""
        root = self.folder / bucket
        for path in sorted(root.rglob("*")):
            key = path.relative_to(root).as_posix()
            if key.startswith(prefix) and path.is_file():
                status = path.stat()
                yield key, status.st_size, (status.st_mtime_ns, status.st_size)

    def read(self, bucket, key):
        return (self.folder / bucket / key).read_bytes()


class S3:
    """An S3-compatible server."""

    def __init__(self, url):
        import boto3

        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "y"}
        self.client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)

    def list(self, bucket, prefix):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            for found in page.get("Contents", []):
                yield found["Key"], found["Size"], found["ETag"]

    def read(self, bucket, key):
        return self.client.get_object(Bucket=bucket, Key=key)["Body"].read()


def rows(name, data, table):
    """Returns the rows of an object as a table of Arrow, in the table's columns."""
    return parquet(name, data, table) if table.parquet else text(data, table)


def text(data, table):
    """Reads lines as LazySimpleSerDe does: it never fails. What is missing or no number is null."""
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    lines = data.decode(errors="replace").split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    values = [line.split(table.separator) for line in lines[table.skipped :]]
    columns = []
    for index, (_, kind) in enumerate(table.columns):
        column = [row[index] if index < len(row) else None for row in values]
        if kind != "string":
            column = [number(value, TYPES[kind].bit_width) for value in column]
        columns.append(pyarrow.array(column, TYPES[kind]))
    return pyarrow.table(columns, names=[name for name, _ in table.columns])


def number(value, bits):
    if value is None or not NUMBER.fullmatch(value):
        return None
    parsed = int(value)
    return parsed if -(2 ** (bits - 1)) <= parsed < 2 ** (bits - 1) else None


def parquet(name, data, table):
    """Reads Parquet. A column of another type than the table's is an error, as it is for the strictest readers."""
    found = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(data)).read()
    names = {column.lower(): column for column in found.column_names}
    columns = []
    for column, kind in table.columns:
        if column not in names:
            columns.append(pyarrow.nulls(found.num_rows, TYPES[kind]))
            continue
        values = found[names[column]]
        if values.type != TYPES[kind] and not pyarrow.types.is_null(values.type):
            raise Failed(
                f"HIVE_BAD_DATA: Field {column}'s type {values.type} in parquet file {name} "
                f"is incompatible with type {kind} defined in table schema"
            )
        columns.append(values.cast(TYPES[kind]))
    return pyarrow.table(columns, names=[column for column, _ in table.columns])
