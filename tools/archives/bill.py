"""The bill of materials of a program: the crates that are linked into it, as CycloneDX in JSON.

The crates are those that Cargo selects for the target, without build dependencies. Macros, and what only they use, run
during a build: they are listed with the scope "excluded". Nothing in a bill depends on the time or the machine, so that two
builds of the same source have the same bill.
"""

import json
import re
import subprocess

from . import binary
from .refused import Refused

SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"


def create(cargo, source, target, digest):
    """Returns the bill of the package in a folder, whose program has this SHA-256."""
    command = [cargo, "metadata", "--format-version", "1", "--locked", "--filter-platform", target]
    done = subprocess.run(command, cwd=source, stdout=subprocess.PIPE)
    if done.returncode:
        raise Refused(f"cargo metadata does not list the crates for {target}")
    metadata = json.loads(done.stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    edges = _used(metadata["resolve"], packages)
    linked = _used(metadata["resolve"], packages, macros=False)
    root = metadata["resolve"]["root"]
    sums = _checksums(source)
    component = _component(packages[root], digest)
    return {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**component, "type": "application"}},
        "components": [
            {
                **_component(packages[id], sums.get((packages[id]["name"], packages[id]["version"]))),
                "scope": "required" if id in linked else "excluded",
            }
            for id in sorted((id for id in edges if id != root), key=lambda id: _url(packages[id]))
        ],
        "dependencies": sorted(
            (
                {"ref": _url(packages[id]), "dependsOn": sorted(_url(packages[to]) for to in edges[id])}
                for id in edges
            ),
            key=lambda dependency: dependency["ref"],
        ),
    }


def check(text, program, digest, version):
    """Checks that a bill belongs to a program. If the program lists its crates, the bill must list the same ones. Whether
    cargo-auditable lists a macro depends on who uses it.
    """
    try:
        bill = json.loads(text)
        root = bill["metadata"]["component"]
        told = (bill["bomFormat"], root["version"], root["hashes"])
        billed = {(one["name"], one["version"]): one["scope"] for one in bill["components"]}
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"its bill of materials is not one of CycloneDX: {error!r}") from None
    if told != ("CycloneDX", version, _hashes(digest)):
        raise Refused(f"its bill of materials is not that of this program, version {version}")
    linked = binary.crates(program)
    if linked is None:
        return
    required = {crate for crate, scope in billed.items() if scope == "required"}
    differing = (required - linked) | (linked - set(billed))
    if differing:
        raise Refused(f"it and its bill of materials differ in the crates {sorted(differing)}")


def _used(resolve, packages, macros=True):
    """Returns the packages that are used, each with those on which it depends, or without macros those that are linked."""
    nodes = {node["id"]: node for node in resolve["nodes"]}
    found, waiting = {}, [resolve["root"]]
    while waiting:
        id = waiting.pop()
        if id in found:
            continue
        found[id] = {
            dependency["pkg"]
            for dependency in nodes[id]["deps"]
            if any(kind["kind"] is None for kind in dependency["dep_kinds"])
            and (macros or not any("proc-macro" in target["kind"] for target in packages[dependency["pkg"]]["targets"]))
        }
        waiting.extend(found[id])
    return found


def _component(package, digest):
    component = {
        "type": "library",
        "bom-ref": _url(package),
        "name": package["name"],
        "version": package["version"],
        "purl": _url(package),
    }
    if package.get("license"):
        # Old packages separate alternatives by a slash.
        component["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if digest:
        component["hashes"] = _hashes(digest)
    if package.get("repository"):
        component["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return component


def _hashes(digest):
    return [{"alg": "SHA-256", "content": digest}]


def _url(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def _checksums(source):
    """Returns the checksums in Cargo.lock by name and version."""
    text = (source / "Cargo.lock").read_text()
    entry = re.compile(r'name = "(.*)"\nversion = "(.*)"\nsource = ".*"\nchecksum = "(.*)"')
    return {(name, version): checksum for name, version, checksum in entry.findall(text)}
