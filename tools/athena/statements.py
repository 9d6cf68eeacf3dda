"""Queries in Athena's dialect, executed by DuckDB."""

import functools
import ipaddress
import threading

import duckdb
import pyarrow
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

import objects
from objects import Failed
from tables import Table

ADDRESS = exp.DataType.build("ipaddress", dialect="athena").this
# Functions that sqlglot does not know and Athena has.
FUNCTIONS = set()
TEXTS, NUMBERS = exp.DataType.TEXT_TYPES, exp.DataType.INTEGER_TYPES


class Engine:
    """The tables, and what executes queries of them."""

    def __init__(self, store):
        self.store = store
        self.tables = {}
        self.read = {}
        self.lock = threading.Lock()

    def execute(self, text, database):
        """Executes a statement: whether it defines something, its columns, its rows, and the bytes that it read."""
        try:
            statement = sqlglot.parse_one(text, read="athena")
        except sqlglot.errors.SqlglotError as error:
            raise Failed(f"SYNTAX_ERROR: {error}") from None
        with self.lock:
            if isinstance(statement, exp.Create):
                return self.create(statement, text, database)
            if not isinstance(statement, exp.Query):
                raise Failed("SYNTAX_ERROR: not a statement that this server executes")
            return self.query(statement, database)

    def create(self, statement, text, database):
        if statement.kind in ("DATABASE", "SCHEMA"):
            return True, [], [], 0
        table = Table(statement, text)
        name = (table.database or database, table.name)
        if name in self.tables and not table.exists_ok:
            raise Failed(f"FAILED: AlreadyExistsException: Table {table.name} already exists.")
        self.tables.setdefault(name, table)
        return True, [], [], 0

    def query(self, statement, database):
        references = [table for table in statement.find_all(exp.Table) if table.name]
        named = [reference for reference in references if not is_local(statement, reference)]
        connection = duckdb.connect()
        for name, function, parameters, kind in [
            ("in_network", in_network, ["VARCHAR", "VARCHAR"], "BOOLEAN"),
            ("is_address", is_address, ["VARCHAR"], "BOOLEAN"),
        ]:
            connection.create_function(name, function, parameters, kind, null_handling="special")
        scanned, schema = 0, {}
        for number, reference in enumerate(named):
            name = (reference.db or database, reference.name)
            if name not in self.tables:
                raise Failed(f"TABLE_NOT_FOUND: Table 'awsdatacatalog.{'.'.join(name)}' does not exist")
            table = self.tables[name]
            rows, size = self.rows(table, reference.parent_select)
            scanned += size
            local = f"table_{number}"
            connection.register(local, rows)
            schema[local] = dict(table.columns + table.partitions)
            alias = reference.alias or reference.name
            reference.replace(exp.alias_(exp.to_table(local), alias, table=True))
        check_types(statement, schema)
        try:
            found = connection.execute(translated(statement).sql(dialect="duckdb"))
            names = [column[0] for column in found.description]
            return False, names, [list(row) for row in found.fetchall()], scanned
        except duckdb.Error as error:
            raise Failed(f"GENERIC_INTERNAL_ERROR: {error}") from None

    def rows(self, table, select):
        """Returns the rows of the partitions that a query asks for, and the bytes of their objects."""
        where = select.args.get("where")
        conditions = list(where.this.flatten()) if where and isinstance(where.this, exp.And) else []
        conditions = conditions or ([where.this] if where else [])
        partitions = {name for name, _ in table.partitions}
        pruning = [
            condition
            for condition in conditions
            if (used := {column.name for column in condition.find_all(exp.Column)}) and used <= partitions
        ]
        for name in table.injected():
            if not any(is_equality(condition, name) for condition in pruning):
                raise Failed(
                    f"CONSTRAINT_VIOLATION: For the injected projected partition column {name}, the WHERE clause must "
                    "contain only static equality conditions, and at least one such condition must be present."
                )
        found = list(table.objects(self.store))
        if pruning and found:
            values = pyarrow.Table.from_pylist([values for *_, values in found])
            connection = duckdb.connect()
            connection.register("partitions", values)
            condition = exp.and_(*(condition.copy() for condition in pruning))
            for column in condition.find_all(exp.Column):
                column.set("table", None)
            kept = connection.execute(
                f"SELECT COALESCE({condition.sql(dialect='duckdb')}, FALSE) FROM partitions"
            ).fetchall()
            found = [one for one, (keep,) in zip(found, kept) if keep]
        parts = [self.part(table, *one) for one in found]
        if parts:
            return pyarrow.concat_tables(parts), sum(size for _, _, size, _, _ in found)
        names = [(name, objects.TYPES[kind]) for name, kind in table.columns + table.partitions]
        return pyarrow.schema(names).empty_table(), 0

    def part(self, table, bucket, key, _, version, values):
        """Returns the rows of one object, with the values of its partition."""
        name = (id(table), bucket, key, version)
        if name not in self.read:
            rows = objects.rows(f"s3://{bucket}/{key}", self.store.read(bucket, key), table)
            for column, kind in table.partitions:
                value = pyarrow.scalar(values[column], objects.TYPES[kind])
                rows = rows.append_column(column, pyarrow.repeat(value, rows.num_rows))
            self.read[name] = rows
        return self.read[name]


def is_local(statement, reference):
    """Reports whether a name is that of a query in the same statement."""
    return not reference.db and reference.name in {cte.alias for cte in statement.find_all(exp.CTE)}


def is_equality(condition, column):
    if isinstance(condition, exp.In):
        return condition.this.name == column and condition.expressions
    return isinstance(condition, exp.EQ) and condition.this.name == column and condition.expression.is_string


def check_types(statement, schema):
    """Refuses what Athena refuses and DuckDB accepts: comparing text with numbers, unknown functions."""
    known = {
        table: {name: exp.DataType.build(kind, dialect="athena") for name, kind in columns.items()}
        for table, columns in schema.items()
    }
    try:
        typed = qualify(statement.copy(), schema=known, dialect="athena", validate_qualify_columns=True)
    except sqlglot.errors.OptimizeError as error:
        raise Failed(f"COLUMN_NOT_FOUND: {error}") from None
    typed = annotate_types(typed, schema=known, dialect="athena")
    for function in typed.find_all(exp.Anonymous):
        if function.name.lower() not in FUNCTIONS:
            raise Failed(f"FUNCTION_NOT_FOUND: Function '{function.name}' not registered")
    for comparison in typed.find_all(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Between):
        sides = [side for side in comparison.iter_expressions() if isinstance(side, exp.Expression)]
        kinds = {family(side) for side in sides} - {None}
        if len(kinds) > 1:
            raise Failed(f"TYPE_MISMATCH: {comparison.sql(dialect='athena')}: cannot compare {sorted(kinds)}")


def family(expression):
    kind = expression.type.this if expression.type else None
    if kind in TEXTS:
        return "varchar"
    return "bigint" if kind in NUMBERS else None


def translated(statement):
    """Replaces what DuckDB lacks or understands differently."""

    def replaced(node):
        if isinstance(node, exp.ArrayContains) and is_cast(node.expression):
            return exp.Anonymous(this="in_network", expressions=[node.this, node.expression.this])
        if isinstance(node, exp.Is) and is_cast(node.this):
            valid = exp.Anonymous(this="is_address", expressions=[node.this.this])
            return exp.not_(valid)
        if isinstance(node, exp.CountIf) and not isinstance(node.parent, exp.Coalesce):
            # DuckDB counts null where Athena counts 0: if the condition is null for every row.
            return exp.Coalesce(this=node.copy(), expressions=[exp.Literal.number(0)])
        if isinstance(node, exp.Div):
            return exp.IntDiv(this=node.this, expression=node.expression)
        return node

    return statement.transform(replaced)


def is_cast(node):
    return isinstance(node, exp.TryCast) and node.to.this == ADDRESS


@functools.lru_cache(maxsize=1 << 16)
def parsed(text):
    """Parses an address as Athena does: an IPv4 address that is mapped into IPv6 counts as the IPv4 address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@functools.lru_cache(maxsize=1 << 12)
def network(text):
    return ipaddress.ip_network(text, strict=False)


def in_network(net, text):
    address = parsed(text)
    return None if address is None else address in network(net)


def is_address(text):
    return parsed(text) is not None
