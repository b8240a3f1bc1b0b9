//! `/_local/messages`: what was sent.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{BadRequest, Local};
use crate::inbox::Channel;
use crate::reply;
use crate::web::protect;

/// What the HTML of a message may do: show itself in the inbox page, with the styles and
/// pictures it brings along.
const MESSAGE_POLICY: &str =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    #[serde(default)]
    to: String,
    #[serde(default)]
    channel: ChannelFilter,
}

/// A channel, or any: nothing after `channel=` asks for none.
#[derive(Default, Deserialize)]
enum ChannelFilter {
    #[default]
    #[serde(rename = "")]
    Any,
    #[serde(rename = "sms")]
    Sms,
    #[serde(rename = "email")]
    Email,
}

impl ChannelFilter {
    const fn channel(self) -> Option<Channel> {
        match self {
            Self::Any => None,
            Self::Sms => Some(Channel::Sms),
            Self::Email => Some(Channel::Email),
        }
    }
}

/// `GET`: the messages so far; those whose cause has happened already are waited for.
pub(super) async fn list(
    State(local): State<Arc<Local>>,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<Response, BadRequest> {
    let Query(Filter { to, channel }) =
        filter.map_err(|rejection| BadRequest(rejection.body_text()))?;
    local.streams.settle().await;
    // An unescaped + of a phone number arrives as a space.
    let to = if to.starts_with(' ') {
        to.replacen(' ', "+", 1)
    } else {
        to
    };
    let to = (!to.is_empty()).then_some(to.as_str());
    let messages = local.aws.inbox.list(to, channel.channel());
    Ok(reply::json(StatusCode::OK, &json!({"messages": messages})))
}

/// `DELETE`: forgets them, also those on their way by now.
pub(super) async fn clear(State(local): State<Arc<Local>>) -> Response {
    local.streams.settle().await;
    local.aws.inbox.clear();
    reply::no_content()
}

/// `GET …/{id}/html`: the HTML of an e-mail as a page of its own.
pub(super) async fn html(State(local): State<Arc<Local>>, Path(id): Path<String>) -> Response {
    let Some(html) = local.aws.inbox.html(&id) else {
        return reply::not_found();
    };
    let mut response = reply::content(StatusCode::OK, "text/html; charset=utf-8", html);
    let headers = response.headers_mut();
    protect(headers);
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(MESSAGE_POLICY),
    );
    response
}
