//! Many users at once, put where the local stack keeps its data.
//!
//! A million users over the wire would take an hour. What is put here is what the wire would have
//! left: copies of a user's items with ids of their own, in the embedded database's own file.

use std::path::Path;

use rusqlite::{Connection, params};

/// The user that the others are copies of.
pub(crate) const MODEL: &str = "model@bench.test";

/// Adds `users` users to the practice of [`MODEL`] in a stack's data directory. No stack may run on
/// it.
pub(crate) fn add(folder: &Path, users: u32) {
    let database = Connection::open(folder.join("dynamodb.sqlite")).expect("the database");
    let model: String = database
        .query_row(
            "SELECT pk FROM twostep WHERE sk = 'S:PROFILE' AND item_json LIKE ?1",
            [format!("%{MODEL}%")],
            |row| row.get(0),
        )
        .expect("the model user");
    let model = model.strip_prefix("S:USER#").expect("a user");
    // 24 digits of base 32, as ids have, of which the first eight spread them over the keys.
    let copies = database.execute(
        "WITH RECURSIVE
                model AS MATERIALIZED (SELECT * FROM twostep
                    WHERE pk = 'S:USER#' || ?2 OR sk = 'S:USER#' || ?2),
                n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1),
                hex(i, id) AS (SELECT i, printf('%08x%08x%08x',
                    (i * 2654435761) % 4294967296, i, (i * 40503) % 4294967296) FROM n),
                ids(i, id) AS (SELECT i, replace(replace(replace(replace(
                    id, '0', 'g'), '1', 'h'), '8', 'i'), '9', 'j') FROM hex)
             INSERT INTO twostep (pk, sk, item_json, item_size, cached_at, hash_prefix)
             SELECT replace(pk, ?2, id), replace(sk, ?2, id),
                    replace(replace(item_json, ?2, id), ?3, 'user' || i || '@bench.test'),
                    item_size, cached_at, hash_prefix
             FROM ids JOIN model WHERE ?1 > 0",
        params![users, model, MODEL],
    );
    let copies = copies.expect("to copy the model");
    assert!(users == 0 || copies >= 2 * users as usize, "{copies} items");
}
