//! A model and its overrides, resolved: what each shape is in Rust.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail, ensure};

use crate::codegen::names;
use crate::codegen::overrides::{AccessLevel, Overrides, ServiceOverrides};
use crate::facts::{Kind, Model, Operation, Shape};

/// One service, ready to be generated.
pub(crate) struct Service<'a> {
    pub(crate) model: Model,
    pub(crate) overrides: &'a ServiceOverrides,
    /// Shapes that requests reach.
    pub(crate) inputs: BTreeSet<String>,
    /// Shapes that responses reach.
    pub(crate) outputs: BTreeSet<String>,
}

/// A structure's member, as Rust sees it.
pub(crate) struct Member<'a> {
    /// The name on the wire.
    pub(crate) name: &'a str,
    /// The field's name.
    pub(crate) field: String,
    /// The name of its shape.
    pub(crate) shape_name: &'a str,
    /// Its shape.
    pub(crate) shape: &'a Shape,
    /// The model says it must be there.
    pub(crate) required: bool,
    /// How absence is held.
    pub(crate) presence: Presence,
}

/// How a field holds that its member may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It is there: the plain type.
    Always,
    /// An `Option`.
    Optional,
    /// A list of a request: absent and empty are one, a plain `Vec`.
    EmptyList,
}

impl<'a> Service<'a> {
    /// Reads a model and checks that it holds nothing the wire runtime does not know.
    pub(crate) fn load(root: &Path, name: &str, overrides: &'a Overrides) -> Result<Self> {
        let model = Model::read(&root.join("model").join(format!("{name}.json")))?;
        let overrides = overrides.service(name);
        let mut service =
            Self { model, overrides, inputs: BTreeSet::new(), outputs: BTreeSet::new() };
        let mut inputs = BTreeSet::new();
        let mut outputs = BTreeSet::new();
        for (_, operation) in service.model.operations.iter() {
            if let Some(input) = &operation.input {
                service.reach(input, &mut inputs)?;
            }
            if let Some(output) = &operation.output {
                service.reach(output, &mut outputs)?;
            }
        }
        service.inputs = inputs;
        service.outputs = outputs;
        service.check()?;
        Ok(service)
    }

    /// Whether it speaks JSON, and not Query.
    pub(crate) const fn speaks_json(&self) -> bool {
        self.model.target_prefix.is_some()
    }

    /// `Sts` or `Iam`.
    pub(crate) fn type_name(&self) -> String {
        names::type_name(&self.model.service)
    }

    /// `sts` or `iam`.
    pub(crate) fn name(&self) -> &str {
        &self.model.service
    }

    /// Whether the operation is built.
    pub(crate) fn is_implemented(&self, operation: &str) -> bool {
        self.overrides.implemented.iter().any(|name| name == operation)
    }

    /// The access level of an operation.
    pub(crate) fn access_level(&self, operation: &str) -> AccessLevel {
        self.overrides.access_level(operation)
    }

    /// The Rust name of an operation's request.
    pub(crate) fn request_name(&self, name: &str, operation: &Operation) -> String {
        let shape = operation.input.as_deref();
        shape.map_or_else(|| format!("{name}Request"), names::type_name)
    }

    /// The Rust name of an operation's response.
    pub(crate) fn response_name(&self, name: &str, operation: &Operation) -> String {
        let shape = operation.output.as_deref();
        shape.map_or_else(|| format!("{name}Response"), names::type_name)
    }

    /// Structures that requests or responses reach, with their names.
    pub(crate) fn structures(&self) -> impl Iterator<Item = (&str, &Shape)> {
        self.reachable().filter(|(_, shape)| shape.kind == Kind::Structure)
    }

    /// Texts with a closed set of values, with their names.
    pub(crate) fn enums(&self) -> impl Iterator<Item = (&str, &Shape)> {
        self.reachable().filter(|(_, shape)| !shape.variants.is_empty() && !self.is_map_key(shape))
    }

    fn reachable(&self) -> impl Iterator<Item = (&str, &Shape)> {
        let shapes = self.model.shapes.iter();
        shapes
            .filter(|(name, _)| self.inputs.contains(*name) || self.outputs.contains(*name))
            .map(|(name, shape)| (name.as_str(), shape))
    }

    /// Keys of maps stay texts: nothing decodes them, and their sets grow.
    fn is_map_key(&self, shape: &Shape) -> bool {
        let keys = self.model.shapes.values().filter_map(|shape| shape.key.as_ref());
        keys.filter_map(|key| self.model.shapes.get(key)).any(|key| std::ptr::eq(key, shape))
    }

    /// The members of a structure, in the model's order.
    pub(crate) fn members<'s>(&'s self, name: &str, shape: &'s Shape) -> Result<Vec<Member<'s>>> {
        let in_request = self.inputs.contains(name);
        let mut members = Vec::new();
        for (member_name, shape_name) in shape.members.iter() {
            let member = self.model.shape(shape_name)?;
            let full_name = format!("{name}.{member_name}");
            let may_be_absent = !in_request && self.overrides.may_be_absent.contains(&full_name);
            let required =
                !may_be_absent && shape.required.iter().any(|required| required == member_name);
            let always = !in_request
                && self.overrides.always_present.iter().any(|always| always == member_name);
            let presence = match () {
                () if required || always => Presence::Always,
                () if in_request && member.kind == Kind::List => Presence::EmptyList,
                () => Presence::Optional,
            };
            members.push(Member {
                name: member_name,
                field: names::field(member_name),
                shape_name,
                shape: member,
                required,
                presence,
            });
        }
        Ok(members)
    }

    /// The Rust type of a shape.
    pub(crate) fn rust_type(&self, name: &str) -> Result<String> {
        let shape = self.model.shape(name)?;
        let plain = match shape.kind {
            Kind::String if !shape.variants.is_empty() && !self.is_map_key(shape) => {
                names::type_name(name)
            }
            Kind::String => String::from("String"),
            Kind::Blob => String::from("Vec<u8>"),
            Kind::Integer => String::from("i32"),
            Kind::Long => String::from("i64"),
            Kind::Boolean => String::from("bool"),
            Kind::Timestamp => String::from("Timestamp"),
            Kind::Structure => names::type_name(name),
            Kind::List => format!("Vec<{}>", self.rust_type(element(name, shape)?)?),
            Kind::Map => {
                let Some(value) = &shape.value else { bail!("map `{name}` has no value") };
                format!("BTreeMap<String, {}>", self.rust_type(value)?)
            }
        };
        Ok(if self.is_secret(name, shape) { format!("Secret<{plain}>") } else { plain })
    }

    /// Whether values of the shape are held as secrets.
    pub(crate) fn is_secret(&self, name: &str, shape: &Shape) -> bool {
        shape.sensitive || self.overrides.secret.iter().any(|secret| secret == name)
    }

    fn reach(&self, name: &str, reached: &mut BTreeSet<String>) -> Result<()> {
        if !reached.insert(name.to_owned()) {
            return Ok(());
        }
        let shape = self.model.shape(name)?;
        for (_, member) in shape.members.iter() {
            self.reach(member, reached)?;
        }
        for part in [&shape.member, &shape.key, &shape.value].into_iter().flatten() {
            self.reach(part, reached)?;
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let service = self.name();
        for (name, operation) in self.model.operations.iter() {
            if let Some(wrapper) = &operation.result_wrapper {
                ensure!(
                    *wrapper == format!("{name}Result"),
                    "{name}: odd result wrapper {wrapper}"
                );
            }
            ensure!(
                self.speaks_json()
                    || operation.output.is_some() == operation.result_wrapper.is_some(),
                "{name}: an output without a result wrapper"
            );
        }
        for name in &self.overrides.implemented {
            ensure!(
                self.model.operations.iter().any(|(known, _)| known == name),
                "overrides.toml: {service} has no operation {name}"
            );
        }
        for name in self.overrides.secret.iter().chain(&self.overrides.not_null_elements) {
            self.model.shape(name)?;
        }
        for (name, shape) in self.reachable() {
            let map_in_request = shape.kind == Kind::Map && self.inputs.contains(name);
            ensure!(!map_in_request, "`{name}`: the decoder knows no maps");
        }
        self.check_unique_names()
    }

    fn check_unique_names(&self) -> Result<()> {
        let mut seen = BTreeSet::new();
        let shapes = self.structures().chain(self.enums()).map(|(name, _)| names::type_name(name));
        let operations = self.model.operations.iter().map(|(name, _)| name.to_owned());
        for name in shapes.chain(operations) {
            ensure!(seen.insert(name.clone()), "two Rust types would be called {name}");
        }
        Ok(())
    }
}

/// The shape of a list's elements.
pub(crate) fn element<'a>(name: &str, shape: &'a Shape) -> Result<&'a str> {
    let Some(element) = &shape.member else { bail!("list `{name}` has no element") };
    Ok(element)
}
