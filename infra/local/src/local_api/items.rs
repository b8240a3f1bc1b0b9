//! `/_local/items`: everything in the table, page by page.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dynoxide::actions::scan::{ScanRequest, ScanResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{BadRequest, Local, failed};
use crate::environment::TABLE_NAME;
use crate::reply;

/// Items on a page.
const PAGE: usize = 100;

type Key = std::collections::HashMap<String, dynoxide::AttributeValue>;

#[derive(Deserialize)]
pub(super) struct Cursor {
    #[serde(default)]
    cursor: String,
}

/// `GET`: the page after `cursor`.
pub(super) async fn page(
    State(local): State<Arc<Local>>,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, BadRequest> {
    let request = ScanRequest {
        table_name: TABLE_NAME.to_owned(),
        limit: Some(PAGE),
        exclusive_start_key: start(&cursor)?,
        ..ScanRequest::default()
    };
    let found = local
        .aws
        .database
        .run(move |engine| engine.scan(request))
        .await;
    Ok(found.map_or_else(failed, |found| reply::json(StatusCode::OK, &body(&found))))
}

fn body(found: &ScanResponse) -> Value {
    let mut body = json!({"items": found.items.as_deref().unwrap_or_default()});
    if let (Some(key), Some(members)) = (&found.last_evaluated_key, body.as_object_mut()) {
        members.insert(
            "next".to_owned(),
            URL_SAFE_NO_PAD.encode(json!(key).to_string()).into(),
        );
    }
    body
}

/// The key a cursor stands for; none for the first page.
fn start(cursor: &str) -> Result<Option<Key>, BadRequest> {
    if cursor.is_empty() {
        return Ok(None);
    }
    let key = URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|key| serde_json::from_slice(&key).ok());
    key.map(Some)
        .ok_or_else(|| BadRequest("cursor: not one of these pages".to_owned()))
}
