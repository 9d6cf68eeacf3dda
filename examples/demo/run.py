#!/usr/bin/env python3
"""Demonstrates the provider: runs Terraform against a local AWS (moto), from apply to destroy.

`make demo` builds the provider, installs the dependencies and runs this script. The script does not touch a real
account: the credentials are invented, and the only endpoint is moto on a free loopback port. Every step says what it
shows. The first step that fails stops the demo with the output of Terraform and exit code 1.
"""

import argparse
import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import boto3

HERE = Path(__file__).resolve().parent
ADDRESS = "registry.terraform.io/vpcflow/vpcflow"
REGION = "eu-central-1"
LOG_GROUP = "demo-vpc-flow-logs"
BUCKET = "demo-vpc-flow-logs"
ACCOUNT = "123456789012"
ROLE = "arn:aws:iam::123456789012:role/demo-flow-log-delivery"
INTERFACE = "eni-0a1b2c3d4e5f60718"
REFUSED = 3
FIELDS = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
)
# The exit code of a drift check that found differences.
DRIFT = 2
# Seconds that Terraform has to end after an interrupt, before the script kills it.
PATIENCE = 60


class Failed(Exception):
    """A step did not have the expected result."""


class Steps:
    """Numbers the steps and prints what each step shows."""

    def __init__(self):
        self.number = 0

    def show(self, text):
        self.number += 1
        print(f"\n{self.number:2}. {text}", flush=True)

    def detail(self, text):
        for line in text.splitlines():
            print(f"      {line}", flush=True)


class Terraform:
    """A working directory with a copy of a configuration, its variables and its state."""

    def __init__(self, program, source, folder, environment, **variables):
        self.program = program
        self.folder = folder
        self.environment = environment
        folder.mkdir()
        for file in source.glob("*.tf"):
            shutil.copy(file, folder)
        (folder / "terraform.tfvars.json").write_text(json.dumps(variables))

    def run(self, *arguments, answers=(0,)):
        """Runs a command and returns its exit code and output. Fails if the exit code is not in `answers`."""
        command = [self.program, *arguments]
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A separate session: after Ctrl-C, Terraform gets one interrupt from us, and time to finish.
            start_new_session=True,
        )
        try:
            output, _ = process.communicate()
        except KeyboardInterrupt:
            stop(process, signal.SIGINT)
            raise
        if process.returncode not in answers:
            raise Failed(f"`terraform {' '.join(arguments)}` returned {process.returncode}:\n\n{output}")
        return process.returncode, output

    def plan(self, expected):
        """Runs a plan and fails unless it is empty (0) or has changes (2), as expected. Returns the changes."""
        code, output = self.run("plan", "-no-color", "-input=false", "-detailed-exitcode", answers=(0, 2))
        if code != expected:
            wanted = "an empty plan" if expected == 0 else "changes"
            raise Failed(f"The plan should show {wanted}, but Terraform returned {code}:\n\n{output}")
        return changes(output)

    def apply(self):
        return changes(self.run("apply", "-no-color", "-input=false", "-auto-approve")[1])

    def output(self, name):
        return json.loads(self.run("output", "-json", name)[1])


def changes(output):
    """Returns the changes in a plan, from the first resource to the summary."""
    lines = output.splitlines()
    first = next((n for n, line in enumerate(lines) if line.startswith("  # ")), None)
    last = next((n for n, line in enumerate(lines) if line.startswith("Plan:")), None)
    return "" if first is None or last is None else "\n".join(lines[first : last + 1])


def stop(process, first):
    """Stops a process that we started: by a signal first, then by SIGKILL."""
    if process.poll() is None:
        process.send_signal(first)
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def local_aws(program, log):
    """Starts moto on a free loopback port and yields its URL."""
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    with open(log, "wb") as sink:
        server = subprocess.Popen(
            [program, "-H", "127.0.0.1", "-p", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            # Ctrl-C must not stop moto before Terraform has finished.
            start_new_session=True,
        )
    try:
        wait_until_ready(server, endpoint, log)
        yield endpoint
    finally:
        stop(server, signal.SIGTERM)


def wait_until_ready(server, endpoint, log):
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            direct.open(f"{endpoint}/moto-api/data.json", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise Failed(f"moto did not start:\n\n{Path(log).read_text(errors='replace')}")


def environment(folder, provider, endpoint):
    """Returns the environment of Terraform and boto3, without the caller's AWS and Terraform settings."""
    settings = folder / "terraform.rc"
    settings.write_text(
        "provider_installation {\n"
        f'  dev_overrides {{\n    "{ADDRESS}" = {json.dumps(str(provider.parent))}\n  }}\n'
        "  direct {}\n}\n"
    )
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_"))}
    return inherited | {
        "TF_CLI_CONFIG_FILE": str(settings),
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def sample_records():
    """Yields records in the default format, as the service would have written them in the last minutes."""
    now = int(time.time())
    traffic = [
        # source, destination, ports, protocol, packets, bytes, action
        ("203.0.113.7", "10.0.1.15", 52144, 22, 6, 4, 240, "REJECT"),
        ("203.0.113.7", "10.0.1.15", 52149, 22, 6, 9, 540, "REJECT"),
        ("198.51.100.23", "10.0.1.20", 40022, 3389, 6, 2, 104, "REJECT"),
        ("198.51.100.99", "10.0.1.20", 33810, 445, 6, 1, 52, "REJECT"),
        ("10.0.9.4", "10.0.1.15", 50010, 22, 6, 31, 4879, "ACCEPT"),
        ("10.0.1.15", "192.0.2.80", 44320, 443, 6, 120, 98304, "ACCEPT"),
        ("10.0.1.15", "10.0.0.2", 39001, 53, 17, 2, 148, "ACCEPT"),
    ]
    for age, (source, destination, from_port, to_port, protocol, packets, size, action) in enumerate(traffic, start=2):
        start = now - 60 * age
        yield start, (
            f"2 123456789012 {INTERFACE} {source} {destination} {from_port} {to_port} {protocol} "
            f"{packets} {size} {start} {start + 55} {action} OK"
        )


def put_records(logs):
    stream = f"{INTERFACE}-all"
    logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName=stream)
    events = [{"timestamp": start * 1000, "message": line} for start, line in sorted(sample_records())]
    answer = logs.put_log_events(logGroupName=LOG_GROUP, logStreamName=stream, logEvents=events)
    if answer.get("rejectedLogEventsInfo"):
        raise Failed(f"The log group refused records: {answer['rejectedLogEventsInfo']}")
    return len(events)


def put_object(s3):
    """Writes the records to a bucket, as AWS would: in an object of compressed text whose first line names the fields."""
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    now = time.gmtime()
    folder = f"AWSLogs/{ACCOUNT}/vpcflowlogs/{REGION}/{time.strftime('%Y/%m/%d', now)}"
    name = f"{ACCOUNT}_vpcflowlogs_{REGION}_fl-0a1b2c3d4e5f60718_{time.strftime('%Y%m%dT%H%MZ', now)}_0a1b2c3d.log.gz"
    lines = [FIELDS, *(line for _, line in sample_records())]
    s3.put_object(Bucket=BUCKET, Key=f"{folder}/{name}", Body=gzip.compress("\n".join(lines).encode()))
    return f"{folder}/{name}"


def table(rows):
    columns = ["src_addr", "dst_addr", "dst_port", "packets"]
    cells = [columns] + [[str(row[column]) for column in columns] for row in rows]
    widths = [max(len(line[n]) for line in cells) for n in range(len(columns))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells)


def expect(condition, otherwise):
    if not condition:
        raise Failed(otherwise)


def flow_logs(ec2):
    return ec2.describe_flow_logs()["FlowLogs"]


def demo(arguments, folder, endpoint, steps):
    env = environment(folder, Path(arguments.provider).resolve(), endpoint)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(env)
    ec2, logs = boto3.client("ec2"), boto3.client("logs")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    logs.create_log_group(logGroupName=LOG_GROUP)
    variables = {"vpc_id": vpc, "log_group_name": LOG_GROUP, "role_arn": ROLE}
    main = Terraform(arguments.terraform, HERE, folder / "main", env, **variables)

    steps.show(f"terraform apply: creates a flow log of {vpc} that delivers to the log group {LOG_GROUP}")
    steps.detail(main.apply())
    flow_log = main.output("flow_log_id")
    found = flow_logs(ec2)
    expect([log["FlowLogId"] for log in found] == [flow_log], f"EC2 should have only {flow_log}, but has {found}")
    steps.detail(f"EC2 says: {flow_log} is {found[0]['FlowLogStatus']}, delivery {found[0]['DeliverLogsStatus']}")

    steps.show("terraform plan: there are no changes after the apply")
    main.plan(expected=0)
    steps.detail("No changes.")

    steps.show(f"{put_records(logs)} records arrive in the log group (the demo writes them in place of the service)")

    steps.show("The data source vpcflow_log_events: rejected traffic to ports 22 and 3389 in the last hour")
    events = Terraform(arguments.terraform, HERE / "events", folder / "events", env, flow_log_id=flow_log)
    events.apply()
    rows = events.output("rejected_logins")
    expect(len(rows) == REFUSED, f"There are {REFUSED} such records, but the data source gave {rows}")
    steps.detail(table(rows))

    key = put_object(boto3.client("s3"))
    steps.show(f"The same data source reads them from a bucket, too: s3://{BUCKET}/{key}")
    objects = Terraform(arguments.terraform, HERE / "objects", folder / "objects", env, s3_uri=f"s3://{BUCKET}")
    objects.apply()
    same = objects.output("rejected_logins")
    expect(table(same) == table(rows), f"The bucket should give the same records, but gave {same}")
    steps.detail(table(same))

    steps.show("Someone changes tags outside of Terraform: the plan shows the changes")
    ec2.create_tags(Resources=[flow_log], Tags=[{"Key": "Environment", "Value": "production"}])
    ec2.create_tags(Resources=[flow_log], Tags=[{"Key": "Owner", "Value": "someone-else"}])
    plan = main.plan(expected=2)
    expect("production" in plan and "someone-else" in plan, f"The plan should show both tags:\n\n{plan}")
    steps.detail(plan)

    steps.show("terraform apply: restores the tags, and keeps the same flow log")
    main.apply()
    tags = {tag["Key"]: tag["Value"] for tag in flow_logs(ec2)[0]["Tags"]}
    expect(tags == {"Name": "demo", "Environment": "sandbox"}, f"The tags are {tags}")
    expect(main.output("flow_log_id") == flow_log, "The flow log was replaced")
    steps.detail(f"EC2 says: {tags}")

    steps.show("terraform import: another state takes over the flow log, and its plan is empty")
    imported = Terraform(arguments.terraform, HERE, folder / "imported", env, **variables)
    imported.run("import", "-no-color", "-input=false", "vpcflow_log.main", flow_log)
    imported.plan(expected=0)
    steps.detail("No changes.")

    steps.show("terraform destroy: deletes the flow log")
    main.run("destroy", "-no-color", "-input=false", "-auto-approve")
    expect(not flow_logs(ec2), f"EC2 still has {flow_logs(ec2)}")
    steps.detail("EC2 says: no flow logs.")

    steps.show("The command drift, without a plan: the other state still contains the flow log, which is gone")
    steps.detail(drift_of(arguments.provider, imported.folder / "terraform.tfstate", env, flow_log))


def drift_of(provider, state, env, flow_log):
    """Compares a state with what exists, and returns the report. Fails unless it says that the flow log is gone."""
    command = [provider, "drift", "--state", str(state)]
    run = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    report = run.stdout + run.stderr
    expect(run.returncode == DRIFT, f"drift should return {DRIFT}, but returned {run.returncode}:\n\n{report}")
    expect(flow_log in run.stdout, f"The report should name {flow_log}:\n\n{report}")
    return run.stdout.strip()


def main():
    parser = argparse.ArgumentParser(description="Demonstrates the provider against a local AWS; see `make demo`.")
    parser.add_argument("--terraform", required=True, help="the terraform to run")
    parser.add_argument("--moto", required=True, help="the moto_server to run")
    parser.add_argument("--provider", required=True, help="the provider's binary")
    arguments = parser.parse_args()
    arguments.terraform = os.path.abspath(arguments.terraform)
    arguments.provider = os.path.abspath(arguments.provider)
    # SIGTERM cleans up in the same way as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    steps = Steps()
    try:
        with tempfile.TemporaryDirectory(prefix="vpcflow-demo-") as name:
            folder = Path(name)
            with local_aws(os.path.abspath(arguments.moto), folder / "moto.log") as endpoint:
                print(f"The local AWS (moto) listens at {endpoint}. The demo does not touch a real account.")
                demo(arguments, folder, endpoint, steps)
    except Failed as failure:
        print(f"\nStep {steps.number} failed. {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The demo has stopped all processes that it started.", file=sys.stderr)
        return 130
    print("\nThe demo is complete.")
    return 0


sys.exit(main())
