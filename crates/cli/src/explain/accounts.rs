//! Exported accounts from a directory, and the attempt that flags or an event tell.

use std::io::Read as _;
use std::path::Path;

use serde_json::{Map, Value, json};
use stead_analysis::{
    CASE_BYTES_MAX, Case, CaseError, Details, DetailsError, EVENT_BYTES_MAX, EXPORT_FILES_MAX,
    Export, ExportFile, TOKEN_BYTES_MAX, World, attempt_of, attempt_of_event,
};
use stead_server::clock::{Clock as _, SystemClock};

use super::faults;
use crate::arguments::{AccountsFlags, AttemptFlags};
use crate::excerpt::printable;
use crate::exit::Failure;
use crate::token::moment;
use crate::{on_runtime, running};

/// How deep folders are looked into: an account, and kinds of files in it.
const DEPTH_MAX: usize = 3;

/// What is read of accounts, wherever they are: what the place is called, and the files.
pub(crate) fn read(flags: &AccountsFlags) -> Result<(String, Vec<ExportFile>), Failure> {
    match &flags.accounts {
        Some(directory) => Ok((directory.display().to_string(), files(directory)?)),
        None => {
            let fetched = on_runtime(running::fetch(flags))?;
            Ok((fetched.name, fetched.files))
        }
    }
}

/// The files of a directory that end with `.json`, by their names; of its folders too.
/// Others, and those that begin with a dot, are left alone. A file is taken as it is.
pub(crate) fn files(directory: &Path) -> Result<Vec<ExportFile>, Failure> {
    if directory.is_file() {
        let name = directory.file_name().and_then(|name| name.to_str()).unwrap_or("export.json");
        let (name, text) = (name.to_owned(), text(directory, CASE_BYTES_MAX)?);
        return Ok(vec![ExportFile { name, text }]);
    }
    let mut reading = Reading { files: Vec::new(), left: CASE_BYTES_MAX };
    reading.folder(directory, "", DEPTH_MAX)?;
    Ok(reading.files)
}

/// The accounts as the server would have them.
pub(crate) fn world(export: &mut Export, name: &str) -> Result<World, Failure> {
    export.take_world().map_err(|error| {
        let CaseError::Unexpected { pointer, expected } = &error else {
            return Failure::new(error.to_string());
        };
        let place = export.origin_in_world(pointer);
        let place = place.map_or_else(String::new, |it| format!(" at {}", it.pointer));
        let file = export.origin_in_world(pointer).map_or_else(|| name.to_owned(), |it| it.file);
        Failure::new(format!("`{}`: expected {expected}{place}", printable(&file)))
            .with_help("save what the AWS CLI prints, unchanged")
    })
}

struct Reading {
    files: Vec<ExportFile>,
    /// Bytes that may still be read.
    left: usize,
}

impl Reading {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<(), Failure> {
        let refuse = |error: std::io::Error| {
            Failure::new(format!("cannot read the directory `{}`: {error}", folder.display()))
        };
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(refuse)?.take(EXPORT_FILES_MAX + 1) {
            let entry = entry.map_err(refuse)?;
            entries.push((entry.file_name(), entry.path()));
        }
        entries.sort();
        for (name, path) in entries {
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
            let name = format!("{prefix}{name}");
            if path.is_dir() && depth > 0 {
                self.folder(&path, &format!("{name}/"), depth - 1)?;
            } else if path.is_file() && name.ends_with(".json") {
                let text = text(&path, self.left)?;
                self.left -= text.len();
                self.files.push(ExportFile { name, text });
            }
            if self.files.len() > EXPORT_FILES_MAX {
                let message =
                    format!("`{}` has more than {EXPORT_FILES_MAX} files", folder.display());
                return Err(Failure::new(message)
                    .with_help("leave out the accounts that the call has nothing to do with"));
            }
        }
        Ok(())
    }
}

/// A file of at most so many bytes.
pub(crate) fn text(path: &Path, bytes_max: usize) -> Result<String, Failure> {
    let shown = path.display();
    let refuse = |reason: String| Failure::new(format!("cannot read `{shown}`: {reason}"));
    let most = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = String::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(most).read_to_string(&mut text));
    read.map_err(|error| refuse(error.to_string()))?;
    if text.len() > bytes_max {
        return Err(refuse(format!("it is longer than the {bytes_max} bytes that are read")));
    }
    Ok(text)
}

/// The case of what the flags tell, over what is known of a denial.
pub(super) fn case(
    flags: &AttemptFlags,
    denied: Option<Map<String, Value>>,
    export: &Export,
) -> Result<Case, Failure> {
    let event = match &flags.event {
        None => denied.or_else(|| flags.saml_provider.as_deref().map(|it| assertion(flags, it))),
        Some(path) => {
            let (name, text) = (path.display().to_string(), text(path, EVENT_BYTES_MAX)?);
            let attempt = attempt_of_event(&text, export);
            Some(attempt.map_err(|error| faults::event(&error, &name, &text))?)
        }
    };
    let told = flags.at.as_deref().map(moment).transpose()?;
    let is_timed = event.as_ref().is_some_and(|event| event.contains_key("time"));
    let now = || (!is_timed).then(|| SystemClock.now());
    let details = Details {
        caller: flags.caller.clone(),
        role: flags.role.clone(),
        external_id: flags.external_id.clone(),
        session_name: flags.session_name.clone(),
        duration_seconds: flags.duration,
        mfa: flags.mfa,
        source_ip: flags.source_ip,
        tags: flags.tag.clone(),
        context: flags.context.clone(),
        at: told.or_else(now),
        token: flags.token.as_ref().map(|path| text(path, TOKEN_BYTES_MAX)).transpose()?,
    };
    let attempt = attempt_of(&details, event).map_err(|error| wrong(&error))?;
    Ok(export.case(attempt))
}

/// A call with an assertion that says what the flags tell. That it is signed and in its time is
/// supposed.
fn assertion(flags: &AttemptFlags, provider: &str) -> Map<String, Value> {
    let mut claims: Map<String, Value> = Map::new();
    for (key, value) in &flags.claim {
        match claims.get_mut(key) {
            None => drop(claims.insert(key.clone(), json!(value))),
            Some(Value::Array(values)) => values.push(json!(value)),
            Some(one) => *one = json!([one.take(), value]),
        }
    }
    let attempt = json!({
        "operation": "sts:AssumeRoleWithSAML",
        "parameters": { "PrincipalArn": provider },
        "token": { "claims": claims },
    });
    attempt.as_object().cloned().unwrap_or_default()
}

fn wrong(error: &DetailsError) -> Failure {
    let help = match error {
        DetailsError::NoRole => "give --role ARN",
        DetailsError::NoCaller => "give --caller ARN, or --token FILE",
        DetailsError::NoMoment => "give --at TIME",
        DetailsError::Caller { .. } => {
            "such as arn:aws:iam::111122223333:user/ann, \
             arn:aws:sts::111122223333:assumed-role/app/session or ec2.amazonaws.com"
        }
        DetailsError::Mfa { .. } => "leave --mfa out: AWS sees no second factor in such a call",
        DetailsError::TokenTooLong { .. } | DetailsError::Token { .. } => {
            "`stead token inspect @FILE` says what is wrong with a token"
        }
    };
    Failure::usage(error.to_string()).with_help(help)
}
