//! The shared configuration files: which of them are read, which profile is selected, and what it says.
//!
//! The SDK's parser takes profile names of ASCII letters, digits and a few signs. The AWS CLI and the AWS provider take
//! any name, so names are written in percent encoding before the SDK parses a file, and looked up in the same form.
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
    causes::chain,
    environment::{given, home, named_variable, read_file},
    error::{Error, Source},
    settings::Settings,
};

/// The name of the profile that is selected where nothing names one.
const DEFAULT: &str = "default";
/// The signs that the SDK's parser takes in a name, beside ASCII letters and digits. A percent sign begins a code here.
const PLAIN: &str = "_-/.@:+";

/// The profiles of the shared configuration files.
#[derive(Debug)]
pub(super) struct Profiles {
    sections: ProfileSet,
    selected: String,
    named_by: Option<Source<'static>>,
    files: Vec<PathBuf>,
}

impl Profiles {
    /// Reads the files, and finds the selected profile in them. A file that does not exist is passed over.
    pub(super) async fn read(settings: &Settings, env: &Env) -> Result<Self, Error> {
        // The SDK's parser wants one file at least.
        let mut contents = EnvConfigFiles::builder().with_contents(Kind::Config, "");
        let files = files(settings, env);
        for File { source, kind, path } in &files {
            let refuse = |reason: String| {
                Error::configuration(*source, format!("{}: {reason}", path.display()))
            };
            let text = text(path).map_err(|error| refuse(error.to_string()))?;
            let text = with_encoded_names(&text, *kind);
            let alone = EnvConfigFiles::builder().with_contents(*kind, text.clone());
            parse(alone.build()).await.map_err(refuse)?;
            contents = contents.with_contents(*kind, text);
        }
        let sections = parse(contents.build()).await;
        let sections = sections.map_err(|error| {
            Error::configuration(Source::Argument("shared_config_files"), error)
        })?;
        let named = match given(settings.profile.as_deref()) {
            Some(name) => Some((Source::Argument("profile"), name.to_owned())),
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

    /// The name of the selected profile.
    pub(super) fn selected(&self) -> &str {
        &self.selected
    }

    /// What names the selected profile; the name `default` may stand there too.
    pub(super) fn named_by(&self) -> Source<'static> {
        self.named_by.unwrap_or(Source::Variable("AWS_PROFILE"))
    }

    /// Whether a profile other than `default` was named: it must exist, and hold credentials.
    pub(super) fn is_named(&self) -> bool {
        self.named_by.is_some() && self.selected != DEFAULT
    }

    /// A profile by its name.
    pub(super) fn get(&self, name: &str) -> Option<&Profile> {
        self.sections.get_profile(&encoded(name))
    }

    /// A value of the selected profile that is not empty.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        given(self.get(&self.selected)?.get(key))
    }

    /// A value of an `sso-session` section that is not empty; nothing if there is no such section.
    pub(super) fn of_sso_session(&self, name: &str, key: &str) -> Option<&str> {
        given(self.sections.sso_session(&encoded(name))?.get(key))
    }

    /// Whether there is such an `sso-session` section.
    pub(super) fn has_sso_session(&self, name: &str) -> bool {
        self.sections.sso_session(&encoded(name)).is_some()
    }

    /// A value of a service in the `services` section that the selected profile names.
    pub(super) fn of_service(&self, service: &str, key: &str) -> Option<&str> {
        let key = PropertiesKey::builder()
            .section_key("services")
            .section_name(encoded(self.value("services")?))
            .property_name(service)
            .sub_property_name(key)
            .build()
            .ok()?;
        given(self.sections.other_sections().get(&key).map(String::as_str))
    }

    /// Says that there is no such profile, and where it was looked for.
    pub(super) fn missing(&self, name: &str) -> String {
        let looked: Vec<_> = self
            .files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        let places = match looked.is_empty() {
            true => {
                "there is no home directory to find the shared configuration files in".to_owned()
            }
            false => format!("these files were looked at: {}", looked.join(", ")),
        };
        format!("there is no profile {name:?}; {places}")
    }
}

/// A file to read.
struct File {
    source: Source<'static>,
    kind: Kind,
    path: PathBuf,
}

/// The files, those with credentials last: what they say goes before what the others say.
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
        let mut file = |source, path: &str| {
            let path = home(env, path);
            // Without a home directory there are no usual places.
            if !path.starts_with("~") {
                found.push(File { source, kind, path });
            }
        };
        let named: Vec<_> = named.iter().filter(|file| !file.is_empty()).collect();
        for path in &named {
            file(Source::Argument(argument), path);
        }
        if named.is_empty() {
            let (source, path) = named_variable(env, &[variable])
                .unwrap_or_else(|| (Source::Argument(argument), usual.to_owned()));
            file(source, &path);
        }
    }
    found
}

/// The text of a file; one that does not exist is empty.
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

/// The text of a file with the names of its sections in the form that the SDK's parser takes.
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

/// The header of a section: in the file with credentials it is the profile's name alone.
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

/// A name in the form that the SDK's parser takes.
fn encoded(name: &str) -> String {
    name.chars().fold(String::new(), |mut encoded, sign| {
        if sign.is_ascii_alphanumeric() || PLAIN.contains(sign) {
            encoded.push(sign);
        } else {
            let _ = write!(encoded, "%{:x}", u32::from(sign));
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_encoded_in_headers_alone() {
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
