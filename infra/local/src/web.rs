//! The front end: static files, built in or from a directory.

use std::borrow::Cow;
use std::path::PathBuf;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use include_dir::{Dir, include_dir};

use crate::reply;
use crate::routes::decode;

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../web");

/// What pages of the front end may do: load their own files, talk to this origin, no more.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// Where the files come from.
#[derive(Clone, Debug)]
pub(crate) enum WebFiles {
    /// The binary itself.
    BuiltIn,
    /// A directory, read anew for every request.
    Directory(PathBuf),
}

impl WebFiles {
    /// The file at `path` of a URL: `index.html` for a directory, nothing outside of the root
    /// and nothing hidden.
    pub(crate) async fn file(&self, path: &str) -> Option<Response> {
        let path = decode(path);
        let relative = path.strip_prefix('/')?;
        let name = match relative {
            "" => "index.html".to_owned(),
            directory if directory.ends_with('/') => format!("{directory}index.html"),
            file => file.to_owned(),
        };
        let is_plain = |segment: &str| !segment.starts_with('.') && !segment.is_empty();
        if !name.split('/').all(is_plain) || name.contains(['\\', '\0', ':']) {
            return None;
        }
        let content = self.read(&name).await?;
        Some(response(&name, content))
    }

    async fn read(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        match self {
            Self::BuiltIn => Some(BUILT_IN.get_file(name)?.contents().into()),
            Self::Directory(root) => Some(tokio::fs::read(root.join(name)).await.ok()?.into()),
        }
    }
}

fn response(name: &str, content: Cow<'static, [u8]>) -> Response {
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let is_page = kind.essence_str() == "text/html";
    let kind = match kind.type_() {
        mime_guess::mime::TEXT => format!("{kind}; charset=utf-8"),
        _ => kind.to_string(),
    };
    let body = match content {
        Cow::Borrowed(bytes) => axum::body::Body::from(bytes),
        Cow::Owned(bytes) => axum::body::Body::from(bytes),
    };
    let mut response = reply::content(StatusCode::OK, "application/octet-stream", body);
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&kind) {
        headers.insert(CONTENT_TYPE, kind);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    protect(headers);
    if is_page {
        headers.insert(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(PAGE_POLICY),
        );
    }
    response
}

/// Adds what every file is sent with.
pub(crate) fn protect(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn content_type(files: &WebFiles, path: &str) -> Option<String> {
        let response = files.file(path).await?;
        Some(
            response.headers()[CONTENT_TYPE]
                .to_str()
                .unwrap()
                .to_owned(),
        )
    }

    #[tokio::test]
    async fn serves_a_directory_and_nothing_around_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("web");
        std::fs::create_dir_all(root.join("img")).unwrap();
        for (name, text) in [
            ("index.html", "<p>"),
            ("app.js", "1"),
            ("img/a.svg", "<svg>"),
            (".env", "x"),
        ] {
            std::fs::write(root.join(name), text).unwrap();
        }
        std::fs::write(folder.path().join("secret.txt"), "x").unwrap();
        let files = WebFiles::Directory(root);
        let kind = async |path| content_type(&files, path).await;
        assert_eq!(kind("/").await.as_deref(), Some("text/html; charset=utf-8"));
        assert_eq!(
            kind("/app.js").await.as_deref(),
            Some("text/javascript; charset=utf-8")
        );
        assert_eq!(kind("/img/a.svg").await.as_deref(), Some("image/svg+xml"));
        for path in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/img/..%2fapp.js",
            "/.env",
            "/img",
            "//app.js",
            "/none",
        ] {
            assert_eq!(kind(path).await, None, "{path}");
        }
    }

    #[tokio::test]
    async fn pages_are_locked_down() {
        let page = WebFiles::BuiltIn.file("/").await.unwrap();
        let headers = page.headers();
        assert_eq!(headers[CACHE_CONTROL], "no-cache");
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(
            headers[CONTENT_SECURITY_POLICY]
                .to_str()
                .unwrap()
                .starts_with("default-src 'none';")
        );
    }
}
