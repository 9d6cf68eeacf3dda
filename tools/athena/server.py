"""Athena's protocol, the state of queries, and faults that a test asks for.

A test sends faults to `/faults`, as a JSON object, and reads what happened from `/queries` and `/calls`.
"""

import http.server
import json
import threading
import uuid

from objects import Failed
from statements import Engine

LONGEST_STATEMENT = 262_144
MOST_ROWS = 1_000
FAULTS = {
    # So many calls of StartQueryExecution are throttled.
    "throttle": 0,
    # So many starts are executed, and their replies lost.
    "lose": 0,
    # Starts are executed, and their replies wait for the next faults.
    "hold": False,
    # So many bytes were scanned by each poll of a query that runs.
    "scanning": 0,
    # So many polls find the query in the queue, and running.
    "queued": 0,
    "running": 0,
    # The next query ends so.
    "fail": None,
    "cancel": False,
    # The token of the next page is refused.
    "expire": False,
    # The rows of a page.
    "page": MOST_ROWS,
    # Whether the workgroup has no location of results.
    "no_output": False,
    # The calls that are denied.
    "deny": [],
}


class Refused(Exception):
    """A call that Athena refuses: the code and the message."""


class Query:
    def __init__(self, request):
        self.id = str(uuid.uuid4())
        self.request = request
        self.state = "QUEUED"
        self.reason = None
        self.polls = 0
        self.stopped = False
        self.is_definition, self.names, self.rows, self.scanned = False, [], [], 0


class Athena:
    def __init__(self, store):
        self.engine = Engine(store)
        self.queries = {}
        self.faults = dict(FAULTS)
        self.calls = []
        self.lock = threading.Lock()
        self.changed = threading.Condition()

    def call(self, operation, request):
        with self.lock:
            self.calls.append(operation)
            if operation in self.faults["deny"]:
                raise Refused("AccessDeniedException", f"You are not authorized to perform: athena:{operation}")
            method = getattr(self, "do_" + operation, None)
            if method is None:
                raise Refused("UnknownOperationException", operation)
            return method(request)

    def change(self, faults):
        with self.changed:
            self.faults = FAULTS | faults
            self.changed.notify_all()

    def is_lost(self, operation):
        """Reports whether the reply of a call is lost. Waits while replies are held."""
        if operation != "StartQueryExecution":
            return False
        with self.changed:
            self.changed.wait_for(lambda: not self.faults["hold"], timeout=60)
            lost = self.faults["lose"] > 0
            self.faults["lose"] -= lost
            return lost

    def do_StartQueryExecution(self, request):
        text, token = request["QueryString"], request.get("ClientRequestToken", "")
        if not 32 <= len(token) <= 128:
            raise Refused("InvalidRequestException", "ClientRequestToken must have 32 to 128 characters")
        if not 1 <= len(text.encode()) <= LONGEST_STATEMENT:
            raise Refused("InvalidRequestException", "the statement is too long")
        if self.faults["throttle"] > 0:
            self.faults["throttle"] -= 1
            raise Refused("TooManyRequestsException", "You have exceeded the limit for the number of queries")
        output = request.get("ResultConfiguration", {}).get("OutputLocation")
        if not output and self.faults["no_output"]:
            raise Refused("InvalidRequestException", "No output location provided.")
        for query in self.queries.values():
            if query.request["ClientRequestToken"] == token:
                if query.request != request:
                    raise Refused("InvalidRequestException", "Idempotent parameters do not match")
                return {"QueryExecutionId": query.id}
        query = Query(request)
        self.queries[query.id] = query
        return {"QueryExecutionId": query.id}

    def do_GetQueryExecution(self, request):
        query = self.query(request)
        query.polls += 1
        if query.state == "QUEUED" and query.polls > self.faults["queued"]:
            query.state = "RUNNING"
        if query.state == "RUNNING":
            query.scanned += self.faults["scanning"]
        if query.state == "RUNNING" and query.polls > self.faults["queued"] + self.faults["running"]:
            self.finish(query)
        status = {"State": query.state, "SubmissionDateTime": 1.0}
        if query.reason:
            status["StateChangeReason"] = query.reason
        if query.state == "FAILED":
            status["AthenaError"] = {"ErrorCategory": 2, "ErrorType": 1006, "Retryable": False, "ErrorMessage": query.reason}
        return {
            "QueryExecution": {
                "QueryExecutionId": query.id,
                "Query": query.request["QueryString"],
                "StatementType": "DDL" if query.is_definition else "DML",
                "Status": status,
                "Statistics": {"DataScannedInBytes": query.scanned, "EngineExecutionTimeInMillis": 1},
                "WorkGroup": query.request.get("WorkGroup", "primary"),
            }
        }

    def finish(self, query):
        if self.faults["cancel"]:
            query.state = "CANCELLED"
            query.reason = "Query was cancelled by someone"
            return
        try:
            if self.faults["fail"]:
                raise Failed(self.faults["fail"])
            database = query.request.get("QueryExecutionContext", {}).get("Database", "default")
            executed = self.engine.execute(query.request["QueryString"], database)
            query.is_definition, query.names, query.rows, query.scanned = executed
            query.state = "SUCCEEDED"
        except Failed as error:
            query.state, query.reason = "FAILED", str(error)
        except Exception as error:  # A mistake in this server must not look like an answer.
            query.state, query.reason = "FAILED", f"INTERNAL_ERROR: {error!r}"

    def do_GetQueryResults(self, request):
        query = self.query(request)
        if query.state != "SUCCEEDED":
            raise Refused("InvalidRequestException", f"Query did not finish successfully. Final query state: {query.state}")
        token = request.get("NextToken")
        if token and self.faults["expire"]:
            raise Refused("InvalidRequestException", "The pagination token is expired")
        begin = int(token or 0)
        page = min(self.faults["page"], request.get("MaxResults", MOST_ROWS))
        rows = query.rows if query.is_definition else [query.names, *query.rows]
        part = rows[begin : begin + page]
        answer = {
            "ResultSet": {
                "Rows": [{"Data": [datum(value) for value in row]} for row in part],
                "ResultSetMetadata": {"ColumnInfo": [{"Name": name, "Type": "varchar"} for name in query.names]},
            }
        }
        if begin + page < len(rows):
            answer["NextToken"] = str(begin + page)
        return answer

    def do_StopQueryExecution(self, request):
        query = self.query(request)
        query.stopped = True
        if query.state in ("QUEUED", "RUNNING"):
            query.state = "CANCELLED"
        return {}

    def do_GetTableMetadata(self, request):
        table = self.engine.tables.get((request["DatabaseName"].lower(), request["TableName"].lower()))
        if table is None:
            raise Refused("MetadataException", f"EntityNotFoundException: Entity Not Found: {request['TableName']}")
        return {"TableMetadata": table.described()}

    def query(self, request):
        query = self.queries.get(request["QueryExecutionId"])
        if query is None:
            raise Refused("InvalidRequestException", "QueryExecution was not found")
        return query

    def told(self):
        """Returns all queries, for a test."""
        return [
            {"id": q.id, "state": q.state, "stopped": q.stopped, "request": q.request, "scanned": q.scanned}
            for q in self.queries.values()
        ]


def datum(value):
    if value is None:
        return {}
    if isinstance(value, bool):
        return {"VarCharValue": "true" if value else "false"}
    return {"VarCharValue": str(value)}


def listen(port, store):
    athena = Athena(store)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            answers = {"/queries": athena.told, "/calls": lambda: athena.calls}
            self.reply(200, answers[self.path]())

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))) or b"{}")
            if self.path == "/faults":
                athena.change(body)
                return self.reply(200, {})
            operation = self.headers.get("X-Amz-Target", ".").split(".")[-1]
            try:
                reply = athena.call(operation, body)
                if athena.is_lost(operation):
                    self.close_connection = True
                    return
                self.reply(200, reply)
            except Refused as error:
                code, message = error.args
                self.reply(400, {"__type": code, "message": message})

        def reply(self, status, answer):
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    return http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
