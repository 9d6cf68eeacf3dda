"""What the headers of a program say: the system and the processor for which it was linked, whether it needs the libraries
of a machine, and which crates it contains.

It must not know of archives or releases.
"""

import json
import struct
import zlib

from .refused import Refused

AMD64, ARM64 = "amd64", "arm64"
ELF = {62: AMD64, 183: ARM64}
MACH_O = {0x01000007: AMD64, 0x0100000C: ARM64}
PE = {0x8664: AMD64, 0xAA64: ARM64}

# The systems that the identification of an ELF file can name, 0 and 3 both meaning Linux.
ELF_SYSTEMS = {0: "linux", 3: "linux", 9: "freebsd"}

# The type of a program header that names a dynamic linker.
INTERPRETER = 3

# The section in which cargo-auditable stores the crates.
CRATES = b".dep-v0"


def platform(program):
    """Returns the system and the processor, such as `linux_amd64`."""
    try:
        if program.startswith(b"\x7fELF\x02\x01"):
            system = ELF_SYSTEMS[program[7]]
            processor = ELF[struct.unpack_from("<H", program, 18)[0]]
        elif program.startswith(b"\xcf\xfa\xed\xfe"):
            system = "darwin"
            processor = MACH_O[struct.unpack_from("<I", program, 4)[0]]
        elif program.startswith(b"MZ"):
            at = struct.unpack_from("<I", program, 60)[0]
            if program[at : at + 4] != b"PE\0\0":
                raise KeyError
            system = "windows"
            processor = PE[struct.unpack_from("<H", program, at + 4)[0]]
        else:
            raise KeyError
    except (KeyError, IndexError, struct.error):
        raise Refused("its headers are those of no system and processor that are supported") from None
    return f"{system}_{processor}"


def is_dynamic(program):
    """Reports whether an ELF file needs a dynamic linker."""
    start, size, count = struct.unpack_from("<Q", program, 32) + struct.unpack_from("<HH", program, 54)
    kinds = (struct.unpack_from("<I", program, start + place * size)[0] for place in range(count))
    return INTERPRETER in kinds


def crates(program):
    """Returns the crates that an ELF file lists, as pairs of a name and a version, or none if it lists none."""
    section = _section(program, CRATES)
    if section is None:
        return None
    listed = json.loads(zlib.decompress(section))["packages"]
    linked = (crate for crate in listed if crate.get("kind", "runtime") == "runtime" and not crate.get("root"))
    return {(crate["name"], crate["version"]) for crate in linked}


def _section(program, wanted):
    """Returns a section of an ELF file, or none."""
    if not program.startswith(b"\x7fELF"):
        return None
    start = struct.unpack_from("<Q", program, 40)[0]
    size, count, names = struct.unpack_from("<HHH", program, 58)
    headers = [struct.unpack_from("<IIQQQQ", program, start + place * size) for place in range(count)]
    for name, _, _, _, offset, length in headers:
        at = headers[names][4] + name
        if program[at : program.index(b"\0", at)] == wanted:
            return program[offset : offset + length]
    return None
