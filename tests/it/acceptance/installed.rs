//! Each way to install the provider, as the README describes it, with a real Terraform. The blocks of the README run word
//! for word. Only the folders and addresses that they leave to the reader are replaced.

// Only on Linux, Go programs read the variable that names certificate authorities.
#[cfg(target_os = "linux")]
mod network;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

use crate::acceptance::flow_log;
use crate::harness::fake::Fake;
use crate::harness::golden;
use crate::harness::release::{Release, VERSION};
use crate::harness::terraform::{Run, Version, Workspace};
use crate::harness::{executable, world};

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-vpcflow");
const NAME: &str = "terraform-provider-vpcflow";
/// The registries of Terraform and OpenTofu.
const HOSTS: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// What a reader replaces in the blocks.
const FOLDER: &str = "/path/to/this/folder/target/package/mirror";

/// The blocks of the README with a test in this file.
const TESTED: &[&str] = &[
    "install",
    "command",
    "filesystem mirror",
    "lock",
    "network mirror",
    "mirror",
    "dev_overrides",
    "verify",
];

/// Returns the names and texts of the tested blocks in the README's section about installation, and fails if another block
/// of it has no test.
fn blocks() -> Vec<(String, String)> {
    let readme = golden::read("README.md");
    let section = readme.split("\n## Installation\n").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut found = Vec::new();
    let mut name = None;
    let mut lines = section.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let name: &str = name
                .take()
                .unwrap_or_else(|| panic!("a block has no name: {line}"));
            let text = lines.by_ref().take_while(|line| *line != "```");
            let text = text.fold(String::new(), |text, line| text + line + "\n");
            found.push((name.to_owned(), text));
        }
        name = line
            .strip_prefix("<!-- tested: ")
            .and_then(|rest| rest.strip_suffix(" -->"));
    }
    found
}

/// Returns a block of the README, with a replacement that it must contain.
#[track_caller]
fn block(name: &str, (from, to): (&str, &str)) -> String {
    let found = blocks().into_iter().find(|(found, _)| found == name);
    let (_, text) = found.unwrap_or_else(|| panic!("the README has no block {name}"));
    assert!(text.contains(from), "{from} is not in {text}");
    text.replace(from, to)
}

#[test]
fn every_block_about_installation_is_tested() {
    let found: Vec<_> = blocks().into_iter().map(|(name, _)| name).collect();
    assert_eq!(found, TESTED);
}

/// Returns the release of the provider under test. Tests that run at the same time share one.
fn release() -> Arc<Release> {
    static SHARED: Mutex<Weak<Release>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let release = Arc::new(Release::of_provider(&[], &[]));
        *shared = Arc::downgrade(&release);
        release
    })
}

/// The mirror in a release.
fn mirror(release: &Release) -> String {
    release.files().join("mirror").display().to_string()
}

/// A folder with a configuration, and a home directory in which nothing is installed.
struct User {
    work: Workspace,
    fake: Fake,
    home: TempDir,
}

impl User {
    /// Creates a folder whose CLI configuration is the text.
    fn with(configuration: &str) -> Self {
        let fake = Fake::start();
        let work = Workspace::new(Version::Any, fake.url());
        work.write("terraform.rc", configuration);
        work.configure(&flow_log("main", ""));
        let home = tempfile::Builder::new().prefix("home").tempdir().unwrap();
        Self { work, fake, home }
    }

    /// Returns a Terraform that trusts the authority of the tests.
    fn command(&self, arguments: &[&str]) -> Command {
        self.work.write("authority.pem", &world::authority());
        let mut command = self.work.command(arguments);
        command
            .env("HOME", self.home.path())
            .env("SSL_CERT_FILE", "authority.pem");
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&self.command(arguments).output().unwrap())
    }

    /// Installs the provider, and returns what `terraform init` says.
    #[track_caller]
    fn init(&self) -> Run {
        self.run(&["init", "-no-color"]).succeeds()
    }

    /// Plans and applies with the installed provider.
    #[track_caller]
    fn uses_it(&self) {
        self.run(&["apply", "-auto-approve", "-no-color"])
            .succeeds();
        let created = self.fake.flow_logs("us-east-1");
        assert_eq!(created.len(), 1);
        let plan = self.run(&["plan", "-detailed-exitcode", "-no-color"]);
        assert_eq!(plan.code, 0, "{}", plan.output);
    }

    /// The folder with the configuration.
    fn folder(&self) -> PathBuf {
        self.work.command(&[]).get_current_dir().unwrap().to_owned()
    }

    fn lock(&self) -> String {
        self.work.read(".terraform.lock.hcl")
    }

    /// Runs a block of shell commands in the folder. `terraform` is the one under test.
    #[track_caller]
    fn shell(&self, text: &str) -> Run {
        let terraform = Version::Any.program();
        let script = format!(
            "set -eu\nterraform() {{ \"{}\" \"$@\"; }}\n{text}",
            terraform.display()
        );
        // The environment of a Terraform, for another program.
        let of_terraform = self.command(&[]);
        let mut command = Command::new("sh");
        command.args(["-c", &script]).stdin(Stdio::null());
        command.current_dir(of_terraform.get_current_dir().unwrap());
        for (name, value) in of_terraform.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        Run::of(&command.output().unwrap()).succeeds()
    }
}

/// Runs `make install` or `make uninstall` as a user, with the program under test as the release build.
#[track_caller]
fn make(user: &User, text: &str, variables: &str) -> Run {
    let folder = env!("CARGO_MANIFEST_DIR");
    let home = |name: &str, usual: &str| {
        let own =
            std::env::var(name).unwrap_or(format!("{}/{usual}", std::env::var("HOME").unwrap()));
        format!("export {name}='{own}'")
    };
    let toolchain = [home("CARGO_HOME", ".cargo"), home("RUSTUP_HOME", ".rustup")].join("\n");
    user.shell(&format!(
        "{toolchain}\nmake() {{ command make -C '{folder}' -o release RELEASE='{PROVIDER}' \"$@\" {variables}; }}\n{text}"
    ))
}

/// Returns the paths of all files below a folder.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path().display().to_string());
        }
    }
    found
}

#[test]
fn make_install_needs_no_configuration_file_and_uninstall_leaves_nothing() {
    let user = User::with("");
    let text = block("install", ("make install", "make install"));
    make(&user, &text, "").says(&[
        "Installed for terraform and tofu: ",
        "Installed for the shell: ",
    ]);
    user.init()
        .says(&[&format!("Installed vpcflow/vpcflow v{VERSION}")]);
    user.uses_it();
    let bin = user.home.path().join(".local/bin").display().to_string();
    let command = block("command", (NAME, NAME));
    let said = user.shell(&format!("PATH='{bin}':$PATH\n{command}"));
    said.says(&[&format!("{NAME} {VERSION}")]);
    assert!(
        user.work
            .read("_terraform-provider-vpcflow")
            .starts_with("#compdef")
    );
    let taught = "for file in \"$HOME\"/.local/share/bash-completion/completions/*; do . \"$file\"; done; complete -p";
    let taught = user.shell(&format!("bash -c '{taught} {NAME}'"));
    assert!(taught.output.trim().ends_with(NAME), "{}", taught.output);
    make(&user, "make uninstall", "");
    let left = files(user.home.path());
    let left: Vec<_> = left
        .iter()
        .filter(|path| path.contains("vpcflow"))
        .collect();
    assert_eq!(left, Vec::<&String>::new());
}

#[test]
fn make_install_into_a_prefix_is_for_all_users() {
    let user = User::with("");
    let prefix = user.home.path().join("usr");
    make(
        &user,
        "make install",
        &format!("PREFIX='{}'", prefix.display()),
    );
    let mut installed = files(user.home.path());
    installed.sort();
    let place = format!(
        "vpcflow/vpcflow/{VERSION}/{}/{NAME}_v{VERSION}",
        Release::here()
    );
    let wanted = [
        format!("bin/{NAME}"),
        format!("share/bash-completion/completions/{NAME}"),
        format!("share/terraform/plugins/registry.opentofu.org/{place}"),
        format!("share/terraform/plugins/registry.terraform.io/{place}"),
    ];
    assert_eq!(
        installed,
        wanted.map(|path| prefix.join(path).display().to_string())
    );
    make(
        &user,
        "make uninstall",
        &format!("PREFIX='{}'", prefix.display()),
    );
    assert_eq!(files(user.home.path()), Vec::<String>::new());
}

#[test]
fn dev_overrides_need_no_init() {
    let folder = Path::new(PROVIDER).parent().unwrap().display().to_string();
    let user = User::with(&block(
        "dev_overrides",
        ("/path/to/this/folder/target/debug", &folder),
    ));
    user.uses_it();
}

#[test]
fn a_packed_filesystem_mirror_installs_and_locks() {
    let release = release();
    let user = User::with(&block("filesystem mirror", (FOLDER, &mirror(&release))));
    user.init()
        .says(&[&format!("Installed vpcflow/vpcflow v{VERSION}")]);
    assert!(user.lock().contains("h1:"), "{}", user.lock());
    user.uses_it();
}

#[test]
fn an_unpacked_filesystem_mirror_installs() {
    let release = release();
    let unpacked = tempfile::tempdir().unwrap();
    let unpack = "import os, sys, zipfile\narchive = zipfile.ZipFile(sys.argv[1])\nfor entry in archive.infolist():\n    \
                  os.chmod(archive.extract(entry, sys.argv[2]), entry.external_attr >> 16)";
    let here = Release::here();
    let archive = release.files().join(format!("{NAME}_{VERSION}_{here}.zip"));
    for host in HOSTS {
        let place = format!("{host}/vpcflow/vpcflow/{VERSION}/{here}");
        let status = Command::new(crate::harness::python::program())
            .args(["-c", unpack])
            .args([&archive, &unpacked.path().join(place)])
            .status();
        assert!(status.unwrap().success());
    }
    let folder = unpacked.path().display().to_string();
    let user = User::with(&block("filesystem mirror", (FOLDER, &folder)));
    user.init();
    user.uses_it();
}

#[test]
fn the_lock_file_holds_the_checksums_of_all_platforms() {
    let release = release();
    let user = User::with(&block("filesystem mirror", (FOLDER, &mirror(&release))));
    user.shell(&block("lock", (FOLDER, &mirror(&release))));
    let locked = user.lock();
    assert_eq!(locked.matches("\"h1:").count(), 3, "{locked}");
    let readonly = ["init", "-no-color", "-lockfile=readonly"];
    user.run(&readonly).succeeds();
    assert_eq!(user.lock(), locked);
    // Another program under the same version is refused.
    let other = Release::new();
    other.add(&Release::here(), &executable::of(&Release::here()));
    other.make(&[], &[]).succeeds();
    user.work.write(
        "terraform.rc",
        &block("filesystem mirror", (FOLDER, &mirror(&other))),
    );
    std::fs::remove_dir_all(user.folder().join(".terraform")).unwrap();
    user.run(&readonly).fails_with(&["checksum"]);
}
