//! `/_local/users`: people, made and changed as the operator's tool would.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use twostep::flows::admin::AdminError;

use super::{BadRequest, Local, read};
use crate::reply;
use crate::seed::{NewUser, UserChange};

/// `POST`: makes a user.
pub(super) async fn create(
    State(local): State<Arc<Local>>,
    body: Bytes,
) -> Result<Response, BadRequest> {
    let user: NewUser = read(&body)?;
    Ok(match local.operator.create_user(user).await {
        Ok(created) => reply::json(StatusCode::CREATED, &created),
        Err(error) => refuse(&error),
    })
}

/// `PUT`: changes one.
pub(super) async fn change(
    State(local): State<Arc<Local>>,
    Path(user_id): Path<String>,
    body: Bytes,
) -> Result<Response, BadRequest> {
    let change: UserChange = read(&body)?;
    Ok(match local.operator.change_user(&user_id, change).await {
        Ok(()) => reply::no_content(),
        Err(error) => refuse(&error),
    })
}

fn refuse(error: &AdminError) -> Response {
    let status = match error {
        AdminError::EmailInUse | AdminError::Conflict => StatusCode::CONFLICT,
        AdminError::NoSuchUser | AdminError::NoSuchPractice => StatusCode::NOT_FOUND,
        AdminError::Invalid(_) => StatusCode::BAD_REQUEST,
        AdminError::Store(_) | AdminError::Keys(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    reply::message(status, &error.to_string())
}
