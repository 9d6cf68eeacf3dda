"""An Athena for tests: it speaks Athena's protocol and executes statements with DuckDB.

Run it as `python tools/athena --port PORT --folder FOLDER`. The folder contains a folder for each bucket. With `--s3 URL`,
the objects are read from an S3-compatible server instead.

| file | contents |
|---|---|
| `server.py` | the protocol, the state of queries, faults |
| `tables.py` | statements that define tables, projected partitions |
| `objects.py` | objects of a bucket, and the rows in them |
| `statements.py` | queries in Athena's dialect, executed by DuckDB |
"""

import argparse
import sys

import objects
import server


def main():
    parser = argparse.ArgumentParser(prog="athena")
    parser.add_argument("--port", type=int, required=True)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--folder")
    where.add_argument("--s3")
    arguments = parser.parse_args()
    if arguments.folder:
        store = objects.Folder(arguments.folder)
    else:
        store = objects.S3(arguments.s3)
    listening = server.listen(arguments.port, store)
    print(f"Running on http://127.0.0.1:{arguments.port}", file=sys.stderr, flush=True)
    listening.serve_forever()


main()
