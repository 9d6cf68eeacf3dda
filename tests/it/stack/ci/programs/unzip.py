"""`unzip -q ARCHIVE -d FOLDER`, so that a test needs no unzip on the machine."""

import os
import sys
import zipfile

quiet, archive, to, folder = sys.argv[1:]
assert (quiet, to) == ("-q", "-d")
with zipfile.ZipFile(archive) as files:
    for file in files.infolist():
        path = files.extract(file, folder)
        os.chmod(path, file.external_attr >> 16 & 0o777)
