//! `cargo xtask model`: botocore's service models become model/*.json.
//!
//! Only facts are taken: names, types, limits, errors. No prose. What the wire
//! runtime does not support (flattened lists, renamed members, attributes,
//! unions) stops the extraction, so that a model update cannot bring it unseen.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::facts::{ErrorFacts, Kind, Model, Operation, Ordered, Pagination, Shape};

/// The release the committed facts come from.
const BOTOCORE_VERSION: &str = "1.43.11";

/// The models read, as service and API version.
const SERVICES: [(&str, &str); 3] =
    [("sts", "2011-06-15"), ("iam", "2010-05-08"), ("organizations", "2016-11-28")];

/// What can be given on the command line.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A directory that holds an unpacked `botocore` package; fetched with pip when absent
    #[arg(long)]
    source: Option<PathBuf>,
}

/// Writes a file of model/ for each service.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let source = match &arguments.source {
        Some(source) => source.clone(),
        None => fetch(root)?,
    };
    for (service, version) in SERVICES {
        let directory = source.join("botocore/data").join(service).join(version);
        let model = extract(&directory, service)?;
        let mut text = serde_json::to_string_pretty(&model)?;
        text.push('\n');
        let path = root.join("model").join(format!("{service}.json"));
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn fetch(root: &Path) -> Result<PathBuf> {
    let directory = root.join("target/botocore");
    std::fs::create_dir_all(&directory)?;
    let package = format!("botocore=={BOTOCORE_VERSION}");
    run_command(
        Command::new("python3")
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"])
            .arg(package)
            .arg("--dest")
            .arg(&directory),
    )?;
    let wheel = directory.join(format!("botocore-{BOTOCORE_VERSION}-py3-none-any.whl"));
    run_command(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(&directory))?;
    Ok(directory)
}

fn run_command(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(status.success(), "{command:?} failed: {status}");
    Ok(())
}

fn extract(directory: &Path, service: &str) -> Result<Model> {
    let source: Source = serde_json::from_slice(&gunzip(&directory.join("service-2.json.gz"))?)?;
    let pages_path = directory.join("paginators-1.json");
    let pages: Paginators = serde_json::from_slice(&std::fs::read(&pages_path)?)?;
    let mut operations = Vec::new();
    for (name, operation) in source.operations.0 {
        let page = pages.pagination.0.iter().find(|(paged, _)| *paged == name);
        operations.push((name, operation.facts(page.map(|(_, page)| page))?));
    }
    operations.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mut shapes = std::collections::BTreeMap::new();
    for (name, shape) in source.shapes.0 {
        let facts = shape.facts(&name).with_context(|| format!("shape `{name}`"))?;
        shapes.insert(name, facts);
    }
    let target_prefix = source.metadata.json_target()?;
    Ok(Model {
        source: format!("botocore {BOTOCORE_VERSION}"),
        service: service.to_owned(),
        version: source.metadata.api_version,
        namespace: source.metadata.xml_namespace,
        target_prefix,
        operations: Ordered(operations),
        shapes,
    })
}

fn gunzip(path: &Path) -> Result<Vec<u8>> {
    let output = Command::new("gzip").arg("-dc").arg(path).output().context("cannot run gzip")?;
    ensure!(output.status.success(), "cannot unpack {}", path.display());
    Ok(output.stdout)
}

// botocore's own format. Unknown fields are errors: each is a wire feature that
// somebody must think about.

#[derive(Deserialize)]
struct Source {
    metadata: SourceMetadata,
    operations: Ordered<SourceOperation>,
    shapes: Ordered<SourceShape>,
}

#[derive(Deserialize)]
struct SourceMetadata {
    #[serde(rename = "apiVersion")]
    api_version: String,
    protocol: String,
    #[serde(rename = "xmlNamespace")]
    xml_namespace: Option<String>,
    #[serde(rename = "jsonVersion")]
    json_version: Option<String>,
    #[serde(rename = "targetPrefix")]
    target_prefix: Option<String>,
}

impl SourceMetadata {
    /// The prefix of targets, where the service speaks JSON 1.1.
    fn json_target(&self) -> Result<Option<String>> {
        match (self.protocol.as_str(), self.json_version.as_deref()) {
            ("query", None) => {
                ensure!(self.xml_namespace.is_some(), "a service of XML without a namespace");
                Ok(None)
            }
            ("json", Some("1.1")) => {
                ensure!(self.target_prefix.is_some(), "a service of JSON without a target");
                Ok(self.target_prefix.clone())
            }
            (protocol, version) => bail!("the wire knows no {protocol} {version:?}"),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceOperation {
    name: String,
    http: SourceHttp,
    input: Option<SourceReference>,
    output: Option<SourceReference>,
    #[serde(default)]
    errors: Vec<SourceReference>,
    authtype: Option<String>,
    #[serde(rename = "auth")]
    _auth: Option<IgnoredAny>,
    #[serde(rename = "documentation")]
    _documentation: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct SourceHttp {
    method: String,
    #[serde(rename = "requestUri")]
    request_uri: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceReference {
    shape: String,
    #[serde(rename = "resultWrapper")]
    result_wrapper: Option<String>,
    #[serde(rename = "documentation")]
    _documentation: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceShape {
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    members: Ordered<SourceReference>,
    #[serde(default)]
    required: Vec<String>,
    member: Option<SourceReference>,
    key: Option<SourceReference>,
    value: Option<SourceReference>,
    min: Option<i64>,
    max: Option<i64>,
    pattern: Option<String>,
    #[serde(default, rename = "enum")]
    variants: Vec<String>,
    #[serde(default)]
    sensitive: bool,
    #[serde(default)]
    exception: bool,
    #[serde(default)]
    fault: bool,
    error: Option<SourceError>,
    #[serde(rename = "box")]
    _boxed: Option<IgnoredAny>,
    #[serde(rename = "documentation")]
    _documentation: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceError {
    code: String,
    #[serde(rename = "httpStatusCode")]
    status: u16,
    #[serde(default, rename = "senderFault")]
    sender: bool,
}

#[derive(Deserialize)]
struct Paginators {
    pagination: Ordered<SourcePagination>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourcePagination {
    input_token: String,
    output_token: String,
    limit_key: Option<String>,
    result_key: OneOrMany,
    #[serde(rename = "more_results")]
    _more_results: Option<IgnoredAny>,
    #[serde(rename = "non_aggregate_keys")]
    _non_aggregate_keys: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl SourceOperation {
    fn facts(self, page: Option<&SourcePagination>) -> Result<Operation> {
        let plain = self.http.method == "POST" && self.http.request_uri == "/";
        ensure!(plain, "operation {} is not POST /", self.name);
        let unsigned = match self.authtype.as_deref() {
            None => false,
            Some("none") => true,
            Some(other) => bail!("operation {} has the unknown authtype {other}", self.name),
        };
        let result_wrapper = self.output.as_ref().and_then(|output| output.result_wrapper.clone());
        Ok(Operation {
            input: self.input.map(|input| input.shape),
            output: self.output.map(|output| output.shape),
            result_wrapper,
            unsigned,
            errors: self.errors.into_iter().map(|error| error.shape).collect(),
            pagination: page.map(SourcePagination::facts),
        })
    }
}

impl SourcePagination {
    fn facts(&self) -> Pagination {
        Pagination {
            input_token: self.input_token.clone(),
            output_token: self.output_token.clone(),
            limit_key: self.limit_key.clone(),
            result_keys: match &self.result_key {
                OneOrMany::One(key) => vec![key.clone()],
                OneOrMany::Many(keys) => keys.clone(),
            },
        }
    }
}

impl SourceShape {
    fn facts(self, name: &str) -> Result<Shape> {
        let shape_of = |reference: SourceReference| reference.shape;
        let members = self.members.0.into_iter().map(|(name, member)| (name, member.shape));
        // Spec: both protocols name an error by its shape and answer 400 where the model says
        // nothing else, or 500 where it says that the service is at fault.
        let error = match self.error {
            Some(error) => {
                Some(ErrorFacts { code: error.code, status: error.status, sender: error.sender })
            }
            None if self.exception => {
                let status = if self.fault { 500 } else { 400 };
                Some(ErrorFacts { code: name.to_owned(), status, sender: !self.fault })
            }
            None => None,
        };
        Ok(Shape {
            kind: self.kind,
            members: Ordered(members.collect()),
            required: self.required,
            member: self.member.map(shape_of),
            key: self.key.map(shape_of),
            value: self.value.map(shape_of),
            min: self.min,
            max: self.max,
            pattern: self.pattern,
            variants: self.variants,
            sensitive: self.sensitive,
            error,
        })
    }
}
