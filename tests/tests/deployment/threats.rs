//! What infra/docs/threat-model.md points at is there: every test and every file it names.

use std::fs;

use crate::template::path;

/// Cells of the rows that say of an attack: rule, where, shown by.
fn attacks(text: &str) -> Vec<[&str; 4]> {
    let rows = text.lines().filter(|line| line.starts_with("| "));
    let cells = rows.map(|row| row.trim_matches('|').split('|').map(str::trim));
    cells
        .map(|cells| cells.collect::<Vec<_>>().try_into().expect("four cells"))
        .filter(|[attack, ..]: &[&str; 4]| *attack != "attack" && !attack.starts_with("---"))
        .collect()
}

/// What stands in backquotes.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The source of a module of tests, `attacks/guesses`, or of all modules of a binary, `secrets`.
fn source(module: &str) -> Option<String> {
    let file = path(&format!("tests/tests/{module}.rs"));
    if let Ok(source) = fs::read_to_string(file) {
        return Some(source);
    }
    let files = fs::read_dir(path(&format!("tests/tests/{module}"))).ok()?;
    let sources = files.map(|file| fs::read_to_string(file.expect("a file").path()));
    Some(sources.map(|source| source.expect("a source")).collect())
}

#[test]
fn every_attack_is_shown_stopped_by_tests_that_are_there() {
    let text = fs::read_to_string(path("infra/docs/threat-model.md")).expect("the document");
    let attacks = attacks(&text);
    assert!(attacks.len() > 30, "{} attacks", attacks.len());
    for [attack, _, places, shown_by] in attacks {
        for file in names(places).filter(|name| name.ends_with(".rs")) {
            let file = path(&format!("shared/src/{file}"));
            assert!(file.exists(), "{attack}: {}", file.display());
        }
        let mut tests = String::new();
        for name in names(shown_by) {
            if let Some(found) = source(name) {
                assert!(found.contains("#[tokio::test"), "{attack}: {name}");
                tests = found;
                continue;
            }
            let begins = name.trim_end_matches('…');
            let found = tests.contains(&format!("async fn {begins}"));
            assert!(begins.contains('_') && found, "{attack}: no {name}");
        }
        assert!(!shown_by.is_empty(), "{attack}");
    }
}
