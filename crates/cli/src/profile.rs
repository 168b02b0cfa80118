//! Profiles of AWS's shared files, as far as the credential helpers need them.
//!
//! Spec: docs.aws.amazon.com/sdkref/latest/guide/file-format.html: sections in brackets,
//! `[profile NAME]` in the configuration and `[NAME]` in the credentials file, settings
//! as `name = value`, comments on lines of their own that begin with `#` or `;`. What is
//! in the credentials file wins over the configuration.
//!
//! Choice: only what is needed here is read. Indented settings belong to the setting
//! above them (`s3 =`), and `credential_process`, `source_profile` and the like are not
//! followed: a helper that a profile names would call itself.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use stead_types::Secret;

use crate::client::Credentials;
use crate::environment::Environment;
use crate::exit::Failure;

/// Bytes of a shared file. Choice: a few hundred profiles.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// The settings of one profile.
#[derive(Default)]
pub(crate) struct Profile {
    name: String,
    settings: BTreeMap<String, Secret<String>>,
}

/// Which of the two files a text is; they name their sections differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Configuration,
    Credentials,
}

impl Profile {
    /// Reads the profile that was asked for by name, or else the one that the
    /// environment names, or else `default`. A name that nobody wrote down is an error
    /// only where it was asked for.
    pub(crate) fn read(asked: Option<&str>, environment: &Environment) -> Result<Self, Failure> {
        let named = asked.or_else(|| environment.first(&["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]));
        let name = named.unwrap_or("default");
        let mut settings = None;
        for (kind, path) in files(environment) {
            let Some(text) = read(&path)? else { continue };
            if let Some(found) = section(text.expose(), kind, name) {
                settings.get_or_insert_with(BTreeMap::new).extend(found);
            }
        }
        match settings {
            Some(settings) => Ok(Self { name: name.to_owned(), settings }),
            None if asked.is_none() => Ok(Self { name: name.to_owned(), ..Self::default() }),
            None => Err(Failure::usage(format!("there is no profile `{name}`")).with_help(
                "profiles are in ~/.aws/credentials and ~/.aws/config, or where \
                 AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE say",
            )),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A setting that is no secret.
    pub(crate) fn text(&self, setting: &str) -> Option<&str> {
        self.settings.get(setting).map(|value| value.expose().as_str()).filter(|it| !it.is_empty())
    }

    /// The access key of the profile, if it has one.
    pub(crate) fn credentials(&self) -> Option<Credentials> {
        let secret = |name| self.settings.get(name).filter(|value| !value.expose().is_empty());
        Some(Credentials {
            access_key_id: self.text("aws_access_key_id")?.to_owned(),
            secret_access_key: secret("aws_secret_access_key")?.clone(),
            session_token: secret("aws_session_token").cloned(),
        })
    }
}

/// In the order in which the later one wins.
fn files(environment: &Environment) -> Vec<(Kind, PathBuf)> {
    let home = environment.path("HOME").map(|home| home.join(".aws"));
    let place = |variable, name: &str| {
        environment.path(variable).or_else(|| home.as_ref().map(|home| home.join(name)))
    };
    let configuration = place("AWS_CONFIG_FILE", "config");
    let credentials = place("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    let configuration = configuration.map(|path| (Kind::Configuration, path));
    let credentials = credentials.map(|path| (Kind::Credentials, path));
    configuration.into_iter().chain(credentials).collect()
}

/// `None` for a file that does not exist: nobody needs to have both.
fn read(path: &Path) -> Result<Option<Secret<String>>, Failure> {
    let refuse = |reason: String| {
        Failure::new(format!("cannot read the profiles in `{}`: {reason}", path.display()))
    };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refuse(error.to_string())),
    };
    let mut text = String::new();
    let read = file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text);
    let length = read.map_err(|error| refuse(error.to_string()))?;
    if u64::try_from(length).unwrap_or(u64::MAX) > FILE_BYTES_MAX {
        return Err(refuse(format!("it is longer than {FILE_BYTES_MAX} bytes")));
    }
    Ok(Some(Secret::new(text)))
}

/// The settings of a profile in one file; `None` where the file has no such section.
fn section(text: &str, kind: Kind, name: &str) -> Option<BTreeMap<String, Secret<String>>> {
    let mut settings = None;
    let mut inside = false;
    for line in text.lines() {
        let is_indented = line.starts_with([' ', '\t']);
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            inside = is_of(header, kind, name);
            if inside {
                settings.get_or_insert_with(BTreeMap::new);
            }
            continue;
        }
        let Some((setting, value)) = line.split_once('=').filter(|_| inside && !is_indented) else {
            continue;
        };
        let value = Secret::new(without_comment(value).to_owned());
        settings.get_or_insert_with(BTreeMap::new).insert(setting.trim().to_lowercase(), value);
    }
    settings
}

/// `[default]` is written without the word `profile` in both files.
fn is_of(header: &str, kind: Kind, name: &str) -> bool {
    let header = header.trim();
    let bare = match kind {
        Kind::Credentials => Some(header),
        Kind::Configuration if header == "default" => Some(header),
        Kind::Configuration => {
            let rest = header.strip_prefix("profile");
            rest.filter(|rest| rest.starts_with([' ', '\t'])).map(str::trim)
        }
    };
    bare.is_some_and(|bare| bare.trim_matches(['"', '\'']) == name)
}

/// A comment may follow a value behind a blank.
fn without_comment(value: &str) -> &str {
    let end = [" #", " ;", "\t#", "\t;"].iter().filter_map(|mark| value.find(mark)).min();
    end.and_then(|end| value.get(..end)).unwrap_or(value).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREDENTIALS: &str = "\
        # keys\n[default]\naws_access_key_id=AKIA1\naws_secret_access_key = one=1#2\n\
        \n[ ci ]\nAWS_ACCESS_KEY_ID = AKIA2 ; of the machine\naws_secret_access_key=two\n\
        aws_session_token = three\n";

    fn found(text: &str, kind: Kind, name: &str) -> Option<Vec<(String, String)>> {
        let found = section(text, kind, name)?;
        Some(found.into_iter().map(|(name, value)| (name, value.expose().clone())).collect())
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn sections_and_settings_are_read_as_aws_writes_them() {
        assert_eq!(
            found(CREDENTIALS, Kind::Credentials, "default"),
            Some(vec![
                pair("aws_access_key_id", "AKIA1"),
                pair("aws_secret_access_key", "one=1#2")
            ])
        );
        assert_eq!(
            found(CREDENTIALS, Kind::Credentials, "ci").unwrap().first(),
            Some(&pair("aws_access_key_id", "AKIA2"))
        );
        let config = "[profile ci]\nregion = eu-west-1\ns3 =\n  endpoint_url = http://s3\n\
                      endpoint_url = http://sts\n[services ci]\nregion = x\n[ci]\nregion = y\n";
        assert_eq!(
            found(config, Kind::Configuration, "ci"),
            Some(vec![
                pair("endpoint_url", "http://sts"),
                pair("region", "eu-west-1"),
                pair("s3", ""),
            ])
        );
    }

    #[test]
    fn a_section_of_another_kind_or_name_is_none() {
        for (text, kind) in [
            ("[profile ci]\na=b\n", Kind::Credentials),
            ("[ci]\na=b\n", Kind::Configuration),
            ("[profileci]\na=b\n", Kind::Configuration),
            ("[CI]\na=b\n", Kind::Credentials),
            ("a=b\n", Kind::Credentials),
            ("[ci\x00]\na=b\n", Kind::Credentials),
            ("", Kind::Credentials),
        ] {
            assert_eq!(found(text, kind, "ci"), None, "{text}");
        }
        assert_eq!(found("[default]\n", Kind::Configuration, "default"), Some(vec![]));
    }
}
