//! The ways as a graph, in the forms that tools draw.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::json;
use stead_analysis::{AccessVerdict, Hop, Principal, Reached};

use super::print::condition;
use crate::arguments::GraphForm;
use crate::excerpt::{printable, printable_json};

/// Nodes by what they are, and edges between them.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: BTreeMap<String, usize>,
    names: Vec<(String, &'static str)>,
    edges: BTreeSet<Edge>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    from: usize,
    to: usize,
    action: String,
    conditions: Vec<String>,
    is_unknown: bool,
}

/// The graph of all hops, each once.
pub(super) fn of(ways: &[Reached]) -> Graph {
    let mut graph = Graph::default();
    for hop in ways.iter().flat_map(|way| &way.path) {
        graph.add(hop);
    }
    graph
}

impl Graph {
    fn add(&mut self, hop: &Hop) {
        let (from, to) = match &hop.from {
            // A session of any name is what a role gives: one node for both.
            Principal::Role { arn, session: None } => (self.node(arn, "role"), &hop.to),
            other => (self.node(&other.words(), kind(other)), &hop.to),
        };
        let to = self.node(to, if to.contains(":role/") { "role" } else { "resource" });
        self.edges.insert(Edge {
            from,
            to,
            action: hop.action.clone(),
            conditions: hop.conditions.iter().map(|one| condition(one, hop.verdict)).collect(),
            is_unknown: hop.verdict == AccessVerdict::Unknown,
        });
    }

    fn node(&mut self, name: &str, kind: &'static str) -> usize {
        if let Some(number) = self.nodes.get(name) {
            return *number;
        }
        let number = self.names.len();
        self.nodes.insert(name.to_owned(), number);
        self.names.push((name.to_owned(), kind));
        number
    }

    pub(super) fn written(&self, form: GraphForm) -> String {
        match form {
            GraphForm::Dot => self.dot(),
            GraphForm::Json => self.json(),
            GraphForm::Mermaid => self.mermaid(),
        }
    }

    /// Spec: graphviz.org/doc/info/lang.html: in a quoted text `"` is escaped by `\`, and a
    /// `\` begins an escape in labels.
    fn dot(&self) -> String {
        let mut out = "digraph access {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
        for (number, (name, kind)) in self.names.iter().enumerate() {
            let shape = if *kind == "role" { "" } else { ", style=rounded" };
            let _ = writeln!(out, "  n{number} [label=\"{}\"{shape}];", for_dot(name));
        }
        for edge in &self.edges {
            let style = if edge.is_unknown { ", style=dashed" } else { "" };
            let label = edge.label().iter().map(|line| for_dot(line)).collect::<Vec<_>>();
            let label = label.join("\\n");
            let _ = writeln!(out, "  n{} -> n{} [label=\"{label}\"{style}];", edge.from, edge.to);
        }
        out.push_str("}\n");
        out
    }

    /// Spec: mermaid.js.org/syntax/flowchart.html, "Special characters that break syntax":
    /// texts stand in quotes, and characters can be written as entity codes.
    fn mermaid(&self) -> String {
        let mut out = "flowchart LR\n".to_owned();
        for (number, (name, kind)) in self.names.iter().enumerate() {
            let text = for_mermaid(name);
            let _ = match *kind {
                "role" => writeln!(out, "  n{number}[\"{text}\"]"),
                _ => writeln!(out, "  n{number}([\"{text}\"])"),
            };
        }
        for edge in &self.edges {
            let arrow = if edge.is_unknown { "-.->" } else { "-->" };
            let label = edge.label().iter().map(|line| for_mermaid(line)).collect::<Vec<_>>();
            let label = label.join("<br/>");
            let _ = writeln!(out, "  n{} {arrow}|\"{label}\"| n{}", edge.from, edge.to);
        }
        out
    }

    fn json(&self) -> String {
        let name = |number: usize| self.names.get(number).map(|(name, _)| name.as_str());
        let nodes = self.names.iter().map(|(name, kind)| json!({"id": name, "kind": kind}));
        let edges = self.edges.iter().map(|edge| {
            json!({
                "from": name(edge.from), "to": name(edge.to), "action": edge.action,
                "conditions": edge.conditions,
                "verdict": if edge.is_unknown { "unknown" } else { "allowed" },
            })
        });
        let graph = json!({
            "version": 1,
            "nodes": nodes.collect::<Vec<_>>(),
            "edges": edges.collect::<Vec<_>>(),
        });
        printable_json(&format!("{graph:#}\n"))
    }
}

impl Edge {
    fn label(&self) -> Vec<String> {
        let mut lines = vec![self.action.clone()];
        lines.extend(self.conditions.iter().cloned());
        lines
    }
}

fn kind(principal: &Principal) -> &'static str {
    match principal {
        Principal::User { .. } => "user",
        Principal::Role { .. } => "session",
        Principal::RootUser { .. } => "root-user",
        Principal::WebIdentity { .. } => "web-identity",
        Principal::Saml { .. } => "saml",
        Principal::Service { .. } => "service",
        Principal::Account { .. } => "account",
        Principal::Outsider { .. } => "outsider",
        Principal::Everybody => "everybody",
    }
}

fn for_dot(text: &str) -> String {
    let mut out = String::new();
    for character in printable(text).chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            other => out.push(other),
        }
    }
    out
}

/// Everything but letters, digits and what ARNs have is written by its number.
fn for_mermaid(text: &str) -> String {
    let mut out = String::new();
    for character in printable(text).chars() {
        let is_plain = character.is_alphanumeric() || " :/.,=+@_-*\u{fffd}".contains(character);
        match character {
            plain if is_plain => out.push(plain),
            other => {
                let _ = write!(out, "#{};", u32::from(other));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(from: Principal, conditions: &[&str]) -> Reached {
        let conditions = conditions.iter().map(|key| stead_analysis::Condition {
            key: (*key).to_owned(),
            value: json!("say \"]\\"),
            tests: Vec::new(),
        });
        let hop = Hop {
            from: from.clone(),
            action: "sts:AssumeRole".to_owned(),
            to: "arn:aws:iam::111122223333:role/r".to_owned(),
            verdict: AccessVerdict::Allowed,
            conditions: conditions.collect(),
        };
        Reached { principal: from, verdict: AccessVerdict::Allowed, path: vec![hop] }
    }

    #[test]
    fn names_cannot_break_out_of_their_quotes() {
        let evil = Principal::Service { name: "a\"]; n9 -> n8 \\ \n<b>|x|`".to_owned() };
        let graph = of(&[hop(evil, &["k"])]);
        let dot = graph.written(GraphForm::Dot);
        assert!(dot.contains(r#"label="service a\"]; n9 -> n8 \\ "#), "{dot}");
        assert!(dot.contains(r#"k = \"say \\\"]\\\\\""#), "{dot}");
        assert_eq!(dot.lines().count(), 7, "{dot}");
        let mermaid = graph.written(GraphForm::Mermaid);
        assert_eq!(mermaid.lines().count(), 4, "{mermaid}");
        assert!(mermaid.contains("a#34;#93;#59; n9 -#62; n8 #92; "), "{mermaid}");
        assert!(!mermaid.contains("<b>") && !mermaid.contains("|x|"), "{mermaid}");
    }

    #[test]
    fn a_role_is_one_node_whether_it_calls_or_is_assumed() {
        let arn = "arn:aws:iam::111122223333:role/r".to_owned();
        let graph = of(&[hop(Principal::Role { arn, session: None }, &[])]);
        assert_eq!(graph.names.len(), 1);
    }
}
