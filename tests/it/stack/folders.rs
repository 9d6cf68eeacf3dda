//! Folders of states of which a part cannot be read.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use super::states::{on_s3, state_of_aws};
use super::{Folder, VPC, program};
use crate::harness::fake::Fake;
use crate::harness::terraform::Run;

fn states() -> (Fake, Folder) {
    let fake = Fake::start();
    fake.insert(on_s3(0, VPC));
    let folder = Folder::new();
    fs::create_dir_all(folder.path().join("states/z")).unwrap();
    folder.write("states/z/x.tfstate", &state_of_aws(&[(0, VPC)]));
    (fake, folder)
}

/// Checks that the rest is read, and that the failure names what is not.
#[track_caller]
fn is_told(fake: &Fake, folder: &Folder, source: &str, says: &str) {
    let (code, report) = folder.drift(fake.url(), &["--state", "states", "--unmanaged"]);
    assert_eq!(code, 1, "{report:#}");
    assert_eq!(report["counts"]["in_sync"], 1, "{report:#}");
    let failures = report["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 1, "{report:#}");
    let told = failures[0]["source"].as_str().unwrap();
    assert!(told.contains(source), "{told}");
    let message = failures[0]["message"].as_str().unwrap();
    assert!(message.contains(says), "{message}");
    // What is not read may declare them.
    assert_eq!(report["counts"]["unmanaged"], 0);
}

#[test]
fn a_folder_that_is_too_deep_is_told() {
    let (fake, folder) = states();
    let deep = "d/".repeat(65);
    fs::create_dir_all(folder.path().join("states").join(&deep)).unwrap();
    let source = format!("states/{}", deep.trim_end_matches('/'));
    is_told(&fake, &folder, &source, "more than 64 folders below");
    // One less is read.
    let (fake, folder) = states();
    let deep = "d/".repeat(64);
    fs::create_dir_all(folder.path().join("states").join(deep)).unwrap();
    let (code, report) = folder.drift(fake.url(), &["--state", "states"]);
    assert_eq!(code, 0, "{report:#}");
}

#[test]
fn a_folder_that_cannot_be_read_is_told() {
    let (fake, folder) = states();
    // The whole path is longer than the system accepts, for any user.
    let long = "n".repeat(250);
    let script = format!("cd states && for n in $(seq 20); do mkdir {long} && cd {long}; done");
    let mut shell = Command::new("bash");
    shell.args(["-e", "-c", &script]).current_dir(folder.path());
    assert!(shell.status().unwrap().success());
    is_told(
        &fake,
        &folder,
        "states/nnn",
        "the states in it are not read: File name too long",
    );
}

#[test]
fn a_folder_without_permission_is_told() {
    let (fake, folder) = states();
    let closed = folder.path().join("states/closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    // The system's administrator can read it.
    if fs::read_dir(&closed).is_err() {
        is_told(&fake, &folder, "states/closed", "Permission denied");
    }
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn links_that_lead_nowhere_or_around_end() {
    let (fake, folder) = states();
    let path = |name: &str| folder.path().join("states").join(name);
    symlink("loop", path("loop")).unwrap();
    symlink("nothing", path("dangling")).unwrap();
    symlink("..", path("up")).unwrap();
    symlink(".", path("z/here")).unwrap();
    let (code, report) = folder.drift(fake.url(), &["--state", "states"]);
    assert_eq!(
        (code, report["counts"]["in_sync"].as_u64()),
        (0, Some(1)),
        "{report:#}"
    );
    // A state that is a link to nothing is a state that cannot be read.
    symlink("nothing", path("gone.tfstate")).unwrap();
    is_told(&fake, &folder, "states/gone.tfstate", "No such file");
}

#[test]
fn a_name_that_is_not_text_is_told() {
    use std::os::unix::ffi::OsStrExt as _;
    let (fake, folder) = states();
    let name = std::ffi::OsStr::from_bytes(b"states/\xff.tfstate");
    fs::write(folder.path().join(name), "{}").unwrap();
    is_told(&fake, &folder, ".tfstate", "not UTF-8 text");
}

#[test]
fn the_standard_output_is_no_input_and_no_other_output() {
    let (fake, folder) = states();
    let run = |output: &str, arguments: &[&str]| {
        let mut options = fs::OpenOptions::new();
        let path = folder.path().join(output);
        let file = options.append(true).create(true).open(path).unwrap();
        let mut command = folder.command(program(), Some(fake.url()));
        Run::of(&command.args(arguments).stdout(file).output().unwrap())
    };
    let drift = ["drift", "--state", "states"];
    run("states/z/x.tfstate", &drift).fails_with(&["redirected to the input states/z/x.tfstate"]);
    let more = [&drift[..], &["--format", "text", "--output", "-"]].concat();
    run("states/z/x.tfstate", &more).fails_with(&["redirected to the input"]);
    let more = [
        &drift[..],
        &["--format", "text", "--format", "json", "--output", "out"],
    ]
    .concat();
    run("out", &more).fails_with(&["redirected to out, which is also an --output"]);
    folder.write("s.yaml", super::STACK);
    for arguments in [
        &["stack", "validate", "s.yaml"][..],
        &["stack", "to-terraform", "s.yaml"],
    ] {
        run("s.yaml", arguments).fails_with(&["redirected to the input s.yaml"]);
    }
    assert_eq!(folder.read("s.yaml"), super::STACK);
    assert_eq!(fake.calls().len(), 0);
    run("log", &drift).succeeds();
    assert!(folder.read("log").contains("1 in sync"));
    // If all reports go to files, nothing is printed there.
    let more = [&drift[..], &["--format", "json", "--output", "out"]].concat();
    run("out", &more).succeeds();
}
