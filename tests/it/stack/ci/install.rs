//! The program is installed from the archive of a release, if its checksum is right.

use std::os::unix::fs::PermissionsExt as _;

use super::{Runner, example, variables};
use crate::harness::executable;
use crate::harness::release::Release;

/// The platform of the pipelines.
const PLATFORM: &str = "linux_amd64";

/// Creates a release of a program that consists of its headers.
fn release() -> Release {
    let release = Release::new();
    release.add(PLATFORM, &executable::of(PLATFORM));
    release.make(&[], &[]).succeeds();
    release
}

/// Runs the script that installs, in each pipeline, and returns its exit code and its output.
fn install(runner: &Runner, release: &Release) -> [(i32, String); 2] {
    let github = example("github-actions.yml");
    let steps = github["jobs"]["flow-logs"]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["name"] == "Install").unwrap();
    let gitlab = &example("gitlab-ci.yml")[".flow-logs"];
    let scripts = [
        (step["run"].as_str().unwrap(), variables(&github["env"])),
        (
            gitlab["before_script"][1].as_str().unwrap(),
            variables(&gitlab["variables"]),
        ),
    ];
    scripts.map(|(text, mut all)| {
        let version = env!("CARGO_PKG_VERSION");
        assert!(all["RELEASE"].ends_with(&format!("/releases/download/v{version}")));
        let _ = std::fs::remove_dir_all(runner.folder.path().join("home"));
        std::fs::create_dir(runner.folder.path().join("home")).unwrap();
        let home = runner.folder.path().join("home").display().to_string();
        let files = format!("file://{}", release.files().display());
        all.insert("RELEASE".to_owned(), files);
        all.insert("GITHUB_PATH".to_owned(), format!("{home}-path"));
        all.insert("RUNNER_TEMP".to_owned(), home);
        let (code, output) = runner.step(text, &all);
        if code == 0 {
            let program = runner
                .folder
                .path()
                .join("home/bin/terraform-provider-vpcflow");
            assert!(std::fs::read(&program).unwrap() == executable::of(PLATFORM));
            let mode = std::fs::metadata(&program).unwrap().permissions().mode();
            assert_eq!(mode & 0o111, 0o111, "{mode:o}");
        }
        (code, output)
    })
}

#[test]
fn a_release_is_installed_if_its_checksum_is_right() {
    let runner = Runner::new();
    let release = release();
    for (code, output) in install(&runner, &release) {
        assert_eq!(code, 0, "{output}");
    }
    let name = |end: &str| {
        format!(
            "terraform-provider-vpcflow_{}_{end}",
            env!("CARGO_PKG_VERSION")
        )
    };
    let archive = release.files().join(name("linux_amd64.zip"));
    let mut bytes = std::fs::read(&archive).unwrap();
    bytes.push(0);
    std::fs::write(&archive, bytes).unwrap();
    for (code, said) in install(&runner, &release) {
        assert_ne!(code, 0);
        assert!(said.contains("FAILED"), "{said}");
    }
    // Checksums without this archive are none.
    std::fs::write(release.files().join(name("SHA256SUMS")), "").unwrap();
    for (code, said) in install(&runner, &release) {
        assert_ne!(code, 0, "{said}");
    }
}
