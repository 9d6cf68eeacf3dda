"""Runs environments through botocore, as the AWS command line would, and tells how each call ended.

Reads a list of {"variables": {...}, "profile": name or null, "region": name or null,
"attempts": number} from standard input and prints a
list of words: "ok", or the kind of the error. Who signed the call, the server that was called knows.
"""

import json
import os
import sys

import botocore.config
import botocore.credentials
import botocore.exceptions
import botocore.session
import botocore.tokens

LOADER = botocore.session.Session().get_component("data_loader")


def surround(variables):
    """Replaces the environment, with what the command line adds to botocore."""
    os.environ.clear()
    os.environ.update(variables)
    if variables.get("AWS_REGION"):
        os.environ["AWS_DEFAULT_REGION"] = variables["AWS_REGION"]
    # These are worked out when botocore is imported.
    cache = os.path.join(variables["HOME"], ".aws", "sso", "cache")
    botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = cache
    botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = cache


def ask(case):
    os.chdir(case["variables"]["HOME"])
    surround(case["variables"])
    os.environ.setdefault("AWS_MAX_ATTEMPTS", str(case["attempts"]))
    try:
        session = botocore.session.Session(profile=case["profile"])
        session.register_component("data_loader", LOADER)
        config = botocore.config.Config(connect_timeout=2, read_timeout=5)
        client = session.create_client("ec2", region_name=case["region"], config=config)
        client.describe_flow_logs()
        return "ok"
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    except Exception as error:  # Whatever it is: its kind is the answer.
        return type(error).__name__


json.dump([ask(case) for case in json.load(sys.stdin)], sys.stdout)
