"""Checks a release: what is published is read again from its files, and nothing else may be among them."""

import subprocess
import tempfile
import zipfile
from pathlib import Path

from . import bill, binary, signature
from .files import MANIFEST, PERMISSIONS, sha256
from .refused import Refused


def verify(folder, names, wanted):
    """Checks all files of a release, and returns a line about each archive.

    `wanted` says what a release must have: `bills`, `crates` (a list of crates in each program), `key`, and `runners`, the
    commands that run the programs of platforms.
    """
    platforms = names.platforms(folder)
    if not platforms:
        raise Refused(f"{folder} contains no archive")
    checked = [names.archive(platform) for platform in platforms]
    if wanted.bills:
        checked += [names.bill(platform) for platform in platforms]
    checked.append(names.manifest)
    expected = {*checked, names.sums} | ({names.signature} if wanted.key else set())
    found = {path.name for path in folder.iterdir() if path.is_file()}
    if found != expected:
        raise Refused(f"{folder} has not the files of a release: {', '.join(sorted(found ^ expected))}")
    if (folder / names.manifest).read_text() != MANIFEST:
        raise Refused(f"{names.manifest} does not name protocol 6.0")
    _sums(folder, names, set(checked))
    if wanted.key:
        signature.check(wanted.key, folder / names.sums, folder / names.signature)
    return [_archive(folder, names, platform, wanted) for platform in platforms]


def _sums(folder, names, checked):
    """Each file must be in the checksums, with the right one."""
    lines = [line.partition("  ") for line in (folder / names.sums).read_text().splitlines()]
    sums = {name: sum for sum, _, name in lines}
    if set(sums) != checked or len(lines) != len(sums):
        raise Refused(f"{names.sums} does not list exactly the files of the release")
    for name, sum in sums.items():
        if sha256((folder / name).read_bytes()) != sum:
            raise Refused(f"the checksum of {name} is wrong")


def _archive(folder, names, platform, wanted):
    name = names.archive(platform)
    try:
        program = _program(folder / name, names.program(platform))
        found = binary.platform(program)
        if found != platform:
            raise Refused(f"its program was built for {found}")
        if platform.startswith("linux") and binary.is_dynamic(program):
            raise Refused(
                "its program is linked dynamically and would not start on Alpine or on older distributions. Build it as "
                "the Makefile does, on a machine with a static C library"
            )
        if wanted.crates and binary.CRATES not in program:
            raise Refused("its program does not list its crates. Build it with `cargo auditable`")
        if wanted.bills:
            text = (folder / names.bill(platform)).read_text()
            bill.check(text, program, sha256(program), names.version)
        runner = wanted.runners.get(platform)
        if runner is not None:
            _run(program, runner, names)
    except Refused as refused:
        raise Refused(f"{name}: {refused}") from None
    ran = "not run" if runner is None else f"run with {runner[0]}" if runner else "run on this machine"
    return f"{name}  {sha256((folder / name).read_bytes())}  {ran}"


def _program(archive, name):
    """Returns the only file of an archive."""
    try:
        with zipfile.ZipFile(archive) as zip:
            entries = zip.infolist()
            if [entry.filename for entry in entries] != [name]:
                raise Refused(f"it must contain {name} and nothing else")
            if entries[0].external_attr >> 16 != PERMISSIONS:
                raise Refused(f"{name} is not executable")
            return zip.read(name)
    except zipfile.BadZipFile as error:
        raise Refused(str(error)) from None


def _run(program, runner, names):
    """The program from the archive must start, and must be of this version."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program"
        path.write_bytes(program)
        path.chmod(0o755)
        try:
            done = subprocess.run([*runner, str(path), "--version"], capture_output=True, text=True)
        except OSError as error:
            raise Refused(f"its program does not start: {error}") from None
    if done.stdout.split()[-1:] != [names.version]:
        raise Refused(f"its program does not say that it is version {names.version}: {done.stdout}{done.stderr}")
