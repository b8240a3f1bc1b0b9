//! What is written to standard output: text for people, or JSON for programs.

use std::io::Write;

use comfy_table::{Table, presets};
use serde::Serialize;

/// How results are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// JSON or text.
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a program reads it.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Writes a result: as JSON, or as the text that `text` makes of it.
    pub(crate) fn show<T: Serialize>(self, result: &T, text: impl FnOnce(&T) -> String) {
        let written = if self.json {
            serde_json::to_string_pretty(result).unwrap_or_default()
        } else {
            text(result)
        };
        // Whoever reads may have enough and close the pipe: nothing is wrong then.
        let _ = writeln!(std::io::stdout().lock(), "{}", written.trim_end());
    }
}

/// Aligned columns under a header.
pub(crate) fn columns<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.set_header(header);
    aligned(table.add_rows(rows))
}

/// Names and values, one pair a line.
pub(crate) fn facts<'a>(facts: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut table = Table::new();
    let rows = facts.into_iter();
    aligned(table.add_rows(rows.map(|(name, value)| [format!("{name}:"), value])))
}

fn aligned(table: &mut Table) -> String {
    table.load_preset(presets::NOTHING);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aligns_columns_by_what_they_look_like() {
        let rows = [
            ["Zoë Müller".to_owned(), "standard".to_owned()],
            ["李".to_owned(), "full_access".to_owned()],
        ];
        let text = columns(["NAME", "ROLE"], rows);
        assert_eq!(
            text,
            "NAME        ROLE\nZoë Müller  standard\n李          full_access"
        );
    }

    #[test]
    fn aligns_facts() {
        let text = facts([
            ("Name", "Desk".to_owned()),
            ("E-mail", "d@h.test".to_owned()),
        ]);
        assert_eq!(text, "Name:    Desk\nE-mail:  d@h.test");
    }
}
