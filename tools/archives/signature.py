"""The signature of the checksums, with GnuPG and a key of the user."""

import subprocess

from .refused import Refused

# The algorithms that the Terraform Registry accepts. GnuPG's default is another one.
ALGORITHMS = {"1": "RSA", "17": "DSA"}


def sign(key, path, signature):
    """Signs a file. The signature is binary and in a file of its own."""
    _gpg("--local-user", key, "--output", str(signature), "--detach-sign", str(path))


def check(key, path, signature):
    """Checks that the key has signed the file, and that a registry accepts such a key."""
    made = [line.split() for line in _gpg("--status-fd", "1", "--verify", str(signature), str(path)).splitlines()]
    valid = [words[2:] for words in made if words[:2] == ["[GNUPG:]", "VALIDSIG"]]
    primary, algorithm = _key(key)
    if not any(words[-1] == primary for words in valid):
        raise Refused(f"{signature.name} is not a signature of the key {key}")
    if algorithm not in ALGORITHMS:
        raise Refused(f"the key {key} is not one of {' and '.join(ALGORITHMS.values())}, which the Terraform Registry requires")
    if signature.read_bytes().startswith(b"-----"):
        raise Refused(f"{signature.name} is text, but the registries require it to be binary")


def _key(key):
    """Returns the fingerprint and the algorithm of a key."""
    lines = [line.split(":") for line in _gpg("--with-colons", "--list-keys", key).splitlines()]
    algorithm = next(fields[3] for fields in lines if fields[0] == "pub")
    return next(fields[9] for fields in lines if fields[0] == "fpr"), algorithm


def _gpg(*arguments):
    try:
        done = subprocess.run(["gpg", "--batch", "--yes", *arguments], capture_output=True, text=True)
    except FileNotFoundError:
        raise Refused("gpg is not installed, so nothing can be signed") from None
    if done.returncode:
        raise Refused(f"gpg {arguments[-2]} failed:\n{done.stderr.strip()}")
    return done.stdout
