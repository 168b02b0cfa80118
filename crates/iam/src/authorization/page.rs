//! The page `docs/authorization.md`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::differences::{ABSENT, FURTHER, NEVER_ACTED_ON, UNLISTED};
use super::resource::Tags;
use super::{Line, lines};

const HEAD: &str = "\
# What the operations of IAM are asked for

Generated from the table in `crates/iam/src/authorization`, from which every decision about these operations is made; a test compares the two, and holds the table against the [service authorization reference](https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html).

Each operation asks for the action of its own name, such as `iam:GetUser`, about the resource in its row. Names such as `UserName` are members of its request. What exists is asked about by its ARN, with its path; what does not by the ARN it would have with the path `/`, so that a refusal tells neither. All that is asked must be allowed.

A condition key is in the request where what it comes from is there. Those of every request, such as `aws:PrincipalArn`, are on a [page of their own](condition-keys.md).

| operation | resource | condition keys | asked as well |
|---|---|---|---|
";

/// The page, rendered from the table.
#[must_use]
pub fn reference_page() -> String {
    let lines = lines();
    let mut page = String::from(HEAD);
    // Writing to a string cannot fail.
    for line in &lines {
        let (resource, keys, also) = (resource(line), keys(line), also(line));
        let _ = writeln!(page, "| {} | {resource} | {keys} | {also} |", line.operation);
    }
    page.push_str("\n## Resources\n\n| type | ARN |\n|---|---|\n");
    let types: BTreeSet<_> = lines.iter().flat_map(|line| &line.resource.types).collect();
    let known = stead_catalogue::service("iam").map(|iam| iam.types.as_slice()).unwrap_or_default();
    for kind in known.iter().filter(|kind| types.contains(&kind.name)) {
        let arns: Vec<_> = kind.arns().map(|arn| format!("`arn:aws:{arn}`")).collect();
        let _ = writeln!(page, "| `{}` | {} |", kind.name, arns.join(", "));
    }
    differences(&mut page);
    page
}

fn resource(line: &Line) -> String {
    let named = with_wire_names(&line.resource.named);
    match line.resource.types.as_slice() {
        [] => named,
        types => format!("{}: {named}", quoted(types)),
    }
}

fn keys(line: &Line) -> String {
    let tags = match line.resource.tags {
        Tags::OfResource => Some(String::from("`aws:ResourceTag/*`, `iam:ResourceTag/*`")),
        Tags::None => None,
    };
    let own = line
        .keys
        .iter()
        .map(|key| format!("{} ({})", quoted(&key.names), with_wire_names(&key.from)));
    tags.into_iter().chain(own).collect::<Vec<_>>().join(", ")
}

fn also(line: &Line) -> String {
    let also = line.also.iter().map(|also| {
        let about = with_wire_names(&also.about);
        format!("`{}` {about}: {}", also.action, quoted(also.keys))
    });
    also.collect::<Vec<_>>().join(", ")
}

fn differences(page: &mut String) {
    page.push_str(
        "\n## Where the reference says something else\n\n\
         | the reference lists | of | here |\n|---|---|---|\n",
    );
    for absent in ABSENT {
        let operations = absent.operations.join(", ");
        let _ = writeln!(page, "| `{}` | {operations} | {} |", absent.key, absent.reason);
    }
    for never in NEVER_ACTED_ON {
        let _ = writeln!(page, "| `{}` | {} | {} |", never.kind, never.operation, never.reason);
    }
    for (operation, reason) in UNLISTED {
        let _ = writeln!(page, "| nothing | {operation} | {reason} |");
    }
    page.push_str("\n| further, there is | of | why |\n|---|---|---|\n");
    for further in FURTHER {
        let types = quoted(further.types);
        let _ = writeln!(page, "| `{}` | {types} | {} |", further.key, further.reason);
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The text with each `{field_name}` as the member is called on the wire.
fn with_wire_names(text: &str) -> String {
    let mut parts = text.split('{');
    let mut page = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (field, rest) = part.split_once('}').unwrap_or((part, ""));
        page.push_str(&wire_name(field));
        page.push_str(rest);
    }
    page
}

/// `UserName` for `user_name`.
pub(super) fn wire_name(field: &str) -> String {
    let field = field.replace("open_id", "openID");
    let words = field.split('_').map(|word| match word {
        "aws" | "saml" | "mfa" => word.to_ascii_uppercase(),
        word => {
            let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
            first.to_ascii_uppercase() + rest
        }
    });
    words.collect()
}
