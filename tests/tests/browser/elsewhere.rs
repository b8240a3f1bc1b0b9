//! The front end on a static host of its own, as `infra/docs/front-end.md` deploys it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use twostep_local::Options;
use twostep_tests::{HOUR, Kind, Person, System};

use crate::browser::open;
use crate::driver;

const NURSE: &str = "nurse@harbour.test";
const GUIDE: &str = include_str!("../../../infra/docs/front-end.md");

#[tokio::test]
async fn another_origin_is_set_in_one_place() {
    if !driver::is_installed() {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let options = Options {
        allow_origins: vec![origin.clone()],
        ..Options::default()
    };
    let system = System::start_with(options).await;
    let api = system.url().to_owned();
    std::thread::spawn(move || serve(&listener, &api));

    let browser = open(&system, &origin).await;
    let (_, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    browser.sign_in(&mut dana, Kind::Sms, true).await;
    browser.reload().await;
    browser.screen("security").await;
    browser.sign_out().await;
    browser.password(&dana).await;
    browser
        .reads("toast-text", "this browser is remembered for you")
        .await;
    browser.sign_out().await;

    // How long to wait is in a header, which only an exposed one tells.
    let mut stranger = system.browser();
    for _ in 0..12 {
        stranger.login_with(NURSE, "a wrong password").await;
        system.advance(HOUR / 4).await;
    }
    stranger.login_with(NURSE, "a wrong password").await;
    browser.password(&Person::new(NURSE)).await;
    browser
        .reads("sign-in-password-error", "Try again in")
        .await;
    browser.reads("sign-in-password-error", "minute").await;
    let url = browser.client.current_url().await.expect("an address");
    assert!(url.as_str().starts_with(&origin), "{url}");
    browser.done().await;
}

/// Serves `infra/web` with the headers of the guide, and `API_ORIGIN` set to `api`.
fn serve(listener: &TcpListener, api: &str) {
    for stream in listener.incoming() {
        let Ok(stream) = stream else { return };
        let api = api.to_owned();
        std::thread::spawn(move || answer(stream, &api));
    }
}

fn answer(mut stream: TcpStream, api: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let path = first
        .split(' ')
        .nth(1)
        .unwrap_or_default()
        .trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/web");
    let Ok(mut body) = std::fs::read_to_string(web.join(path)) else {
        return write!(
            stream,
            "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n"
        );
    };
    if path == "config.js" {
        let set = body.replace("API_ORIGIN = \"\"", &format!("API_ORIGIN = \"{api}\""));
        assert_ne!(set, body, "the one setting");
        body = set;
    }
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        _ => "text/javascript",
    };
    let headers = headers().replace("https://api.example.com", api);
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{headers}\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The headers that the guide tells to send with every file.
fn headers() -> String {
    let (_, rest) = GUIDE.split_once("```http\n").expect("the guide's headers");
    let (headers, _) = rest.split_once("```").expect("their end");
    assert!(headers.starts_with("Content-Security-Policy: default-src 'none'"));
    headers.replace('\n', "\r\n")
}
