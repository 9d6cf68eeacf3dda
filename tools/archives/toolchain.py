"""The compilers that build a program: Rust as installed, or an unpacked Rust that compiles its standard library itself.

It must not know of platforms or archives.
"""

from pathlib import Path

# What it needs of the standard library. A panic in the provider unwinds.
PARTS = "std,panic_unwind"


class Installed:
    """The Rust of this machine."""

    options = []
    flags = []
    folders = {}

    def __init__(self, cargo):
        self.cargo = cargo

    def environment(self, given):
        """Returns the variables with which Cargo runs."""
        return given


class Unpacked:
    """The Rust in a folder that `tools/cross-rust` made. It has the source of its standard library, which Cargo compiles
    for any target. This needs an option that Rust has not stabilized.
    """

    options = [f"-Zbuild-std={PARTS}"]

    def __init__(self, folder, target):
        self.home = Path(folder).resolve() / "usr"
        self.cargo = str(self.home / "bin/cargo")
        # Without the standard library of a target come no start files of its C library. The linker brings its own.
        self.flags = ["-C", "link-self-contained=no"] if target.endswith("-musl") else []
        self.folders = {str(self.home): "/rust"}

    def is_complete(self):
        """Reports whether the folder contains a compiler and the source of the standard library."""
        return Path(self.cargo).is_file() and (self.home / "lib/rustlib/src/rust/library/std").is_dir()

    def environment(self, given):
        """Returns the variables with which Cargo runs. The system does not search the folder for libraries."""
        libraries = [str(path) for path in self.home.glob("lib/*-linux-gnu")]
        return {
            **given,
            "LD_LIBRARY_PATH": ":".join([*libraries, *filter(None, [given.get("LD_LIBRARY_PATH")])]),
            "PATH": f"{self.home / 'bin'}:{given['PATH']}",
            "RUSTC": str(self.home / "bin/rustc"),
            "RUSTC_BOOTSTRAP": "1",
        }
