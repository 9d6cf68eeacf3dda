"""Tables: the statements that define them, and their projected partitions."""

import datetime
import re

from sqlglot import exp

from objects import Failed

# The letters of Java's date formats that occur in partitions.
DATE_FORMATS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H"}
# Names that a statement must quote.
RESERVED = {"start", "end", "date", "type", "table"}


class Table:
    """A table, as its statement defines it."""

    def __init__(self, statement, text):
        if not statement.find(exp.ExternalProperty):
            raise Failed("FAILED: only external tables can be created")
        table = statement.this.this
        self.database, self.name = table.db, table.name
        self.exists_ok = statement.args.get("exists")
        self.columns = columns(statement.this.expressions)
        properties = statement.args["properties"].expressions
        partitions = [p for p in properties if isinstance(p, exp.PartitionedByProperty)]
        self.partitions = columns(partitions[0].this.expressions) if partitions else []
        self.properties = {
            p.this.name: p.args["value"].name for p in properties if type(p) is exp.Property
        }
        self.location = next(p.name for p in properties if isinstance(p, exp.LocationProperty))
        self.parquet = "STORED AS PARQUET" in text
        formats = [p for p in properties if isinstance(p, exp.RowFormatDelimitedProperty)]
        self.separator = formats[0].args["fields"].name if formats else "\x01"
        self.skipped = int(self.properties.get("skip.header.line.count", "0"))
        self.bucket, self.prefix = place(self.location)
        names = [name for name, _ in self.columns + self.partitions]
        if len(names) != len(set(names)):
            raise Failed("FAILED: SemanticException duplicate column name")

    def described(self):
        """Returns the table as GetTableMetadata describes it."""
        kind = "parquet" if self.parquet else "text"
        return {
            "Name": self.name,
            "TableType": "EXTERNAL_TABLE",
            "Columns": [{"Name": name, "Type": kind} for name, kind in self.columns],
            "PartitionKeys": [{"Name": name, "Type": kind} for name, kind in self.partitions],
            "Parameters": self.properties
            | {"EXTERNAL": "TRUE", "location": self.location, "inputformat": kind},
        }

    def injected(self):
        """Returns the partitions whose value each query must name."""
        return [name for name, _ in self.partitions if self.property(name, "type") == "injected"]

    def property(self, column, name):
        return self.properties.get(f"projection.{column}.{name}")

    def objects(self, store):
        """Returns the objects of the table, with the values of their partitions."""
        if self.partitions and self.properties.get("projection.enabled") != "true":
            # No partition was registered.
            return
        template = self.properties.get("storage.location.template")
        if template is None:
            hive = "".join(f"{name}=${{{name}}}/" for name, _ in self.partitions)
            template = self.location.rstrip("/") + "/" + hive
        bucket, path = place(template)
        pieces = re.split(r"\$\{(\w+)\}", path)
        pattern = "".join(
            f"(?P<{piece}>[^/]+)" if index % 2 else re.escape(piece)
            for index, piece in enumerate(pieces)
        )
        # A day contains slashes.
        for name, _ in self.partitions:
            form = self.property(name, "format") or ""
            slashes = form.count("/")
            pattern = pattern.replace(f"(?P<{name}>[^/]+)", f"(?P<{name}>[^/]+{'/[^/]+' * slashes})")
        pattern = re.compile(pattern.rstrip("/") + "/")
        for key, size, version in store.list(bucket, pieces[0]):
            match = pattern.match(key)
            hidden = key.rsplit("/", 1)[-1].startswith(("_", "."))
            if match and not hidden and all(self.projects(*pair) for pair in match.groupdict().items()):
                yield bucket, key, size, version, match.groupdict()

    def projects(self, column, value):
        """Reports whether a partition is among the projected ones."""
        kind = self.property(column, "type")
        if kind == "enum":
            return value in self.property(column, "values").split(",")
        if kind == "integer":
            low, high = self.property(column, "range").split(",")
            digits = int(self.property(column, "digits") or "1")
            return value.isdigit() and len(value) >= digits and int(low) <= int(value) <= int(high)
        if kind == "date":
            form = self.property(column, "format")
            low, high = (moment(part, form) for part in self.property(column, "range").split(","))
            found = moment(value, form)
            return found is not None and low <= found <= high
        return True


def columns(definitions):
    for definition in definitions:
        if definition.name in RESERVED and not definition.this.args.get("quoted"):
            raise Failed(f"FAILED: ParseException mismatched input '{definition.name}'")
    return [(d.name.lower(), d.args["kind"].sql(dialect="hive").lower()) for d in definitions]


def place(address):
    match = re.fullmatch(r"s3://([^/]+)/(.*)", address)
    if not match:
        raise Failed(f"FAILED: not an address of S3: {address}")
    return match.groups()


def moment(text, form):
    """Parses a time in a format of Java; nothing if the text does not have it."""
    if text == "NOW":
        return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    for letters, directive in DATE_FORMATS.items():
        form = form.replace(letters, directive)
    try:
        return datetime.datetime.strptime(text, form)
    except ValueError:
        return None
