"""The platforms of a release, and how each is built.

A platform whose target is that of this machine is built with cargo alone. For the others, cargo-zigbuild brings a C
compiler and a linker. It has no static glibc, so Linux programs for other processors are linked with musl.
"""

# The platform, as the registries name it; Rust's target on a machine of that platform; the target from other machines.
TARGETS = {
    "linux_amd64": ("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"),
    "linux_arm64": ("aarch64-unknown-linux-gnu", "aarch64-unknown-linux-musl"),
    "darwin_amd64": ("x86_64-apple-darwin", "x86_64-apple-darwin"),
    "darwin_arm64": ("aarch64-apple-darwin", "aarch64-apple-darwin"),
    "windows_amd64": ("x86_64-pc-windows-msvc", "x86_64-pc-windows-gnu"),
    "windows_arm64": ("aarch64-pc-windows-msvc", "aarch64-pc-windows-gnullvm"),
    "freebsd_amd64": ("x86_64-unknown-freebsd", "x86_64-unknown-freebsd"),
}


def target(platform, host):
    """Returns the target of a platform on a machine, and whether it needs cargo-zigbuild."""
    native, foreign = TARGETS[platform]
    # Apple's tools build for both of its processors.
    alike = host.endswith("-apple-darwin") and native.endswith("-apple-darwin")
    return (native, False) if native == host or alike else (foreign, True)
