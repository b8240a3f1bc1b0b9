//! Tables for people, and the documents they go into.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A Markdown table.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = format!(
        "| {} |\n|{}\n",
        head.join(" | "),
        " --- |".repeat(head.len())
    );
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

/// Puts `text` between the two comments `<!-- {name} -->` and `<!-- end of {name} -->` of a
/// document.
pub(crate) fn between(document: &str, name: &str, text: &str) -> Option<String> {
    let (open, close) = (
        format!("<!-- {name} -->"),
        format!("<!-- end of {name} -->"),
    );
    let (before, rest) = document.split_once(&open)?;
    let (_, after) = rest.split_once(&close)?;
    Some(format!(
        "{before}{open}\n\n{}\n\n{close}{after}",
        text.trim()
    ))
}

/// Writes `text` into part `part` of `infra/docs/{document}`, and `figures` beside the code that
/// made them.
pub(crate) fn publish(document: &str, part: &str, text: &str, figures: &impl Serialize) {
    write(document, part, text);
    keep(part, figures);
}

/// Writes `text` into part `part` of `infra/docs/{document}`.
pub(crate) fn write(document: &str, part: &str, text: &str) {
    let path = path(&format!("infra/docs/{document}"));
    let old = file(&format!("infra/docs/{document}"));
    let new = between(&old, part, text).unwrap_or_else(|| panic!("{document} has no {part}"));
    std::fs::write(path, new).expect("to write the document");
}

/// Writes `figures` beside the code that made them.
pub(crate) fn keep(part: &str, figures: &impl Serialize) {
    let json = serde_json::to_string_pretty(figures).expect("JSON");
    std::fs::write(json_of(part), json + "\n").expect("to write the figures");
}

/// The figures that were kept as `part`.
pub(crate) fn measured<T: DeserializeOwned>(part: &str) -> T {
    let path = json_of(part);
    let json = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json_of(part: &str) -> PathBuf {
    path(&format!("infra/bench/measured/{part}.json"))
}

/// A file of the project.
pub(crate) fn path(relative: &str) -> PathBuf {
    root().join(relative)
}

/// The text of a file of the project.
pub(crate) fn file(relative: &str) -> String {
    std::fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// What the figures were made on: processor, cores and date.
pub(crate) fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown processor", |model| {
        model.trim_matches([' ', '\t', ':'])
    });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores")
}

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.expect("infra/bench is two below the root").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_what_is_between_the_comments() {
        let old = "a\n<!-- x -->\nold\n<!-- end of x -->\nb";
        let new = between(old, "x", "new\n").unwrap();
        assert_eq!(new, "a\n<!-- x -->\n\nnew\n\n<!-- end of x -->\nb");
        assert_eq!(between(&new, "x", "new").unwrap(), new);
        assert_eq!(between(old, "y", "new"), None);
    }
}
