//! The jobs of GitLab, and a small server in place of GitLab's API.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{Event, Pipeline, Runner, example, history, variables};

const NOTES: &str = "/api/v4/projects/42/merge_requests/7/notes";

/// The notes of a merge request, behind GitLab's API.
struct Gitlab {
    url: String,
    notes: Arc<Mutex<Vec<Value>>>,
}

impl Gitlab {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api/v4", listener.local_addr().unwrap());
        let notes = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&notes);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(&stream.unwrap(), &shared);
            }
        });
        Self { url, notes }
    }
}

/// Answers one request: a page of the notes, a new note, or a changed one.
fn answer(stream: &TcpStream, notes: &Mutex<Vec<Value>>) {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let header = |name: &str| {
        let fields = lines
            .iter()
            .skip(1)
            .filter_map(|line| line.split_once(": "));
        let mut found = fields.filter(|(field, _)| field.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value)
    };
    let length = header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut words = lines[0].split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut notes = notes.lock().unwrap();
    let written = || {
        let mut fields = form_urlencoded::parse(&body);
        fields
            .find(|(name, _)| name == "body")
            .unwrap()
            .1
            .into_owned()
    };
    let (status, next, reply) = match (method, path.strip_prefix(NOTES)) {
        _ if header("private-token") != Some("token") => (401, String::new(), json!({})),
        ("GET", Some("")) => {
            let query: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect();
            let number =
                |name: &str, default| query.get(name).map_or(default, |n| n.parse().unwrap());
            let (size, page) = (number("per_page", 20).min(100), number("page", 1));
            let mut pages = notes.chunks(size).skip(page - 1);
            let found = pages.next().unwrap_or_default().to_vec();
            let next = pages.next().map(|_| (page + 1).to_string());
            (200, next.unwrap_or_default(), found.into())
        }
        ("POST", Some("")) => {
            let id = 1000 + notes.len();
            let me = json!({ "id": 77, "username": "project_42_bot" });
            notes.push(json!({ "id": id, "body": written(), "author": me }));
            (201, String::new(), json!({ "id": id }))
        }
        ("PUT", Some(id)) => {
            let id: usize = id[1..].parse().unwrap();
            let note = notes.iter_mut().find(|note| note["id"] == id).unwrap();
            note["body"] = written().into();
            (200, String::new(), json!({ "id": id }))
        }
        ("GET", None) if path == "/api/v4/user" => (200, String::new(), json!({ "id": 77 })),
        _ => (404, String::new(), json!({})),
    };
    let reply = reply.to_string();
    let text = format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nx-next-page: {next}\r\nconnection: close\r\n\r\n{reply}",
        reply.len()
    );
    let _ = (&*stream).write_all(text.as_bytes());
}

impl Pipeline for Gitlab {
    fn run(&self, runner: &Runner, event: Event) -> (i32, String) {
        let jobs = example("gitlab-ci.yml");
        let job = match event {
            Event::PullRequest => &jobs["flow-log-change"],
            Event::Schedule => &jobs["flow-log-drift"],
        };
        let lines = |part: &str| {
            let lines = job[part].as_array().into_iter().flatten();
            let lines = lines.map(|line| line.as_str().unwrap());
            lines.collect::<Vec<_>>().join("\n")
        };
        let (code, base) = runner.step("git rev-parse HEAD^1", &BTreeMap::new());
        assert_eq!(code, 0, "{base}");
        let mut all = variables(&jobs[".flow-logs"]["variables"]);
        all.extend(
            [
                ("CI_API_V4_URL", self.url.as_str()),
                ("CI_PROJECT_ID", "42"),
                ("CI_MERGE_REQUEST_IID", "7"),
                ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.trim()),
                ("GITLAB_TOKEN", "token"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        let (code, log) = runner.step(&lines("script"), &all);
        // What follows the script runs in any case, and does not change the outcome.
        let (after, more) = runner.step(&lines("after_script"), &all);
        assert_eq!(after, 0, "{more}");
        (code, log + &more)
    }

    fn comments(&self, _: &Runner) -> Vec<String> {
        let notes = self.notes.lock().unwrap();
        let ours = notes.iter().filter(|note| note["author"]["id"] == 77);
        ours.map(|note| note["body"].as_str().unwrap().to_owned())
            .collect()
    }

    fn add(&self, _: &Runner, number: usize) {
        // Somebody quotes the mark.
        let body = "<!-- terraform-provider-vpcflow change -->\nwhat is this?";
        let notes = (0..number).map(|id| json!({ "id": id, "body": body, "author": { "id": 7 } }));
        self.notes.lock().unwrap().extend(notes);
    }
}

#[test]
fn the_gitlab_job_says_what_a_change_does() {
    history::pull_requests(&Gitlab::start(), &Runner::new());
}

#[test]
fn the_gitlab_job_compares_the_regions_of_both_branches() {
    history::regions(&Gitlab::start(), &Runner::new());
}

#[test]
fn the_note_of_gitlab_is_harmless_and_short() {
    history::hostile(&Gitlab::start(), &Runner::new());
}

#[test]
fn the_gitlab_job_finds_its_note_among_many() {
    history::many_comments(&Gitlab::start(), &Runner::new());
}

#[test]
fn the_gitlab_job_fails_on_drift_on_a_schedule() {
    let runner = Runner::new();
    history::schedule(&Gitlab::start(), &runner);
    let job = &example("gitlab-ci.yml")["flow-log-drift"];
    let report = job["artifacts"]["reports"]["junit"].as_str().unwrap();
    assert!(runner.folder.read(report).contains("<testsuite "));
}
