//! Who can become whom, drawn as SVG: administrators on the right, and whoever gets there
//! farther left the more steps it takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use stead_analysis::AuditStep;

use super::super::Report;
use super::escape::escaped;

/// Nodes that are drawn: nobody can look at more.
const NODES_MAX: usize = 150;

/// Characters of a name that are drawn; all of it is in the title.
const SHOWN_MAX: usize = 34;

const WIDTH: usize = 270;
const HEIGHT: usize = 28;
const COLUMN: usize = 470;
const ROW: usize = 46;

/// What stands for having everything.
const EVERYTHING: &str = "everything";

/// Nodes with how many steps they are from administrators, and edges by their methods.
#[derive(Default)]
struct Graph {
    steps: BTreeMap<String, usize>,
    edges: BTreeMap<(String, String), BTreeSet<String>>,
    left_out: usize,
}

/// The picture; empty where nobody can become anybody.
pub(super) fn svg(report: &Report) -> String {
    let mut graph = Graph::default();
    for shown in &report.shown {
        graph.add(&shown.finding.path);
    }
    if graph.edges.is_empty() { String::new() } else { graph.drawn() }
}

impl Graph {
    fn add(&mut self, path: &[AuditStep]) {
        let mut new = BTreeSet::new();
        let named: Vec<(String, String, &AuditStep)> = path.iter().map(ends).collect();
        for (from, to, _) in &named {
            new.extend([from, to].into_iter().filter(|name| !self.steps.contains_key(*name)));
        }
        if self.steps.len() + new.len() > NODES_MAX {
            self.left_out += 1;
            return;
        }
        for (at, (from, to, step)) in named.iter().enumerate() {
            let left = named.len() - at;
            for (name, steps) in [(from, left), (to, left - 1)] {
                let known = self.steps.entry(name.clone()).or_insert(steps);
                *known = (*known).max(steps);
            }
            let methods = self.edges.entry((from.clone(), to.clone())).or_default();
            methods.insert(step.method.clone());
        }
    }

    fn drawn(&self) -> String {
        let last = self.steps.values().copied().max().unwrap_or(0);
        let mut columns: BTreeMap<usize, Vec<&String>> = BTreeMap::new();
        for (name, steps) in &self.steps {
            columns.entry(last - steps).or_default().push(name);
        }
        let rows = columns.values().map(Vec::len).max().unwrap_or(0);
        let mut places: BTreeMap<&String, (usize, usize)> = BTreeMap::new();
        for (column, names) in &columns {
            for (row, name) in names.iter().enumerate() {
                places.insert(name, (column * COLUMN + 4, row * ROW + 4));
            }
        }
        let (width, height) = (last * COLUMN + WIDTH + 8, rows * ROW);
        let mut out = format!(
            "<div class=\"graph\"><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" \
             height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
             <title>Who can become an administrator</title>\n"
        );
        for ((from, to), methods) in &self.edges {
            if let (Some(from), Some(to)) = (places.get(from), places.get(to)) {
                edge(&mut out, *from, *to, methods);
            }
        }
        for (name, (x, y)) in &places {
            node(&mut out, name, *x, *y);
        }
        out.push_str("</svg></div>\n");
        if self.left_out > 0 {
            let _ = writeln!(
                out,
                "<p>{} more ways are listed below, and not drawn.</p>",
                self.left_out
            );
        }
        out
    }
}

fn ends(step: &AuditStep) -> (String, String, &AuditStep) {
    let to = step.becomes.as_ref().map_or_else(|| EVERYTHING.to_owned(), |it| it.words());
    (step.from.words(), to, step)
}

fn node(out: &mut String, name: &str, x: usize, y: usize) {
    let (title, shown) = (escaped(name), escaped(&short(name)));
    let kind = if name == EVERYTHING { "all" } else { "one" };
    let (text_x, text_y) = (x + 8, y + 19);
    let _ = writeln!(
        out,
        "<g class=\"{kind}\"><title>{title}</title><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" \
         height=\"{HEIGHT}\" rx=\"4\"/><text x=\"{text_x}\" y=\"{text_y}\">{shown}</text></g>"
    );
}

fn edge(
    out: &mut String,
    (from_x, from_y): (usize, usize),
    (to_x, to_y): (usize, usize),
    methods: &BTreeSet<String>,
) {
    let (x1, y1, y2) = (from_x + WIDTH, from_y + HEIGHT / 2, to_y + HEIGHT / 2);
    let middle = (x1 + to_x) / 2;
    let methods: Vec<&str> = methods.iter().map(String::as_str).collect();
    let all = methods.join(", ");
    let (title, shown) = (escaped(&all), escaped(&cut(&all)));
    let (label_x, label_y) = (x1 + 6, y1.saturating_sub(4));
    let _ = writeln!(
        out,
        "<g class=\"edge\"><title>{title}</title><path d=\"M{x1} {y1} C{middle} {y1} {middle} \
         {y2} {to_x} {y2}\"/><text x=\"{label_x}\" y=\"{label_y}\">{shown}</text></g>"
    );
}

/// The name without what all ARNs have.
fn short(name: &str) -> String {
    let start = name.find("arn:aws:iam::").map_or(0, |at| at + "arn:aws:iam::".len());
    cut(name.get(start..).unwrap_or(name))
}

fn cut(text: &str) -> String {
    let mut characters = text.chars();
    let shown: String = characters.by_ref().take(SHOWN_MAX).collect();
    if characters.next().is_some() { format!("{shown}…") } else { shown }
}
