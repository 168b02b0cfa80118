//! The wire crate: constraints, and a decoder or encoder per structure.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::codegen::service::{Member, Presence, Service, element};
use crate::codegen::{File, names, patterns};
use crate::facts::{Kind, Shape};

/// All files of the wire crate.
pub(crate) fn generate(services: &[Service<'_>]) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for service in services {
        let path = |kind: &str| format!("crates/query/src/generated/{}/{kind}.rs", service.name());
        files.push(File::rust(path("constraints"), &constraints(service)?));
        files.push(File::rust(path("decode"), &decoders(service)?));
        files.push(File::rust(path("encode"), &encoders(service)?));
    }
    Ok(files)
}

/// Structures of one direction: names with shapes, the bare requests or responses included.
fn structures<'a>(
    service: &'a Service<'_>,
    reached: &'a BTreeSet<String>,
) -> impl Iterator<Item = (&'a str, &'a Shape)> {
    service.structures().filter(|(name, _)| reached.contains(*name))
}

fn constraints(service: &Service<'_>) -> Result<String> {
    let mut texts = String::new();
    let mut numbers = String::new();
    for name in &service.inputs {
        let shape = service.model.shape(name)?;
        match shape.kind {
            Kind::String if shape.variants.is_empty() => {
                texts.push_str(&text_constraint(service, name, shape)?);
            }
            Kind::Integer => numbers.push_str(&format!(
                "pub(super) static {}: Number = Number {{ min: {:?}, max: {:?} }};\n\n",
                names::constant(name),
                shape.min,
                shape.max
            )),
            _ => {}
        }
    }
    let patterns = if texts.contains("Pattern {") { "Pattern" } else { "self" };
    Ok(format!(
        "use crate::cursor::{{Length, Number, Text}};\n\
         use crate::pattern::{{self, {patterns}}};\n\n{texts}{numbers}"
    ))
}

fn text_constraint(service: &Service<'_>, name: &str, shape: &Shape) -> Result<String> {
    let pattern = match &shape.pattern {
        Some(text) => format!(
            "Some(Pattern {{ text: {}, matches: {} }})",
            raw_literal(text),
            patterns::matcher(text)?
        ),
        None => String::from("None"),
    };
    let lists = service.overrides.not_null_elements.iter();
    let mut elements = lists.filter_map(|list| service.model.shapes.get(list)?.member.as_deref());
    let not_null_element = elements.any(|element| element == name);
    Ok(format!(
        "pub(super) static {}: Text = Text {{ length: {}, pattern: {pattern}, \
         sensitive: {}, secret: {}, not_null_element: {not_null_element} }};\n\n",
        names::constant(name),
        length(shape),
        shape.sensitive,
        service.is_secret(name, shape),
    ))
}

fn length(shape: &Shape) -> String {
    // A least length of nothing is no constraint, and AWS lists none.
    let min = shape.min.filter(|min| *min > 0);
    format!("Length {{ min: {min:?}, max: {:?} }}", shape.max)
}

fn raw_literal(text: &str) -> String {
    if text.contains('"') { format!("r#\"{text}\"#") } else { format!("r\"{text}\"") }
}

fn decoders(service: &Service<'_>) -> Result<String> {
    let mut bodies = String::new();
    for (name, shape) in structures(service, &service.inputs) {
        bodies.push_str(&decoder(service, name, shape)?);
    }
    for (name, operation) in service.model.operations.iter() {
        if operation.input.is_none() {
            let request = service.request_name(name, operation);
            bodies.push_str(&decoder(service, &request, &Shape::default())?);
        }
    }
    let secret = if bodies.contains("Secret::new") { "use stead_types::Secret;\n" } else { "" };
    let length = if bodies.contains("Length {") { ", Length" } else { "" };
    Ok(format!(
        "use stead_api::{}::*;\n{secret}\n\
         use crate::cursor::Presence::{{Optional, Required}};\n\
         use crate::cursor::{{Cursor, DecodeRequest{length}}};\n\n\
         use super::constraints::*;\n\n{bodies}",
        service.name()
    ))
}

fn decoder(service: &Service<'_>, name: &str, shape: &Shape) -> Result<String> {
    let members = service.members(name, shape)?;
    let cursor = if members.is_empty() { "_cursor" } else { "cursor" };
    let mut text = format!(
        "impl DecodeRequest for {} {{\n\
         fn decode({cursor}: &mut Cursor<'_>) -> Option<Self> {{\n",
        names::type_name(name)
    );
    // Read in the order in which AWS reports, built in the order of the model.
    let order: Vec<&str> = members.iter().map(|member| member.name).collect();
    for name in names::report_order(&order) {
        let Some(member) = members.iter().find(|member| member.name == name) else { continue };
        text.push_str(&format!("let {} = {};\n", member.field, reading(service, member)?));
    }
    text.push_str("Some(Self {");
    for member in &members {
        let value = match (member.presence, member.shape.kind) {
            (Presence::Always, _) => format!("{0}: {0}?", member.field),
            (Presence::EmptyList, _) => format!("{0}: {0}.unwrap_or_default()", member.field),
            (Presence::Optional, _) => member.field.clone(),
        };
        text.push_str(&format!("{value}, "));
    }
    text.push_str("})\n}\n}\n\n");
    Ok(text)
}

/// The expression that reads a member: an `Option` of its type.
fn reading(service: &Service<'_>, member: &Member<'_>) -> Result<String> {
    let wire = member.name;
    let presence = if member.required { "Required" } else { "Optional" };
    let constant = names::constant(member.shape_name);
    let shape = member.shape;
    Ok(match shape.kind {
        Kind::String if !shape.variants.is_empty() => {
            format!("cursor.closed(\"{wire}\", {presence})")
        }
        Kind::String => {
            let secret = service.is_secret(member.shape_name, shape);
            let wrap = if secret { ".map(Secret::new)" } else { "" };
            format!("cursor.text(\"{wire}\", {presence}, &{constant}){wrap}")
        }
        Kind::Integer => format!("cursor.integer(\"{wire}\", {presence}, &{constant})"),
        Kind::Boolean => format!("cursor.boolean(\"{wire}\", {presence})"),
        Kind::Timestamp => format!("cursor.moment(\"{wire}\", {presence})"),
        Kind::Structure => format!("cursor.structure(\"{wire}\", {presence})"),
        Kind::List => {
            let name = element(member.shape_name, shape)?;
            let inner = service.model.shape(name)?;
            let length = length(shape);
            match inner.kind {
                Kind::String if !inner.variants.is_empty() => {
                    format!("cursor.closed_list(\"{wire}\", {presence}, &{length})")
                }
                Kind::String => format!(
                    "cursor.texts(\"{wire}\", {presence}, &{length}, &{})",
                    names::constant(name)
                ),
                Kind::Structure => {
                    format!("cursor.structures(\"{wire}\", {presence}, &{length})")
                }
                other => bail!("`{wire}`: the decoder knows no lists of {other:?}"),
            }
        }
        Kind::Long | Kind::Blob | Kind::Map => {
            bail!("`{wire}`: the decoder knows no {:?}", shape.kind)
        }
    })
}

fn encoders(service: &Service<'_>) -> Result<String> {
    let mut bodies = String::new();
    for (name, shape) in structures(service, &service.outputs) {
        bodies.push_str(&encoder(service, name, shape)?);
    }
    for (name, operation) in service.model.operations.iter() {
        if operation.output.is_none() {
            bodies.push_str(&format!(
                "impl ToValue for {} {{\n\
                 const HAS_RESULT: bool = false;\n\n\
                 fn to_value(&self) -> Value<'_> {{ Members::with_capacity(0).finish() }}\n}}\n\n",
                service.response_name(name, operation)
            ));
        }
    }
    let enums: Vec<String> = service
        .enums()
        .filter(|(name, _)| service.outputs.contains(*name))
        .map(|(name, _)| format!("    {},\n", names::type_name(name)))
        .collect();
    let mut closed = String::new();
    let mut import = "";
    if !enums.is_empty() {
        closed = format!("closed_set_values! {{\n{}}}\n\n", enums.concat());
        import = ", closed_set_values";
    }
    Ok(format!(
        "use stead_api::{}::*;\n\n\
         use crate::value::{{Members, ToValue, Value{import}}};\n\n{closed}{bodies}",
        service.name()
    ))
}

fn encoder(service: &Service<'_>, name: &str, shape: &Shape) -> Result<String> {
    let members = service.members(name, shape)?;
    let mut order: Vec<&str> = members.iter().map(|member| member.name).collect();
    if service.overrides.response_in_report_order {
        order = names::report_order(&order);
    }
    let binding = if members.is_empty() { "members" } else { "mut members" };
    let mut text = format!(
        "impl ToValue for {} {{\n\
         fn to_value(&self) -> Value<'_> {{\n\
         let {binding} = Members::with_capacity({});\n",
        names::type_name(name),
        members.len()
    );
    for name in order {
        let Some(member) = members.iter().find(|member| member.name == name) else { continue };
        text.push_str(&writing(service, member));
    }
    text.push_str("members.finish()\n}\n}\n\n");
    Ok(text)
}

fn writing(service: &Service<'_>, member: &Member<'_>) -> String {
    let wire = member.name;
    let field = &member.field;
    let encoded = service.overrides.percent_encoded.iter().any(|name| name == member.shape_name);
    match (encoded, member.presence) {
        (true, Presence::Optional) => {
            format!("members.encoded(\"{wire}\", self.{field}.as_ref());\n")
        }
        (true, _) => format!("members.encoded(\"{wire}\", Some(&self.{field}));\n"),
        (false, Presence::Always) => format!("members.always(\"{wire}\", &self.{field});\n"),
        (false, Presence::Optional) => {
            format!("members.optional(\"{wire}\", self.{field}.as_ref());\n")
        }
        // A list that requests share is written when it holds something.
        (false, Presence::EmptyList) => format!(
            "members.optional(\"{wire}\", Some(&self.{field}).filter(|it| !it.is_empty()));\n"
        ),
    }
}
