//! The program is installed from the archive of a release, if its checksum is right.

use std::collections::BTreeMap;

use super::super::{Folder, python, repository};
use super::{Runner, example, variables};

/// Creates a release as `make package` does, of a program that says that it is installed. The machine is the pipeline's.
fn release(runner: &Runner) -> Folder {
    let release = Folder::new();
    runner.tool(
        "uname",
        "#!/bin/sh\ncase $1 in -s) echo Linux;; -m) echo x86_64;; esac\n",
    );
    runner.tool("built", "#!/bin/sh\necho installed\n");
    let package = format!(
        "PYTHON={} sh {} {} bin/built {}/files",
        python().display(),
        repository().join("tools/package").display(),
        env!("CARGO_PKG_VERSION"),
        release.path().display()
    );
    let (code, output) = runner.step(&package, &BTreeMap::new());
    assert_eq!(code, 0, "{output}");
    release
}

/// Runs the script that installs, in each pipeline, and returns its exit code and what the installed program says.
fn install(runner: &Runner, release: &Folder) -> [(i32, String); 2] {
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
        let files = format!("file://{}/files", release.path().display());
        all.insert("RELEASE".to_owned(), files);
        all.insert("GITHUB_PATH".to_owned(), format!("{home}-path"));
        all.insert("RUNNER_TEMP".to_owned(), home);
        let (code, output) = runner.step(text, &all);
        let (_, said) = runner.step("home/bin/terraform-provider-vpcflow", &BTreeMap::new());
        (code, if code == 0 { said } else { output })
    })
}

#[test]
fn a_release_is_installed_if_its_checksum_is_right() {
    let runner = Runner::new();
    let release = release(&runner);
    for (code, said) in install(&runner, &release) {
        assert_eq!((code, said.as_str()), (0, "installed\n"));
    }
    let name = format!(
        "terraform-provider-vpcflow_{}_linux_amd64.zip",
        env!("CARGO_PKG_VERSION")
    );
    let archive = release.path().join("files").join(name);
    let mut bytes = std::fs::read(&archive).unwrap();
    bytes.push(0);
    std::fs::write(&archive, bytes).unwrap();
    for (code, said) in install(&runner, &release) {
        assert_ne!(code, 0);
        assert!(said.contains("FAILED"), "{said}");
    }
    // Checksums without this archive are none.
    let sums = format!(
        "files/terraform-provider-vpcflow_{}_SHA256SUMS",
        env!("CARGO_PKG_VERSION")
    );
    release.write(&sums, "");
    for (code, said) in install(&runner, &release) {
        assert_ne!(code, 0, "{said}");
    }
}
