"""The platform of this machine, and which programs it can run."""

import platform
import shutil

PROCESSORS = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}

# Emulators of another processor, if they are installed (Debian and Ubuntu: apt install qemu-user).
EMULATORS = {"linux_amd64": "qemu-x86_64", "linux_arm64": "qemu-aarch64"}


def own():
    """Returns the platform, as the registries name it."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{PROCESSORS.get(machine, machine)}"


def runners():
    """Returns the platforms whose programs run here, each with the command that runs them."""
    is_linux = platform.system() == "Linux"
    emulated = {name: [emulator] for name, emulator in EMULATORS.items() if is_linux and shutil.which(emulator)}
    return {**emulated, own(): []}
