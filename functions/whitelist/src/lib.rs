//! The `whitelist` function: when a code is asked for, known addresses, remembered devices.

#[cfg(feature = "openapi")]
pub mod openapi;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use axum::{Json as Answer, Router};
use http::StatusCode;
use http::header::SET_COOKIE;
use serde::{Deserialize, Serialize};
use twostep::clock::Timestamp;
use twostep::domain::activity::Origin;
use twostep::domain::device::{Device, Presented};
use twostep::domain::user::{User, WhitelistMode};
use twostep::flows::login::PresentedDevice;
use twostep::flows::{devices, whitelist};
use twostep::http::cookies;
use twostep::http::json::Word;
use twostep::http::problem::Problem;
use twostep::http::request::{Client, Credentials, Id, Json};
use twostep::runtime::App;

/// The routes of this function.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .route("/whitelist", get(read).put(set_mode))
        .route("/whitelist/addresses/{id}", delete(forget_address))
        .route("/devices", get(list_devices).delete(forget_all_devices))
        .route("/devices/{id}", delete(forget_device));
    twostep::http::serve(app, routes)
}

/// When the user wants to be asked for a code.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = WhitelistSetting))]
#[serde(deny_unknown_fields)]
struct ModeBody {
    /// The mode to set.
    #[cfg_attr(feature = "openapi", schema(value_type = WhitelistMode))]
    mode: Word<WhitelistMode>,
}

/// When the user is asked for a code, and the addresses known to be theirs.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Whitelist))]
struct WhitelistView {
    /// The mode.
    mode: WhitelistMode,
    /// Where this request comes from: an IPv4 address, or the /64 of an IPv6 address.
    current_address: String,
    /// The known addresses.
    addresses: Vec<AddressView>,
}

/// An address that the user passed a full two-factor sign-in from.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = KnownAddress))]
struct AddressView {
    /// Identifier.
    id: String,
    /// An IPv4 address, or the /64 of an IPv6 address.
    address: String,
    /// When the last such sign-in was.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    verified_at: String,
    /// When it is forgotten unless there is another.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    expires_at: String,
}

impl WhitelistView {
    fn new(user: &User, origin: &Origin, now: Timestamp) -> Self {
        let addresses = user.addresses.known(now).map(|known| AddressView {
            id: known.id.clone(),
            address: known.network.to_string(),
            verified_at: known.verified_at.rfc3339(),
            expires_at: known.expires_at().rfc3339(),
        });
        Self {
            mode: user.whitelist,
            current_address: origin.network.to_string(),
            addresses: addresses.collect(),
        }
    }
}

async fn read(
    State(app): State<App>,
    Client(origin): Client,
    credentials: Credentials,
) -> Result<Answer<WhitelistView>, Problem> {
    let user = whitelist::read(&app, credentials.session()?).await?;
    Ok(Answer(WhitelistView::new(&user, &origin, app.clock.now())))
}

async fn set_mode(
    State(app): State<App>,
    Client(origin): Client,
    credentials: Credentials,
    Json(body): Json<ModeBody>,
) -> Result<Answer<WhitelistView>, Problem> {
    let user = whitelist::set_mode(&app, credentials.session()?, body.mode.0, &origin).await?;
    Ok(Answer(WhitelistView::new(&user, &origin, app.clock.now())))
}

async fn forget_address(
    State(app): State<App>,
    Client(origin): Client,
    credentials: Credentials,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    whitelist::forget_address(&app, credentials.session()?, &id, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The devices a user is remembered on.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Devices))]
struct DevicesView {
    /// The devices.
    devices: Vec<DeviceView>,
}

/// A device on which the user isn't asked for a code.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Device))]
struct DeviceView {
    /// Identifier.
    id: String,
    /// What people would call it: "Chrome on Windows".
    label: String,
    /// When the user chose to be remembered.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    created_at: String,
    /// When it last took the place of a code.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    last_used_at: String,
    /// When the user is asked again, however often it is used.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    expires_at: String,
    /// Whether this request comes from it.
    current: bool,
}

/// Id of the remembered device that the request comes from.
fn current_device(user: &User, presented: &PresentedDevice, now: Timestamp) -> Option<String> {
    match user.devices.judge(presented.for_user(user)?, now) {
        Presented::Current(device) | Presented::Superseded(device) => Some(device.id.clone()),
        Presented::Unknown | Presented::Misused(_) => None,
    }
}

async fn list_devices(
    State(app): State<App>,
    credentials: Credentials,
) -> Result<Answer<DevicesView>, Problem> {
    let user = devices::read(&app, credentials.session()?).await?;
    let now = app.clock.now();
    let current = current_device(&user, credentials.presented_devices(), now);
    let view = |device: &Device| DeviceView {
        id: device.id.clone(),
        label: device.label.clone(),
        created_at: device.created_at.rfc3339(),
        last_used_at: device.last_used_at.rfc3339(),
        expires_at: device.expires_at().rfc3339(),
        current: current.as_ref() == Some(&device.id),
    };
    Ok(Answer(DevicesView {
        devices: user.devices.remembered(now).map(view).collect(),
    }))
}

async fn forget_device(
    State(app): State<App>,
    client: Client,
    credentials: Credentials,
    Id(id): Id,
) -> Result<Response, Problem> {
    forget(&app, client, &credentials, Some(&id)).await
}

async fn forget_all_devices(
    State(app): State<App>,
    client: Client,
    credentials: Credentials,
) -> Result<Response, Problem> {
    forget(&app, client, &credentials, None).await
}

/// Forgets devices; the browser that is forgotten drops its cookie.
async fn forget(
    app: &App,
    Client(origin): Client,
    credentials: &Credentials,
    id: Option<&str>,
) -> Result<Response, Problem> {
    let (user, forgotten) = devices::forget(app, credentials.session()?, id, &origin).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let presented = credentials.presented_devices().for_user(&user);
    let series = presented.map(|token| token.series_hash());
    if forgotten
        .iter()
        .any(|device| Some(&device.series) == series.as_ref())
        && let Some(cookie) = cookies::clear_device(&user.device_slot)
    {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}
