//! The shared configuration files: which are read, which profile is selected, and what it contains.
//!
//! The SDK's parser accepts profile names of ASCII letters, digits and a few other characters. The AWS CLI and the AWS
//! provider accept any name. Therefore names are percent-encoded before the SDK parses a file, and looked up in that form.
//! This module must not know what a key of a profile means.

use std::{
    borrow::Cow,
    fmt::Write as _,
    io,
    path::{Path, PathBuf},
};

use aws_config::profile::{self, Profile, ProfileSet};
use aws_runtime::env_config::{
    file::{EnvConfigFileKind as Kind, EnvConfigFiles},
    property::PropertiesKey,
};
use aws_types::os_shim_internal::{Env, Fs};

use super::{
    error::{Error, Setting},
    error_chain::chain,
    os::{Given, home, named_variable, read_file},
    settings::Settings,
};

/// The profile that is selected by default.
const DEFAULT: &str = "default";
/// The characters that the SDK's parser accepts in a name, besides ASCII letters and digits. A percent sign begins a code.
const PLAIN: &str = "_-/.@:+";

/// The profiles of the shared configuration files.
#[derive(Debug)]
pub(super) struct Profiles {
    sections: ProfileSet,
    selected: String,
    named_by: Option<Setting<&'static str>>,
    files: Vec<PathBuf>,
}

impl Profiles {
    /// Reads the files, and finds the selected profile. Skips files that do not exist.
    pub(super) async fn read(settings: &Settings, env: &Env) -> Result<Self, Error> {
        // The SDK's parser needs at least one file.
        let mut contents = EnvConfigFiles::builder().with_contents(Kind::Config, "");
        let files = files(settings, env);
        for File {
            setting,
            kind,
            path,
        } in &files
        {
            let refuse = |reason: String| {
                Error::configuration(*setting, format!("{}: {reason}", path.display()))
            };
            let text = text(path).map_err(|error| refuse(error.to_string()))?;
            let text = with_encoded_names(&text, *kind);
            let alone = EnvConfigFiles::builder().with_contents(*kind, text.clone());
            parse(alone.build()).await.map_err(refuse)?;
            contents = contents.with_contents(*kind, text);
        }
        let sections = parse(contents.build()).await;
        let sections = sections.map_err(|error| {
            Error::configuration(Setting::Argument("shared_config_files"), error)
        })?;
        let named = match settings.profile.given() {
            Some(name) => Some((Setting::Argument("profile"), name.to_owned())),
            None => named_variable(env, &["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]),
        };
        let (named_by, selected) = named.unzip();
        let profiles = Self {
            sections,
            selected: selected.unwrap_or_else(|| DEFAULT.to_owned()),
            named_by,
            files: files.into_iter().map(|file| file.path).collect(),
        };
        if profiles.is_named() && profiles.get(&profiles.selected).is_none() {
            let reason = profiles.missing(&profiles.selected);
            return Err(Error::configuration(profiles.named_by(), reason));
        }
        Ok(profiles)
    }

    /// Returns the name of the selected profile.
    pub(super) fn selected(&self) -> &str {
        &self.selected
    }

    /// Returns the setting that names the selected profile, even if the name is `default`.
    pub(super) fn named_by(&self) -> Setting<&'static str> {
        self.named_by.unwrap_or(Setting::Variable("AWS_PROFILE"))
    }

    /// Reports whether a setting names a profile other than `default`. It must exist, and have credentials.
    pub(super) fn is_named(&self) -> bool {
        self.named_by.is_some() && self.selected != DEFAULT
    }

    /// Returns a profile by name.
    pub(super) fn get(&self, name: &str) -> Option<&Profile> {
        self.sections.get_profile(&encoded(name))
    }

    /// Returns a value of the selected profile, unless it is empty.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.get(&self.selected)?.get(key).given()
    }

    /// Returns a value of an `sso-session` section, unless it is empty or there is no such section.
    pub(super) fn of_sso_session(&self, name: &str, key: &str) -> Option<&str> {
        self.sections.sso_session(&encoded(name))?.get(key).given()
    }

    /// Reports whether there is such an `sso-session` section.
    pub(super) fn has_sso_session(&self, name: &str) -> bool {
        self.sections.sso_session(&encoded(name)).is_some()
    }

    /// Returns a value of a service in the `services` section that the selected profile names.
    pub(super) fn of_service(&self, service: &str, key: &str) -> Option<&str> {
        let key = PropertiesKey::builder()
            .section_key("services")
            .section_name(encoded(self.value("services")?))
            .property_name(service)
            .sub_property_name(key)
            .build()
            .ok()?;
        self.sections
            .other_sections()
            .get(&key)
            .map(String::as_str)
            .given()
    }

    /// Describes a missing profile, with the files that were read.
    pub(super) fn missing(&self, name: &str) -> String {
        let looked: Vec<_> = self
            .files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        let places = if looked.is_empty() {
            "without a home directory there are no shared configuration files".to_owned()
        } else {
            format!("these files were read: {}", looked.join(", "))
        };
        format!("there is no profile {name:?}; {places}")
    }
}

/// A file to read.
struct File {
    setting: Setting<&'static str>,
    kind: Kind,
    path: PathBuf,
}

/// Returns the files. Those with credentials come last, because they take precedence.
fn files(settings: &Settings, env: &Env) -> Vec<File> {
    let config = (
        &settings.shared_config_files,
        "shared_config_files",
        "AWS_CONFIG_FILE",
        "~/.aws/config",
    );
    let credentials = (
        &settings.shared_credentials_files,
        "shared_credentials_files",
        "AWS_SHARED_CREDENTIALS_FILE",
        "~/.aws/credentials",
    );
    let mut found = Vec::new();
    for (kind, (named, argument, variable, usual)) in
        [(Kind::Config, config), (Kind::Credentials, credentials)]
    {
        let mut file = |setting, path: &str| {
            let path = home(env, path);
            // Without a home directory there are no default files.
            if !path.starts_with("~") {
                found.push(File {
                    setting,
                    kind,
                    path,
                });
            }
        };
        let named: Vec<_> = named.iter().filter(|file| !file.is_empty()).collect();
        for path in &named {
            file(Setting::Argument(argument), path);
        }
        if named.is_empty() {
            let (setting, path) = named_variable(env, &[variable])
                .unwrap_or_else(|| (Setting::Argument(argument), usual.to_owned()));
            file(setting, &path);
        }
    }
    found
}

/// Returns the text of a file, or nothing if it does not exist.
fn text(path: &Path) -> io::Result<String> {
    let bytes = match read_file(path) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(String::new());
        }
        bytes => bytes?,
    };
    let text = String::from_utf8(bytes).map_err(|_| io::Error::other("it is not in UTF-8"))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

async fn parse(files: EnvConfigFiles) -> Result<ProfileSet, String> {
    let selected = Some(Cow::Borrowed(DEFAULT));
    let parsed = profile::load(&Fs::real(), &Env::from_slice(&[]), &files, selected).await;
    parsed.map_err(|error| chain(&error))
}

/// Returns the text of a file with its section names in a form that the SDK's parser accepts.
fn with_encoded_names(text: &str, kind: Kind) -> String {
    let mut lines = String::with_capacity(text.len());
    for line in text.lines() {
        match line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            Some((name, _)) => lines.push_str(&header(name.trim(), kind)),
            None => lines.push_str(line),
        }
        lines.push('\n');
    }
    lines
}

/// Returns the header of a section. In a credentials file it is only the name of the profile.
fn header(name: &str, kind: Kind) -> String {
    let parts = match kind {
        Kind::Config => name.split_once(char::is_whitespace),
        Kind::Credentials => None,
    };
    match parts {
        Some((section, name)) => format!("[{section} {}]", encoded(unquoted(name.trim()))),
        None => format!("[{}]", encoded(name)),
    }
}

fn unquoted(name: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|quote| name.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(name)
}

/// Returns a name in a form that the SDK's parser accepts.
fn encoded(name: &str) -> String {
    name.chars().fold(String::new(), |mut encoded, character| {
        if character.is_ascii_alphanumeric() || PLAIN.contains(character) {
            encoded.push(character);
        } else {
            let _ = write!(encoded, "%{:x}", u32::from(character));
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_in_headers_are_encoded() {
        let text =
            "[default]\na = [b c]\n[profile my dev] # mine\n[profile \"ä b\"]\n[sso-session s]\n";
        assert_eq!(
            with_encoded_names(text, Kind::Config),
            "[default]\na = [b c]\n[profile my%20dev]\n[profile %e4%20b]\n[sso-session s]\n"
        );
        assert_eq!(
            with_encoded_names("[my dev]", Kind::Credentials),
            "[my%20dev]\n"
        );
    }
}
