//! What handlers take from a request: the client, its credentials, its body, its path.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use http::header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, Method};
use lambda_http::request::RequestContext;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tracing::error;

use super::cookies;
use super::problem::{Code, Problem};
use crate::domain::activity::Origin;
use crate::domain::address::Network;
use crate::domain::device_label;
use crate::domain::method::MethodKind;
use crate::domain::token::UserToken;
use crate::flows::login::PresentedDevice;
use crate::runtime::App;
use crate::store::query::{Cursor, Paged};

/// Where the request comes from, as the gateway says. Headers are never asked.
#[derive(Debug)]
pub struct Client(pub Origin);

impl FromRequestParts<App> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let network = match parts.extensions.get::<RequestContext>() {
            Some(RequestContext::ApiGatewayV2(context)) => {
                context.http.source_ip.as_deref().and_then(Network::parse)
            }
            _ => None,
        };
        let Some(network) = network else {
            // Without an address nothing can be counted against it: fail closed.
            error!("the event has no source address");
            return Err(Problem::unavailable());
        };
        let agent = parts
            .headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok());
        Ok(Self(Origin {
            network,
            device: device_label::label(agent),
        }))
    }
}

/// The credentials a request carries.
#[derive(Debug)]
pub struct Credentials {
    bearer: Option<Option<UserToken>>,
    cookie: Option<UserToken>,
    /// Whether a cookie may authenticate this request.
    cookie_allowed: bool,
    devices: PresentedDevice,
}

impl Credentials {
    /// The session presented, for a use case that needs one or decides by it. `Authorization`
    /// goes before the cookie.
    ///
    /// # Errors
    /// `origin_not_allowed` if the cookie would authenticate a change that doesn't come from an
    /// allowed front end.
    pub fn session(&self) -> Result<Option<&UserToken>, Problem> {
        match (&self.bearer, &self.cookie) {
            (Some(bearer), _) => Ok(bearer.as_ref()),
            (None, Some(_)) if !self.cookie_allowed => Err(Code::OriginNotAllowed.into()),
            (None, cookie) => Ok(cookie.as_ref()),
        }
    }

    /// The session presented, if it may be used here; nothing is refused for it.
    #[must_use]
    pub fn session_if_allowed(&self) -> Option<&UserToken> {
        self.session().ok().flatten()
    }

    /// Every session presented, by `Authorization` and by cookie: whoever signs out wants neither
    /// to live on. No page can put `Authorization` on another site's request, so the cookie beside
    /// it needs no `Origin`.
    ///
    /// # Errors
    /// As [`session`](Self::session).
    pub fn sessions(&self) -> Result<Vec<&UserToken>, Problem> {
        let first = self.session()?;
        let cookie = self.cookie.as_ref().filter(|cookie| {
            let same = |token: &UserToken| {
                token.user_id == cookie.user_id && token.hash() == cookie.hash()
            };
            !first.is_some_and(same)
        });
        Ok(first.into_iter().chain(cookie).collect())
    }

    /// The session cookie of the browser, which a new sign-in replaces.
    #[must_use]
    pub fn browser_session(&self) -> Option<UserToken> {
        self.cookie.clone()
    }

    /// The device cookies of the browser.
    #[must_use]
    pub fn devices(self) -> PresentedDevice {
        self.devices
    }

    /// Looks at the device cookies of the browser.
    #[must_use]
    pub fn presented_devices(&self) -> &PresentedDevice {
        &self.devices
    }
}

impl FromRequestParts<App> for Credentials {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        // A foreign Origin never gets this far, so one that is there is an allowed one.
        let cookie_allowed = parts.method == Method::GET || parts.headers.contains_key(ORIGIN);
        Ok(Self {
            bearer: bearer(&parts.headers),
            cookie: cookies::session(&parts.headers),
            cookie_allowed,
            devices: cookies::devices(&parts.headers),
        })
    }
}

/// The bearer token; `Some(None)` if there is an `Authorization` that holds none of ours.
fn bearer(headers: &HeaderMap) -> Option<Option<UserToken>> {
    let value = headers.get(AUTHORIZATION)?;
    let token = value.to_str().ok().and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| UserToken::parse(token.trim()))?
    });
    Some(token)
}

/// A JSON body. How long it may be is checked before it gets here.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let json = is_json(request.headers());
        let bytes = Bytes::from_request(request, app)
            .await
            .map_err(|_| Problem::from(Code::BodyTooLarge))?;
        if !json {
            return Err(Code::UnsupportedMediaType.into());
        }
        super::json::parse(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let (essence, parameters) = value.split_once(';').unwrap_or((value, ""));
    let charset = parameters.trim().to_ascii_lowercase();
    essence.trim().eq_ignore_ascii_case("application/json")
        && matches!(charset.as_str(), "" | "charset=utf-8" | "charset=\"utf-8\"")
}

/// The method kind in a path.
#[derive(Clone, Copy, Debug)]
pub struct Kind(pub MethodKind);

impl FromRequestParts<App> for Kind {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Named {
            kind: String,
        }
        let path = Path::<Named>::from_request_parts(parts, app).await;
        path.ok()
            .and_then(|Path(named)| MethodKind::parse(&named.kind))
            .map(Self)
            .ok_or_else(|| Problem::field("kind", "must be authenticator, email or sms"))
    }
}

/// A user, device or address named in a path; what can't be a name is nobody's.
#[derive(Clone, Debug)]
pub struct Id(pub String);

impl FromRequestParts<App> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Named {
            #[serde(alias = "user_id")]
            id: String,
        }
        match Path::<Named>::from_request_parts(parts, app).await {
            Ok(Path(named)) => Ok(Self(named.id)),
            Err(_) => Err(Code::NotFound.into()),
        }
    }
}

/// The cursor in a query, as text.
#[derive(Clone, Debug)]
pub struct After(Option<String>);

impl After {
    /// The cursor into what is paged; `None` for the first page.
    ///
    /// # Errors
    /// `invalid_request` if it can't have come from a page before.
    pub fn cursor(&self, paged: Paged) -> Result<Option<Cursor>, Problem> {
        let refuse = || Problem::field("cursor", "must be the `next` of the page before");
        self.0
            .as_deref()
            .map(|text| Cursor::parse(text, paged).ok_or_else(refuse))
            .transpose()
    }
}

impl FromRequestParts<App> for After {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Asked {
            cursor: Option<String>,
        }
        let asked = Query::<Asked>::from_request_parts(parts, app)
            .await
            .map_err(|_| Problem::field("cursor", "must be given once"))?;
        Ok(Self(asked.0.cursor))
    }
}
