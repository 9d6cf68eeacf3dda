"""Writes Parquet files with pyarrow: lines of records, in files of different styles.

The specification is a JSON object on standard input. Nobody else's writer decides what a missing value looks like, so each
file says it itself.
"""

import json
import pathlib
import sys

import pyarrow
import pyarrow.csv
import pyarrow.parquet

WIDE = {"int32": pyarrow.int64()}
TYPES = {"int32": pyarrow.int32(), "int64": pyarrow.int64(), "string": pyarrow.string()}


def read(path, names):
    """Returns the lines as a table of texts, with null for `-`."""
    text = pyarrow.string()
    return pyarrow.csv.read_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(column_names=names),
        parse_options=pyarrow.csv.ParseOptions(delimiter=" ", quote_char=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={name: text for name in names}, null_values=["-"], strings_can_be_null=True
        ),
    )


def write(table, fields, file, path):
    columns = {}
    for field in fields:
        name, kind = field["name"], field["type"]
        values = table[name]
        target = WIDE.get(kind, TYPES[kind]) if file["wide"] else TYPES[kind]
        is_text = kind == "string"
        missing = file["missing"]
        if missing == "absent" and values.null_count == len(values):
            continue
        values = values.cast(target)
        if missing == "zero":
            values = values.fill_null("-" if is_text else 0)
        elif missing == "dash" and is_text:
            values = values.fill_null("-")
        columns[name.replace("-", "_")] = values
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(
        pyarrow.table(columns),
        path,
        compression=file["compression"],
        use_dictionary=file["dictionary"],
        data_page_version=file["page_version"],
        data_page_size=file["page_bytes"],
        row_group_size=file["rows_of_group"],
        write_statistics=file["statistics"],
    )


def main():
    spec = json.load(sys.stdin)
    fields = spec["fields"]
    table = read(spec["lines"], [field["name"] for field in fields])
    folder = pathlib.Path(spec["folder"])
    for file in spec["files"]:
        rows = table.slice(file["first"], file["count"])
        write(rows, fields, file, folder / file["key"])


main()
