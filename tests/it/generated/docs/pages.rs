//! The pages of the documentation, and the files from which they are generated.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{function, reference, section};
use crate::harness::golden;

/// The address of the pages in the Terraform Registry, where links on the index must be absolute.
pub(super) const REGISTRY: &str =
    "https://registry.terraform.io/providers/vpcflow/vpcflow/latest/docs";

/// One kind of noun.
pub(super) struct Kind {
    /// Its key in the schema of the provider.
    pub(super) schemas: &'static str,
    /// Its folder in `docs/`, `templates/` and `examples/`.
    folder: &'static str,
    /// The name of the kind in page titles.
    title: &'static str,
    /// The prefix of its example files.
    example: &'static str,
    /// The heading of its list on the index.
    plural: &'static str,
    /// What it requires, as a note on each page.
    requires: Option<&'static str>,
}

/// The key of functions, which have a signature instead of a schema.
const FUNCTIONS: &str = "functions";

pub(super) const KINDS: &[Kind] = &[
    Kind {
        schemas: "resource_schemas",
        folder: "resources",
        title: "Resource",
        example: "resource",
        plural: "Resources",
        requires: None,
    },
    Kind {
        schemas: "data_source_schemas",
        folder: "data-sources",
        title: "Data Source",
        example: "data-source",
        plural: "Data sources",
        requires: None,
    },
    Kind {
        schemas: "ephemeral_resource_schemas",
        folder: "ephemeral-resources",
        title: "Ephemeral Resource",
        example: "ephemeral-resource",
        plural: "Ephemeral resources",
        requires: Some(
            "Ephemeral resources require Terraform 1.10 or later, or OpenTofu 1.11 or later.",
        ),
    },
    Kind {
        schemas: "list_resource_schemas",
        folder: "list-resources",
        title: "List Resource",
        example: "list-resource",
        plural: "List resources",
        requires: Some("List resources require Terraform 1.14 or later. OpenTofu 1.12 has none."),
    },
    Kind {
        schemas: "action_schemas",
        folder: "actions",
        title: "Action",
        example: "action",
        plural: "Actions",
        requires: Some(
            "Actions require Terraform 1.14 or later. OpenTofu 1.12 has none: use the command instead.",
        ),
    },
    Kind {
        schemas: FUNCTIONS,
        folder: "functions",
        title: "function",
        example: "function",
        plural: "Functions",
        requires: Some(
            "Functions require Terraform 1.8 or later, or OpenTofu 1.7 or later. They need no credentials and make no calls.",
        ),
    },
];

/// The groups of pages in the navigation of the Registry, by the names of their nouns.
const SUBCATEGORIES: &[(&str, &[&str])] = &[
    ("Flow logs", &["vpcflow_log", "vpcflow_logs"]),
    ("Records", &["vpcflow_log_events", "vpcflow_log_summary"]),
    (
        "Coverage and delivery",
        &["vpcflow_coverage", "vpcflow_verify_delivery"],
    ),
    (
        "Record formats",
        &[
            "athena_table",
            "filter_pattern",
            "log_format",
            "parse_record",
        ],
    ),
    (
        "Policies for delivery",
        &[
            "delivery_bucket_policy",
            "delivery_role_policy",
            "delivery_trust_policy",
        ],
    ),
];

fn subcategory(name: &str) -> &'static str {
    let of = |(_, names): &&(_, &[&str])| names.contains(&name);
    let found = SUBCATEGORIES.iter().find(of);
    found
        .unwrap_or_else(|| panic!("{name} has no subcategory"))
        .0
}

/// The keys in the provider's schema that are not nouns.
const NO_NOUNS: &[&str] = &["provider", "resource_identity_schemas"];

impl Kind {
    /// Returns the path of the page for a noun.
    pub(super) fn page(&self, name: &str) -> String {
        format!("docs/{}/{}.md", self.folder, short(name))
    }

    /// Reports whether a page is of this kind.
    pub(super) fn owns(&self, path: &str) -> bool {
        path.starts_with(&format!("docs/{}/", self.folder))
    }

    fn template(&self, name: &str) -> String {
        format!("templates/{}/{}.md", self.folder, short(name))
    }

    fn examples(&self, name: &str) -> String {
        format!("examples/{}/{name}", self.folder)
    }
}

/// Returns the name of a page, without the name of the provider.
fn short(name: &str) -> &str {
    name.strip_prefix("vpcflow_").unwrap_or(name)
}

/// The schema of the provider, in the form of `terraform providers schema -json`.
pub(super) struct Catalogue(Map<String, Value>);

pub(super) fn catalogue() -> Catalogue {
    let schema = vpcflow::provider::schema_json().unwrap();
    let provider = &schema["provider_schemas"][vpcflow::provider::ADDRESS];
    let provider = provider.as_object().unwrap().clone();
    for key in provider.keys() {
        let known =
            NO_NOUNS.contains(&key.as_str()) || KINDS.iter().any(|kind| kind.schemas == key);
        assert!(known, "there is no documentation yet for {key}");
    }
    Catalogue(provider)
}

impl Catalogue {
    /// Returns the names of all nouns of a kind.
    pub(super) fn names(&self, schemas: &str) -> Vec<String> {
        let schemas = self.0.get(schemas).and_then(Value::as_object);
        let mut names: Vec<_> = schemas.into_iter().flat_map(Map::keys).cloned().collect();
        names.sort();
        names
    }
}

/// Generates all pages, by their path in the repository.
pub(super) fn pages() -> BTreeMap<String, String> {
    let provider = catalogue();
    let mut pages = BTreeMap::new();
    for kind in KINDS {
        for name in provider.names(kind.schemas) {
            let page = match kind.schemas {
                FUNCTIONS => function_page(kind, &name, &provider.0[FUNCTIONS][&name]),
                _ => noun_page(kind, &name, &provider.0),
            };
            pages.insert(kind.page(&name), page);
        }
    }
    for template in golden::files_under("templates/guides") {
        let page = template.replacen("templates/", "docs/", 1);
        pages.insert(page, reference::filled(&golden::read(&template)));
    }
    let index = index(&provider.0["provider"], &pages);
    pages.insert("docs/index.md".to_owned(), index);
    pages
}

/// Returns the files in `examples/` and `templates/` from which the pages are generated.
pub(super) fn sources() -> BTreeSet<String> {
    let provider = catalogue();
    let mut sources: BTreeSet<_> = golden::files_under("templates/guides")
        .into_iter()
        .collect();
    sources.insert("templates/index.md".to_owned());
    sources.insert("examples/provider/provider.tf".to_owned());
    for kind in KINDS {
        for name in provider.names(kind.schemas) {
            sources.insert(kind.template(&name));
            sources.extend(example_files(kind, &name));
            let imports = IMPORTS
                .iter()
                .map(|(file, ..)| format!("{}/{file}", kind.examples(&name)));
            sources.extend(imports);
        }
    }
    sources
}

fn index(provider: &Value, pages: &BTreeMap<String, String>) -> String {
    let block = &provider["block"];
    let mut page = Page::begin("vpcflow Provider", "", "vpcflow Provider", text_of(block));
    let text = golden::read("templates/index.md");
    page.add(&text.replace(
        "<!-- contents -->\n",
        &format!("{}\n", contents(pages).trim_end()),
    ));
    page.add("## Example Usage");
    page.add(&fenced(
        "terraform",
        &golden::read("examples/provider/provider.tf"),
    ));
    page.add(&section::schema(block));
    page.end()
}

/// Lists all pages with absolute links and the first sentence of each.
fn contents(pages: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    let folders = KINDS.iter().map(|kind| (kind.plural, kind.folder));
    for (title, folder) in folders.chain([("Guides", "guides")]) {
        let head = format!("docs/{folder}/");
        let of_folder = pages.iter().filter(|(path, _)| path.starts_with(&head));
        text.push_str(&format!("### {title}\n\n"));
        for (path, page) in of_folder {
            let name = path[head.len()..].trim_end_matches(".md");
            let heading = page.lines().find_map(|line| line.strip_prefix("# "));
            let heading = heading.unwrap_or_else(|| panic!("{path} has no title"));
            let shown = match folder {
                "guides" => heading.to_owned(),
                "functions" => format!("`{name}`"),
                _ => format!("`{}`", heading.split(' ').next().unwrap_or_default()),
            };
            let first = first_sentence(page);
            text.push_str(&format!(
                "- [{shown}]({REGISTRY}/{folder}/{name}): {first}\n"
            ));
        }
        text.push('\n');
    }
    text
}

/// Returns the first sentence of the description in the front matter.
fn first_sentence(page: &str) -> &str {
    let description = page.split("description: |-\n  ").nth(1).unwrap();
    let line = description.lines().next().unwrap();
    match line.split_once(". ") {
        Some((first, _)) => &line[..=first.len()],
        None => line,
    }
}

fn noun_page(kind: &Kind, name: &str, provider: &Map<String, Value>) -> String {
    let block = &provider[kind.schemas][name]["block"];
    let title = format!("{name} {} - terraform-provider-vpcflow", kind.title);
    let heading = format!("{name} ({})", kind.title);
    let mut page = Page::begin(&title, subcategory(name), &heading, text_of(block));
    page.add_requires(kind);
    page.add_file(&kind.template(name));
    page.add_examples(kind, name);
    page.add(&section::schema(block));
    if kind.schemas == "resource_schemas" {
        let identity = provider.get("resource_identity_schemas");
        page.add_imports(&kind.examples(name), identity.and_then(|all| all.get(name)));
    }
    page.end()
}

fn function_page(kind: &Kind, name: &str, signature: &Value) -> String {
    let title = format!("{name} {} - terraform-provider-vpcflow", kind.title);
    let heading = format!("{}: {name}", kind.title);
    let mut page = Page::begin(&title, subcategory(name), &heading, text_of(signature));
    page.add_requires(kind);
    page.add_file(&kind.template(name));
    page.add_examples(kind, name);
    page.add(&function::signature(name, signature));
    page.end()
}

/// The ways to import, in the order of the page: the example file, its language and its introduction.
const IMPORTS: &[(&str, &str, &str)] = &[
    (
        "import-by-identity.tf",
        "terraform",
        "In Terraform 1.12 and later, an [`import` block](https://developer.hashicorp.com/terraform/language/import) \
         can use the identity of the object:",
    ),
    (
        "import-by-string-id.tf",
        "terraform",
        "In Terraform 1.5 and later, an [`import` block](https://developer.hashicorp.com/terraform/language/import) \
         can use the ID of the object:",
    ),
    (
        "import-other-region.tf",
        "terraform",
        "To import a flow log of another region, name the region in the import, **and set the same `region` on the resource**. \
         Without it, the plan replaces the flow log by one in the region of the provider:",
    ),
    (
        "import.sh",
        "shell",
        "The command [`terraform import`](https://developer.hashicorp.com/terraform/cli/commands/import) imports the \
         object directly into the state:",
    ),
];

/// Returns the example files of a noun: the main example first, then its variations in order.
fn example_files(kind: &Kind, name: &str) -> Vec<String> {
    let head = format!("{}/{}", kind.examples(name), kind.example);
    let ends = [".tf", ".tfquery.hcl"];
    let mut files = golden::files_under(&kind.examples(name));
    files.retain(|path| path.starts_with(&head) && ends.iter().any(|end| path.ends_with(end)));
    files.sort_by_key(|path| (path.split('.').next() != Some(&head), path.clone()));
    files
}

/// Splits an example into its title, which is its first line as `# Title` with an empty line below, and the rest.
fn titled(text: &str) -> (Option<&str>, &str) {
    let title = text
        .strip_prefix("# ")
        .and_then(|rest| rest.split_once("\n\n"));
    match title.filter(|(title, _)| !title.contains('\n')) {
        Some((title, code)) => (Some(title), code),
        None => (None, text),
    }
}

/// Returns the titles of the examples of each noun.
pub(super) fn example_titles() -> Vec<(String, Vec<Option<String>>)> {
    let provider = catalogue();
    let mut all = Vec::new();
    for kind in KINDS {
        for name in provider.names(kind.schemas) {
            let files = example_files(kind, &name);
            let titles = files.iter().map(|path| {
                let text = golden::read(path);
                titled(&text).0.map(str::to_owned)
            });
            all.push((kind.page(&name), titles.collect()));
        }
    }
    all
}

fn text_of(described: &Value) -> &str {
    described["description"].as_str().unwrap_or_default()
}

fn fenced(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```", text.trim_end())
}

/// A page under construction: paragraphs with one empty line between them.
struct Page(String);

impl Page {
    fn begin(title: &str, subcategory: &str, heading: &str, description: &str) -> Self {
        let plain: Vec<_> = description
            .replace('`', "")
            .lines()
            .map(|line| format!("  {line}").trim_end().to_owned())
            .collect();
        Self(format!(
            "---\npage_title: \"{title}\"\nsubcategory: \"{subcategory}\"\ndescription: |-\n{}\n---\n\n# {heading}\n\n{description}\n",
            plain.join("\n")
        ))
    }

    fn add(&mut self, paragraph: &str) {
        self.0.push('\n');
        self.0.push_str(paragraph.trim_end());
        self.0.push('\n');
    }

    /// Adds a hand-written file, if it exists.
    fn add_file(&mut self, path: &str) {
        if golden::files_under("templates").iter().any(|f| f == path) {
            self.add(&golden::read(path));
        }
    }

    fn add_examples(&mut self, kind: &Kind, name: &str) {
        self.add("## Example Usage");
        for path in example_files(kind, name) {
            let text = golden::read(&path);
            let (title, code) = titled(&text);
            if let Some(title) = title {
                self.add(&format!("### {title}"));
            }
            self.add(&fenced("terraform", code));
        }
    }

    /// Adds the versions that the kind requires.
    fn add_requires(&mut self, kind: &Kind) {
        if let Some(requires) = kind.requires {
            self.add(&format!("-> {requires}"));
        }
    }

    fn add_imports(&mut self, folder: &str, identity: Option<&Value>) {
        let files = golden::files_under(folder);
        let mut begun = false;
        for (file, language, said) in IMPORTS {
            let path = format!("{folder}/{file}");
            if !files.contains(&path) {
                continue;
            }
            if !begun {
                self.add("## Import");
                begun = true;
            }
            self.add(said);
            self.add(&fenced(language, &golden::read(&path)));
            if let (Some(identity), "import-by-identity.tf") = (identity, *file) {
                self.add(&section::identity(identity));
            }
        }
    }

    fn end(self) -> String {
        self.0
    }
}
