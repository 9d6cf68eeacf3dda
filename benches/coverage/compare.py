"""Asks prowler, Cloud Custodian and this provider which networks are recorded, in the same account of moto.

Prints a table in Markdown: what each program says of each network. `run` installs the programs and starts this script:

    compare.py PROVIDER MOTO_SERVER PROWLER CUSTODIAN

The programs call a small server in front of moto. It refuses DescribeFlowLogs in one region, as an account does whose role
lacks the permission there, and its clock is an hour ahead, so that no flow log is new.
"""

import email.utils
import http.server
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import boto3

HERE, DENIED = "us-east-1", "eu-west-1"
ROLE = "arn:aws:iam::123456789012:role/flow-logs"
REFUSED = (
    "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized.</Message></Error>"
    "</Errors><RequestID>refused</RequestID></Response>"
)
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "compare",
    "AWS_SECRET_ACCESS_KEY": "compare",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_DEFAULT_REGION": HERE,
    "AWS_REGION": HERE,
}


def front(moto):
    """Starts the server in front of moto, and returns its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            region = re.search(r"Credential=[^/]*/\d+/([^/]*)/", self.headers.get("authorization", ""))
            if b"Action=DescribeFlowLogs" in body and region and region[1] == DENIED:
                return self.answer(403, REFUSED.encode(), "text/xml")
            headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
            request = urllib.request.Request(moto + self.path, body or None, headers, method=self.command)
            try:
                with urllib.request.urlopen(request) as reply:
                    self.answer(reply.status, reply.read(), reply.headers["content-type"])
            except urllib.error.HTTPError as error:
                self.answer(error.code, error.read(), error.headers["content-type"])

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST

        def answer(self, status, body, kind):
            self.send_response_only(status)
            self.send_header("content-type", kind or "text/plain")
            self.send_header("content-length", str(len(body)))
            self.send_header("date", email.utils.formatdate(time.time() + 3600, usegmt=True))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


class World:
    """Networks in moto, by what is special about them."""

    def __init__(self, url):
        self.url = url
        self.names = {}
        for region in [HERE, DENIED]:
            logs = boto3.client("logs", endpoint_url=url, region_name=region)
            for group in ["flow-logs", "other"]:
                logs.create_log_group(logGroupName=group)
            self.ec2 = boto3.client("ec2", endpoint_url=url, region_name=region)
            for vpc in self.ec2.describe_vpcs()["Vpcs"]:
                for subnet in self.ec2.describe_subnets()["Subnets"]:
                    self.ec2.delete_subnet(SubnetId=subnet["SubnetId"])
                self.ec2.delete_vpc(VpcId=vpc["VpcId"])
            if region == HERE:
                self.networks()
            else:
                vpc, _ = self.vpc("a VPC with a flow log, in a region in which DescribeFlowLogs is denied")
                self.record(vpc, "VPC")

    def networks(self):
        vpc, [(subnet, interface)] = self.vpc("a VPC with a flow log that delivers")
        self.record(vpc, "VPC")
        self.names[subnet] = "... a subnet in it"
        self.names[interface] = "... an interface in it"
        self.vpc("a VPC without a flow log")
        vpc, _ = self.vpc("a VPC whose flow log does not deliver")
        self.record(vpc, "VPC", group="gone")
        vpc, _ = self.vpc("a VPC with a flow log of accepted traffic only")
        self.record(vpc, "VPC", traffic="ACCEPT")
        vpc, _ = self.vpc("a VPC with two flow logs: accepted, rejected")
        self.record(vpc, "VPC", traffic="ACCEPT")
        self.record(vpc, "VPC", traffic="REJECT", group="other")
        vpc, [(subnet, _)] = self.vpc("a VPC whose only subnet has a flow log")
        self.record(subnet, "Subnet")
        vpc, [(_, interface)] = self.vpc("a VPC whose only interface has a flow log")
        self.record(interface, "NetworkInterface")
        vpc, [(subnet, _), _] = self.vpc("a VPC of whose two subnets one has a flow log", subnets=2)
        self.record(subnet, "Subnet")
        self.vpc("a VPC without interfaces and without a flow log", subnets=0)

    def vpc(self, name, subnets=1):
        vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.names[vpc] = name
        inside = []
        for number in range(subnets):
            block = f"10.0.{number}.0/24"
            subnet = self.ec2.create_subnet(VpcId=vpc, CidrBlock=block)["Subnet"]["SubnetId"]
            made = self.ec2.create_network_interface(SubnetId=subnet)
            inside.append((subnet, made["NetworkInterface"]["NetworkInterfaceId"]))
        return vpc, inside

    def record(self, network, kind, traffic="ALL", group="flow-logs"):
        self.ec2.create_flow_logs(
            ResourceIds=[network],
            ResourceType=kind,
            TrafficType=traffic,
            LogGroupName=group,
            DeliverLogsPermissionArn=ROLE,
        )


def environment(url):
    return {**os.environ, **ENVIRONMENT, "AWS_ENDPOINT_URL": url}


def ours(program, url, policy):
    """Returns our verdicts by ID."""
    command = [program, "coverage", "--policy", policy, "--regions", f"{HERE},{DENIED}", "--format", "json"]
    run = subprocess.run(command, env=environment(url), capture_output=True, text=True)
    assert run.returncode in (0, 2, 3), run.stderr
    return {network["id"]: network["verdict"] for network in json.loads(run.stdout)["networks"]}


def prowler(program, url, folder):
    """Returns prowler's findings by ID."""
    command = [program, "aws", "-c", "vpc_flow_logs_enabled", "-f", HERE, DENIED, "-M", "json-ocsf"]
    command += ["-o", folder, "-F", "found", "--no-banner", "--no-color"]
    subprocess.run(command, env=environment(url), capture_output=True, text=True)
    found = {}
    for file in pathlib.Path(folder).glob("*.ocsf.json"):
        for finding in json.loads(file.read_text()):
            for resource in finding["resources"]:
                id = re.search(r"vpc-[0-9a-f]+", json.dumps(resource))
                found[id[0]] = finding["status_code"]
    return found


# As in the documentation of the filter: any flow log, and one that is active, delivers, and records all traffic.
FILTERS = {
    "any": {"type": "flow-logs", "enabled": True},
    "strict": {
        "type": "flow-logs",
        "enabled": True,
        "set-op": "or",
        "op": "equal",
        "traffic-type": "all",
        "status": "active",
        "deliver-status": "success",
    },
}


def custodian(program, url, folder, which):
    """Returns by ID what Cloud Custodian's policies let pass: `FAIL` if a policy selects it."""
    kinds = {"vpc": ("aws.vpc", "VpcId"), "subnet": ("aws.subnet", "SubnetId"), "eni": ("aws.eni", "NetworkInterfaceId")}
    policies = []
    for name, (resource, _) in kinds.items():
        filters = {"all": [], "bare": [{"not": [FILTERS[which]]}]}
        policies += [
            {"name": f"{name}-{kind}", "resource": resource, "filters": filters} for kind, filters in filters.items()
        ]
    file = pathlib.Path(folder) / "policies.json"
    file.write_text(json.dumps({"policies": policies}))
    found = {}
    for region in [HERE, DENIED]:
        output = f"{folder}/{which}-{region}"
        command = [program, "run", "--region", region, "-s", output, "--cache-period", "0", str(file)]
        run = subprocess.run(command, env=environment(url), capture_output=True, text=True)
        if run.returncode:
            print(f"custodian in {region}: exit code {run.returncode}", file=sys.stderr)
        for name, (_, key) in kinds.items():
            every = read(output, f"{name}-all", key)
            bare = read(output, f"{name}-bare", key)
            for id in every or ():
                found[id] = "error" if bare is None else "FAIL" if id in bare else "PASS"
    return found


def read(output, policy, key):
    file = pathlib.Path(output) / policy / "resources.json"
    return {one[key] for one in json.loads(file.read_text())} if file.exists() else None


def main():
    provider, server, scanner, runner = sys.argv[1:]
    os.environ.update(ENVIRONMENT)
    with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        with open(f"{folder}/moto.log", "w") as log:
            moto = subprocess.Popen([server, "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log)
        try:
            direct = f"http://127.0.0.1:{port}"
            while True:
                try:
                    urllib.request.urlopen(direct + "/moto-api/")
                    break
                except urllib.error.URLError:
                    time.sleep(0.1)
            world = World(direct)
            url = front(direct)
            columns = [
                prowler(scanner, url, f"{folder}/prowler"),
                custodian(runner, url, folder, "any"),
                custodian(runner, url, folder, "strict"),
                ours(provider, url, "cis"),
                ours(provider, url, "strict"),
            ]
        finally:
            moto.terminate()
            moto.wait()
    print("| network | prowler | custodian, any | custodian, strict | `cis` | `strict` |")
    print("|---|---|---|---|---|---|")
    for id, name in world.names.items():
        cells = [column.get(id, "–") for column in columns]
        print(f"| {name} | {' | '.join(cells)} |")


main()
