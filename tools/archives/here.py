"""Which programs this machine can run."""

import platform
import shutil

PROCESSORS = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}

# Emulators of another processor, if they are installed (Debian and Ubuntu: apt install qemu-user).
EMULATORS = {"linux_amd64": "qemu-x86_64", "linux_arm64": "qemu-aarch64"}


def runners():
    """Returns the platforms whose programs run here, each with the command that runs them."""
    system = platform.system().lower()
    own = f"{system}_{PROCESSORS.get(platform.machine().lower())}"
    emulated = {name: [emulator] for name, emulator in EMULATORS.items() if system == "linux" and shutil.which(emulator)}
    return {**emulated, own: []}
