"""The files of a release under the names that the registries of Terraform and OpenTofu require, and how they are written."""

import hashlib
import json
import re
import zipfile

NAME = "terraform-provider-vpcflow"

# The version of the plugin protocol. Without a manifest, a registry would assume 5.0.
MANIFEST = json.dumps({"version": 1, "metadata": {"protocol_versions": ["6.0"]}}, indent=2) + "\n"

# The hosts whose providers this is, and its place there.
HOSTS = ["registry.terraform.io", "registry.opentofu.org"]
PLACE = "vpcflow/vpcflow"

PERMISSIONS = 0o100755

# The end of the name of a bill of materials.
BILL = ".cdx.json"


class Names:
    """The names of the files of a version."""

    def __init__(self, version):
        self.version = version
        self.manifest = f"{NAME}_{version}_manifest.json"
        self.sums = f"{NAME}_{version}_SHA256SUMS"
        self.signature = f"{self.sums}.sig"

    def archive(self, platform):
        return f"{NAME}_{self.version}_{platform}.zip"

    def bill(self, platform):
        return self.archive(platform) + BILL

    def program(self, platform):
        return f"{NAME}_v{self.version}" + (".exe" if platform.startswith("windows") else "")

    def platforms(self, folder):
        """Returns the platforms of the archives in a folder."""
        archive = re.compile(re.escape(f"{NAME}_{self.version}_") + r"([a-z]+_[a-z0-9]+)\.zip")
        names = (archive.fullmatch(path.name) for path in folder.iterdir())
        return sorted(name.group(1) for name in names if name)


def write_archive(path, name, program, level):
    """Writes an archive. Its bytes depend only on the program."""
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.external_attr = PERMISSIONS << 16
    entry.create_system = 3
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as out:
        out.writestr(entry, program, compresslevel=level)


def write_sums(path, files):
    """Writes the SHA-256 of files, as `sha256sum` does."""
    path.write_text("".join(f"{sha256(file.read_bytes())}  {file.name}\n" for file in sorted(files)))


def sha256(data):
    return hashlib.sha256(data).hexdigest()
