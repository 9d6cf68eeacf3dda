//! The pages that `--format html` writes, as a browser shows them on a desk and on a phone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use vpcflow::report::svg::{Bar, Bars, Bin, Caption, Flow, Flows, Heat, HeatRow, Layer, Series};
use vpcflow::report::{Color, Unit};

use super::coverage::OTHER;
use super::formats::{cases, declared};
use super::{Folder, STACK, VPC, repository, running};
use crate::acceptance::traffic::{WINDOW, day};
use crate::harness::browser::{Browser, Scheme, WIDTHS};
use crate::harness::fake::{ACCOUNT, Fake, Fault, FlowLog, Network, REGION};

/// The largest picture of the documentation, in bytes, and its greatest height.
const LARGEST: usize = 150_000;
const HIGHEST: u32 = 900;
/// The width of the pictures of a desk.
const DESK: u32 = 1_000;
/// The variable with which the test writes the pictures of the documentation. `make docs` sets it.
const UPDATE: &str = "UPDATE_SCREENSHOTS";

/// Markup, a long word, a right-to-left mark, and wide letters.
const NAMES: [&str; 4] = [
    "<img src=x onerror=alert(1)><script>alert(1)</script>\"'&amp;",
    "a-name-of-200-letters-without-a-space-------------------------------------------------------------------------------\
     ------------------------------------------------------------------------------------end",
    "\u{202e}evil\u{2066} &#x202e;",
    "日本語の名前",
];

/// Runs a command that writes a page, and returns the page.
#[track_caller]
fn page(folder: &Folder, fake: &Fake, name: &str, arguments: &[&str]) -> PathBuf {
    let file = format!("{name}.html");
    let all = [arguments, &["--format", "html", "--output", &file]].concat();
    let run = folder.run(Some(fake.url()), &all);
    assert_eq!(run.stdout, "", "{}", run.output);
    folder.path().join(file)
}

/// Returns a stack of flow logs, of which some run as declared.
fn estate() -> (Folder, Fake) {
    let fake = Fake::start();
    let mut stack = STACK.to_owned();
    let rest = STACK
        .split_once("  main:")
        .unwrap()
        .1
        .replace("Value: main", "Value: shared");
    for (number, name) in ["orders", "payments", "search", "billing", "office"]
        .iter()
        .enumerate()
    {
        let vpc = format!("vpc-0aaaaaaaaaaaaaaa{number}");
        stack.push_str(&format!("  {name}:{}", rest.replace(VPC, &vpc)));
        let mut log = FlowLog::sample(&format!("fl-0aaaaaaaaaaaaaaa{number}"), &vpc);
        log.tags.insert("Name".to_owned(), "shared".to_owned());
        match *name {
            "payments" => log.traffic_type = Some("REJECT".to_owned()),
            "search" => {
                log.log_format = "${version} ${srcaddr} ${dstaddr} ${dstport} ${action}".to_owned();
                log.tags.insert("Name".to_owned(), "search".to_owned());
            }
            "billing" => continue,
            _ => {}
        }
        fake.insert(log);
    }
    fake.insert(running());
    fake.deliver_failing("fl-0aaaaaaaaaaaaaaa4", "Access error");
    let mut other = FlowLog::sample("fl-0bbbbbbbbbbbbbbb1", "vpc-0bbbbbbbbbbbbbbb1");
    other.tags = [(
        "aws:cloudformation:stack-name".to_owned(),
        "landing-zone".to_owned(),
    )]
    .into();
    fake.insert(other);
    (Folder::with("stack.yaml", &stack), fake)
}

/// Returns the networks of two accounts in two regions, with names.
fn networks(names: &[&str]) -> Fake {
    let fake = Fake::start();
    let mut count = 0;
    for account in [ACCOUNT, OTHER] {
        for region in ["us-east-1", "eu-central-1"] {
            for number in 0..3 {
                count += 1;
                let vpc = format!("vpc-0c{count:015}");
                let add = |id: &str, above: &[&str], name: &str| {
                    fake.add_network(Network {
                        account: account.to_owned(),
                        owner: account.to_owned(),
                        region: region.to_owned(),
                        tags: [("Name".to_owned(), name.to_owned())].into(),
                        ..Network::new(id, above)
                    });
                };
                add(&vpc, &[], names[count % names.len()]);
                for part in 0..3 {
                    let subnet = format!("subnet-0c{count:014}{part}");
                    let interface = format!("eni-0c{count:014}{part}");
                    add(&subnet, &[&vpc], names[part % names.len()]);
                    add(&interface, &[&subnet, &vpc], "interface");
                }
                let recorded = match number {
                    0 => vpc.clone(),
                    1 => format!("subnet-0c{count:014}0"),
                    _ => continue,
                };
                let mut log = FlowLog::sample(&format!("fl-0c{count:015}"), &recorded);
                log.account = account.to_owned();
                log.region = region.to_owned();
                fake.insert(log);
            }
        }
    }
    fake.deliver_failing("fl-0c000000000000004", "Access error");
    fake
}

const EVERYWHERE: [&str; 9] = [
    "coverage",
    "--policy",
    "strict",
    "--regions",
    "us-east-1,eu-central-1",
    "--accounts",
    "123456789012,210987654321",
    "--role",
    "arn:aws:iam::{account}:role/audit",
];

/// Returns the page of a day of traffic.
fn traffic(folder: &Folder, filters: &[&str]) -> PathBuf {
    let of_day = ["traffic", "--region", REGION, "--flow-log-id", day::ID];
    let arguments = [&of_day[..], &WINDOW, filters].concat();
    let name = format!("traffic-{}", filters.len());
    page(folder, &day::fake(), &name, &arguments)
}

/// Returns pages of every command, with much, with hostile text, and with nothing.
fn pages(folder: &Folder) -> BTreeMap<String, PathBuf> {
    let mut pages = BTreeMap::new();
    for (name, arguments, arrange) in cases() {
        let fake = Fake::start();
        arrange(&fake);
        let arguments = [&["drift", "--unmanaged"], arguments].concat();
        pages.insert(
            format!("drift-{name}"),
            page(folder, &fake, name, &arguments),
        );
    }
    let hostile = networks(&NAMES);
    let denied = Fault::error(
        "UnauthorizedOperation",
        "You are not authorized. <b>".repeat(9).as_str(),
    );
    hostile.fail("DescribeSubnets", denied, 1);
    pages.insert(
        "coverage".to_owned(),
        page(folder, &hostile, "coverage", &EVERYWHERE),
    );
    let nothing = page(
        folder,
        &Fake::start(),
        "nothing",
        &["coverage", "--region", "us-east-1"],
    );
    pages.insert("coverage-nothing".to_owned(), nothing);
    folder.write(
        "wrong.yaml",
        "FlowLogs:\n  main:\n    TrafficType: <b>all</b>\n    Wrong: 1\n",
    );
    let files = [
        "stack",
        "validate",
        "stack.yaml",
        "wrong.yaml",
        "no-such-file.yaml",
    ];
    pages.insert(
        "validation".to_owned(),
        page(folder, &Fake::start(), "validation", &files),
    );
    pages.insert("traffic".to_owned(), traffic(folder, &[]));
    let none = ["--dst-port", "1", "--exclude", "protocol=tcp"];
    pages.insert("traffic-nothing".to_owned(), traffic(folder, &none));
    let text = std::fs::read_to_string(&pages["coverage"]).unwrap();
    folder.write(
        "pictures.html",
        &text.replace("</main>", &(pictures() + "</main>")),
    );
    pages.insert("pictures".to_owned(), folder.path().join("pictures.html"));
    pages
}

/// Returns pictures of every kind, with names of every kind.
fn pictures() -> String {
    let caption = |title: &str| Caption {
        title: title.to_owned(),
        description: format!("{title} of a test."),
        empty: String::new(),
    };
    let layers: Vec<_> = [("accepted", Color::Blue), ("rejected", Color::Red)]
        .map(|(name, color)| Layer {
            name: name.to_owned(),
            color,
        })
        .into();
    let unit = Unit::Bytes;
    let names = [
        "10.0.0.1",
        "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
        "W".repeat(60).as_str(),
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(NAMES.map(str::to_owned));
    let names: Vec<_> = names.collect();
    let bins = (0..96_u64).map(|at| Bin {
        time: format!("2026-11-29 {:02}:{:02}", at / 4, at % 4 * 15),
        tick: format!("11-29 {:02}:{:02}", at / 4, at % 4 * 15),
        values: vec![u64::MAX / 96 * at, u64::MAX / 200],
        unseen: match at {
            20..26 | 40 => Some("no records were delivered".to_owned()),
            60..90 => Some("the log group did not exist".to_owned()),
            _ => None,
        },
    });
    let bars = names.iter().map(|name| Bar {
        name: name.clone(),
        values: vec![1 << 63, 1 << 40],
    });
    let rows = names.iter().map(|name| HeatRow {
        name: name.clone(),
        values: (0..24)
            .map(|hour| (hour != 7).then_some(hour * hour))
            .collect(),
    });
    let flows = names.iter().enumerate().flat_map(|(at, name)| {
        [1, 2].map(|more| Flow {
            from: name.clone(),
            to: format!("{}: 443 https", names[(at + more) % 3]),
            layer: more % 2,
            value: (1 << 62) >> (at * 4),
        })
    });
    let drawn = [
        Series {
            caption: caption("Bytes over time"),
            unit,
            layers: layers.clone(),
            bins: bins.collect(),
        }
        .draw(),
        Bars {
            caption: caption("Top talkers"),
            unit,
            layers: layers.clone(),
            bars: bars.collect(),
        }
        .draw(),
        Heat {
            caption: caption("Hours"),
            unit,
            color: Color::Red,
            columns: (0..24).map(|hour| format!("{hour:02}:00")).collect(),
            rows: rows.collect(),
        }
        .draw(),
        Flows {
            caption: caption("Flows"),
            unit,
            layers,
            flows: flows.collect(),
        }
        .draw(),
    ];
    drawn.iter().map(|picture| picture.as_str()).collect()
}

#[test]
fn every_page_fits_a_desk_and_a_phone_and_can_be_read_aloud() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = declared();
    let mut complaints = Vec::new();
    for (name, page) in pages(&folder) {
        for (width, scheme) in WIDTHS.into_iter().zip([Scheme::Light, Scheme::Dark]) {
            browser.open(&page, width, scheme);
            let found = browser.complaints().into_iter();
            complaints.extend(found.map(|complaint| format!("{name} at {width}: {complaint}")));
        }
        if name == "pictures" {
            let pictures = browser.pictures();
            let told = (
                "Bytes over time".to_owned(),
                "Bytes over time of a test.".to_owned(),
            );
            assert!(pictures.contains(&told), "{pictures:?}");
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn the_map_of_coverage_has_every_network_in_its_place_with_its_verdict() {
    let folder = Folder::new();
    let page = page(&folder, &networks(&["shop"]), "coverage", &EVERYWHERE);
    let text = std::fs::read_to_string(page).unwrap();
    let (_, map) = text.split_once("<section id=\"map\">").unwrap();
    let (map, _) = map.split_once("</section>").unwrap();
    let accounts: Vec<_> = map.split("<small>account</small>").collect();
    assert_eq!(accounts.len(), 3, "two accounts, and what is before them");
    assert!(accounts[0].contains(ACCOUNT) && accounts[1].contains(OTHER));
    let regions = accounts[1].split("class=\"area\"").skip(1);
    let regions: Vec<_> = regions.filter(|region| region.contains("vpc-")).collect();
    assert!(regions[0].contains("<b>eu-central-1</b>") && regions[1].contains("<b>us-east-1</b>"));
    let boxes: Vec<_> = regions[1].split("<div class=\"box ").skip(1).collect();
    let told = |part: &str| part.split("<ul>").next().unwrap().trim().to_owned();
    let told: Vec<_> = boxes.iter().map(|part| told(part)).collect();
    let network = |class, id: u8, word| {
        format!("{class}\"><b>vpc-0c{id:015}</b> <small>shop</small> <span>{word}</span>")
    };
    let all = [
        network("cg", 1, "recorded"),
        network("co", 2, "in part"),
        network("cr", 3, "not recorded"),
    ];
    assert_eq!(told, all);
    let subnet = "<li class=\"cg\"><b>subnet-0c000000000000020</b> <small>shop</small> <span>recorded</span> \
                  <small>interfaces:</small> <b class=\"chip cg\">1 recorded</b>";
    assert!(boxes[1].contains(subnet), "{}", boxes[1]);
    assert_eq!(boxes[1].matches("<li class=\"cr\">").count(), 2);
}

#[test]
fn a_page_that_does_not_fit_is_noticed() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (folder, fake) = estate();
    let good = page(&folder, &fake, "good", &["drift", "--stack", "stack.yaml"]);
    let good = std::fs::read_to_string(good).unwrap();
    let wide = "W".repeat(300);
    for (wrong, says) in [
        (format!("<pre>{wide}</pre>"), "wider than its box"),
        (format!("<table><tr><td><pre>{wide}</pre></table>"), "outside of the page"),
        ("<figure><svg role=\"img\" width=\"100%\" height=\"20\"></svg></figure>".to_owned(), "without a name"),
        (
            "<svg role=\"img\" width=\"100%\" height=\"20\"><title>a</title><desc>b</desc><text y=\"12\">one</text>\
             <text y=\"12\">two</text></svg>"
                .to_owned(),
            "on top of each other",
        ),
        (
            "<svg role=\"img\" width=\"100%\" height=\"20\"><title>a</title><desc>b</desc><text x=\"99%\" y=\"12\">cut off</text>\
             </svg>"
                .to_owned(),
            "cut off by its picture",
        ),
        ("<p style=\"color: red\">no</p>".to_owned(), "Content Security Policy"),
        ("<script>document.title = 1</script>".to_owned(), "Content Security Policy"),
    ] {
        folder.write("wrong.html", &good.replace("</main>", &(wrong + "</main>")));
        browser.open(&folder.path().join("wrong.html"), 390, Scheme::Light);
        let complaints = browser.complaints();
        assert!(complaints.iter().any(|complaint| complaint.contains(says)), "{says}: {complaints:?}");
    }
}

#[test]
fn the_documentation_can_show_the_pages() {
    let Some(mut browser) = Browser::start() else {
        assert!(
            std::env::var_os(UPDATE).is_none(),
            "the pictures of the documentation need a Chromium"
        );
        return;
    };
    let (folder, fake) = estate();
    let drift = page(
        &folder,
        &fake,
        "drift",
        &["drift", "--stack", "stack.yaml", "--unmanaged"],
    );
    let networks = networks(&["shop", "office", "data", "mail"]);
    let coverage = page(&folder, &networks, "coverage", &EVERYWHERE);
    let traffic = traffic(&folder, &[]);
    for (name, page) in [
        ("drift", &drift),
        ("coverage", &coverage),
        ("traffic", &traffic),
    ] {
        browser.open(page, DESK, Scheme::Light);
        let picture = browser.screenshot(DESK, HIGHEST);
        assert!(picture.starts_with(b"\x89PNG"));
        if std::env::var_os(UPDATE).is_some() {
            assert!(
                picture.len() < LARGEST,
                "{name} has {} bytes",
                picture.len()
            );
            write(
                &repository().join(format!("docs/images/{name}.png")),
                &picture,
            );
        }
    }
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}
