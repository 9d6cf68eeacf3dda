//! Programs that consist of their headers: enough for what looks at the platform of a program, and nothing that runs.

/// The type of a program header that names a dynamic linker.
const INTERPRETER: u32 = 3;

/// The platforms of a release, each with such a program.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("linux_amd64", elf(62, 0, false)),
        ("linux_arm64", elf(183, 3, false)),
        ("freebsd_amd64", elf(62, 9, false)),
        ("darwin_amd64", mach_o(0x0100_0007)),
        ("darwin_arm64", mach_o(0x0100_000c)),
        ("windows_amd64", pe(0x8664)),
        ("windows_arm64", pe(0xaa64)),
    ]
}

/// Returns the program of a platform.
pub(crate) fn of(platform: &str) -> Vec<u8> {
    let mut all = all().into_iter();
    let found = all.find(|(name, _)| *name == platform);
    found.unwrap().1
}

/// Returns a program for Linux that needs a dynamic linker.
pub(crate) fn dynamic() -> Vec<u8> {
    elf(62, 0, true)
}

/// A 64-bit ELF file with one program header.
fn elf(machine: u16, system: u8, is_dynamic: bool) -> Vec<u8> {
    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.push(system);
    file.resize(16, 0);
    file.extend(2_u16.to_le_bytes());
    file.extend(machine.to_le_bytes());
    file.extend(1_u32.to_le_bytes());
    for address in [0, 64, 0_u64] {
        file.extend(address.to_le_bytes());
    }
    file.extend(0_u32.to_le_bytes());
    for size in [64, 56, 1, 64, 0, 0_u16] {
        file.extend(size.to_le_bytes());
    }
    let kind = if is_dynamic { INTERPRETER } else { 1 };
    file.extend(kind.to_le_bytes());
    file.resize(64 + 56, 0);
    file
}

fn mach_o(processor: u32) -> Vec<u8> {
    let mut file = 0xfeed_facf_u32.to_le_bytes().to_vec();
    file.extend(processor.to_le_bytes());
    file.resize(32, 0);
    file
}

fn pe(machine: u16) -> Vec<u8> {
    let mut file = b"MZ".to_vec();
    file.resize(60, 0);
    file.extend(64_u32.to_le_bytes());
    file.extend(b"PE\0\0");
    file.extend(machine.to_le_bytes());
    file.resize(96, 0);
    file
}
