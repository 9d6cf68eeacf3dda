//! The pages of the documentation, and the files from which they are generated.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{function, section};
use crate::harness::golden;

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
}

/// The key of functions, which have a signature instead of a schema.
const FUNCTIONS: &str = "functions";

pub(super) const KINDS: &[Kind] = &[
    Kind {
        schemas: "resource_schemas",
        folder: "resources",
        title: "Resource",
        example: "resource",
    },
    Kind {
        schemas: "data_source_schemas",
        folder: "data-sources",
        title: "Data Source",
        example: "data-source",
    },
    Kind {
        schemas: "ephemeral_resource_schemas",
        folder: "ephemeral-resources",
        title: "Ephemeral Resource",
        example: "ephemeral-resource",
    },
    Kind {
        schemas: "list_resource_schemas",
        folder: "list-resources",
        title: "List Resource",
        example: "list-resource",
    },
    Kind {
        schemas: "action_schemas",
        folder: "actions",
        title: "Action",
        example: "action",
    },
    Kind {
        schemas: FUNCTIONS,
        folder: "functions",
        title: "function",
        example: "function",
    },
];

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
    pages.insert("docs/index.md".to_owned(), index(&provider.0["provider"]));
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
        pages.insert(page, golden::read(&template));
    }
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

fn index(provider: &Value) -> String {
    let block = &provider["block"];
    let mut page = Page::begin("vpcflow Provider", "vpcflow Provider", text_of(block));
    page.add_file("templates/index.md");
    page.add("## Example Usage");
    page.add(&fenced(
        "terraform",
        &golden::read("examples/provider/provider.tf"),
    ));
    page.add(&section::schema(block));
    page.end()
}

fn noun_page(kind: &Kind, name: &str, provider: &Map<String, Value>) -> String {
    let block = &provider[kind.schemas][name]["block"];
    let title = format!("{name} {} - terraform-provider-vpcflow", kind.title);
    let heading = format!("{name} ({})", kind.title);
    let mut page = Page::begin(&title, &heading, text_of(block));
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
    let mut page = Page::begin(&title, &heading, text_of(signature));
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

fn text_of(described: &Value) -> &str {
    described["description"].as_str().unwrap_or_default()
}

fn fenced(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```", text.trim_end())
}

/// A page under construction: paragraphs with one empty line between them.
struct Page(String);

impl Page {
    fn begin(title: &str, heading: &str, description: &str) -> Self {
        let plain: Vec<_> = description
            .replace('`', "")
            .lines()
            .map(|line| format!("  {line}").trim_end().to_owned())
            .collect();
        Self(format!(
            "---\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n{}\n---\n\n# {heading}\n\n{description}\n",
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
            self.add(&fenced("terraform", &golden::read(&path)));
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
