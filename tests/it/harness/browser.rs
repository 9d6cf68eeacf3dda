//! A headless Chromium that looks at pages. It is driven through its DevTools protocol, over a pipe.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long Chromium may take for one step. It never takes so long on a machine that works.
const PATIENCE: Duration = Duration::from_secs(120);
/// The widths of a desk and of a phone.
pub(crate) const WIDTHS: [u32; 2] = [1280, 390];
/// What is looked for in a page.
const LOOK: &str = include_str!("browser.js");

/// A Chromium with an empty page.
pub(crate) struct Browser {
    child: Child,
    to: ChildStdin,
    from: mpsc::Receiver<Value>,
    events: VecDeque<Value>,
    session: String,
    next: u64,
    _profile: TempDir,
}

/// How a page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Light,
    Dark,
}

impl Browser {
    /// Starts Chromium. `None`, and a line that says so, if there is none on this machine.
    #[expect(clippy::print_stderr, reason = "a test that does nothing says so")]
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = program() else {
            eprintln!(
                "not run: there is no Chromium on PATH (Debian and Ubuntu: apt install chromium)"
            );
            return None;
        };
        let profile = tempfile::Builder::new()
            .prefix("chromium")
            .tempdir()
            .unwrap();
        // Chromium reads commands from the descriptor 3 and answers on 4. A shell gives it our pipes there.
        let mut child = Command::new("sh")
            .args([
                "-c",
                "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1",
                "sh",
            ])
            .arg(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
            ])
            .args([
                "--no-first-run",
                "--hide-scrollbars",
                "--remote-debugging-pipe",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let to = child.stdin.take().unwrap();
        let from = listen(child.stdout.take().unwrap());
        let mut browser = Self {
            child,
            to,
            from,
            events: VecDeque::new(),
            session: String::new(),
            next: 0,
            _profile: profile,
        };
        if !browser.answers() {
            eprintln!("not run: the Chromium on PATH does not start on this machine");
            return None;
        }
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = browser.call("Target.attachToTarget", &attach);
        browser.session = attached["sessionId"].as_str().unwrap().to_owned();
        for domain in ["Page", "Log", "Runtime"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        Some(browser)
    }

    /// Opens a page.
    pub(crate) fn open(&mut self, page: &Path, width: u32, scheme: Scheme) {
        let metrics =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", &metrics);
        let scheme = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", &features);
        self.events.clear();
        let page = page.canonicalize().unwrap();
        let url = format!("file://{}", page.display());
        self.call("Page.navigate", &json!({ "url": url }));
        self.wait_for("Page.loadEventFired");
    }

    /// Returns what a person would complain about, if they saw the open page or heard it read.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        let looked = json!({ "expression": LOOK, "returnByValue": true });
        let looked = self.call("Runtime.evaluate", &looked);
        let found: Vec<String> = serde_json::from_value(looked["result"]["value"].clone())
            .unwrap_or_else(|error| panic!("{error}: {looked}"));
        // What the policy of the page refuses is logged, even if it is our own style.
        let logged = self
            .events
            .iter()
            .filter(|event| event["method"] == "Log.entryAdded");
        let logged = logged.map(|event| event["params"]["entry"]["text"].to_string());
        let logged: Vec<_> = logged.collect();
        found
            .into_iter()
            .chain(logged)
            .chain(self.unnamed())
            .collect()
    }

    /// Returns the names and descriptions of the pictures, as a screen reader tells them.
    pub(crate) fn pictures(&mut self) -> Vec<(String, String)> {
        self.call("Accessibility.enable", &json!({}));
        let tree = self.call("Accessibility.getFullAXTree", &json!({}));
        let nodes = tree["nodes"].as_array().unwrap().iter();
        let pictures = nodes.filter(|node| {
            ["image", "img"]
                .iter()
                .any(|role| node["role"]["value"] == *role)
        });
        let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
        let told = pictures.map(|node| (text(&node["name"]), text(&node["description"])));
        let told: Vec<_> = told.collect();
        self.call("Accessibility.disable", &json!({}));
        told
    }

    /// Returns a picture of the page, from the top to a height at most.
    pub(crate) fn screenshot(&mut self, width: u32, most: u32) -> Vec<u8> {
        let size = self.call("Page.getLayoutMetrics", &json!({}));
        let height = size["cssContentSize"]["height"].as_f64().unwrap();
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height.min(most.into()), "scale": 1 });
        let shot = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let shot = self.call("Page.captureScreenshot", &shot);
        STANDARD.decode(shot["data"].as_str().unwrap()).unwrap()
    }

    /// Returns complaints about pictures that a screen reader cannot name, or does not find.
    fn unnamed(&mut self) -> Vec<String> {
        let count = json!({ "expression": "document.querySelectorAll('[role=img]').length" });
        let count = self.call("Runtime.evaluate", &count);
        let pictures = self.pictures();
        let mut complaints = Vec::new();
        if count["result"]["value"] != pictures.len() {
            complaints.push(format!(
                "{} pictures, of which a screen reader finds {}",
                count["result"]["value"],
                pictures.len()
            ));
        }
        let unnamed = pictures
            .iter()
            .filter(|(name, description)| name.is_empty() || description.is_empty());
        complaints.extend(
            unnamed
                .map(|picture| format!("a picture without a name or a description: {picture:?}")),
        );
        complaints
    }

    /// Reports whether it has started: it may not, in a container that forbids what it needs.
    fn answers(&mut self) -> bool {
        let asked = json!({ "id": 0, "method": "Browser.getVersion" });
        let asked = self.to.write_all(format!("{asked}\0").as_bytes());
        asked.is_ok() && self.from.recv_timeout(PATIENCE).is_ok()
    }

    fn call(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = self.session.as_str().into();
        }
        self.to
            .write_all(format!("{message}\0").as_bytes())
            .unwrap();
        loop {
            let message = self.receive();
            if message["id"] == id {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push_back(message);
        }
    }

    fn wait_for(&mut self, event: &str) {
        while !self.events.iter().any(|message| message["method"] == event) {
            let message = self.receive();
            self.events.push_back(message);
        }
    }

    fn receive(&mut self) -> Value {
        let message = self.from.recv_timeout(PATIENCE);
        message.unwrap_or_else(|error| panic!("Chromium does not answer: {error}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads messages, each of which ends with a zero byte.
fn listen(from: ChildStdout) -> mpsc::Receiver<Value> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let messages = BufReader::new(from).split(0).map_while(Result::ok);
        for message in messages {
            let Ok(message) = serde_json::from_slice(&message) else {
                continue;
            };
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Returns the Chromium of `VPCFLOW_CHROMIUM` or of `PATH`.
fn program() -> Option<PathBuf> {
    if let Some(program) = std::env::var_os("VPCFLOW_CHROMIUM") {
        return Some(program.into());
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    let candidates = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates
        .into_iter()
        .find(|program| program.is_file() && works(program.as_os_str()))
}

/// Reports whether a program is a Chromium and not a stub that would install one.
fn works(program: &OsStr) -> bool {
    let asked = Command::new(program).arg("--version").output();
    asked.is_ok_and(|output| output.status.success())
}
