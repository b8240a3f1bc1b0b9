//! What a person does in a browser, and what they see. Elements go by their `data-testid`.

use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use twostep_tests::{Kind, Person, System};

use crate::driver::{self, Driver};

/// A page that takes longer than this for anything is broken.
const PATIENCE: Duration = Duration::from_secs(15);

/// Moves the time of countdowns, as `advance` tells it to.
const COUNTDOWN_CLOCK: &str = "window.later = 0; const now = performance.now.bind(performance); \
    performance.now = () => now() + window.later;";

/// A Chromium on the front end of a system.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) client: Client,
    pub(crate) system: System,
    _driver: Driver,
}

/// A system with demo users and a browser at its front end; none when these tests are skipped.
pub(crate) async fn start() -> Option<(System, Browser)> {
    if !driver::is_installed() {
        return None;
    }
    let system = System::start().await;
    let browser = open(&system, system.url()).await;
    Some((system, browser))
}

/// Another browser, at `url`.
pub(crate) async fn open(system: &System, url: &str) -> Browser {
    let (driver, client) = Driver::start().await;
    let browser = Browser {
        client,
        system: system.clone(),
        _driver: driver,
    };
    let script = json!({"source": COUNTDOWN_CLOCK});
    browser
        .cdp("Page.addScriptToEvaluateOnNewDocument", script)
        .await;
    browser.client.goto(url).await.expect("the front end");
    browser
}

impl Browser {
    /// Tries until it works.
    async fn retry<T>(&self, what: &str, mut act: impl AsyncFnMut() -> Result<T, String>) -> T {
        let start = Instant::now();
        loop {
            match act().await {
                Ok(done) => return done,
                Err(error) if start.elapsed() > PATIENCE => {
                    let text = self.script("return document.body.innerText").await;
                    panic!("{what}: {error}\n{}", text.as_str().unwrap_or_default());
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(25)).await,
            }
        }
    }

    async fn find(&self, test_id: &str) -> Result<Element, String> {
        let css = format!("[data-testid=\"{test_id}\"]");
        self.client.find(Locator::Css(&css)).await.map_err(said)
    }

    /// The element, once it is there.
    pub(crate) async fn see(&self, test_id: &str) -> Element {
        self.retry(test_id, async || self.find(test_id).await).await
    }

    /// Waits for screen `name`.
    pub(crate) async fn screen(&self, name: &str) {
        self.see(&format!("screen-{name}")).await;
    }

    /// Whether the element is there now.
    pub(crate) async fn has(&self, test_id: &str) -> bool {
        self.find(test_id).await.is_ok()
    }

    /// Waits until the element is not there.
    pub(crate) async fn gone(&self, test_id: &str) {
        let gone = async || match self.find(test_id).await {
            Ok(_) => Err("is still there".to_owned()),
            Err(_) => Ok(()),
        };
        self.retry(test_id, gone).await;
    }

    /// Clicks the element.
    pub(crate) async fn click(&self, test_id: &str) {
        let click = async || self.find(test_id).await?.click().await.map_err(said);
        self.retry(test_id, click).await;
    }

    /// Puts `text` into a field, in place of what it holds.
    pub(crate) async fn fill(&self, test_id: &str, text: &str) {
        let fill = async || {
            let field = self.find(test_id).await?;
            field.clear().await.map_err(said)?;
            field.send_keys(text).await.map_err(said)
        };
        self.retry(test_id, fill).await;
    }

    /// The text of the element.
    pub(crate) async fn text(&self, test_id: &str) -> String {
        let text = async || self.find(test_id).await?.text().await.map_err(said);
        self.retry(test_id, text).await
    }

    /// Waits until the element's text contains `part`; gives the text.
    pub(crate) async fn reads(&self, test_id: &str, part: &str) -> String {
        let read = async || {
            let text = self.find(test_id).await?.text().await.map_err(said)?;
            if text.contains(part) {
                Ok(text)
            } else {
                Err(format!("{text:?}, not {part:?}"))
            }
        };
        self.retry(test_id, read).await
    }

    /// Waits until the element's attribute has this value, or is not there.
    pub(crate) async fn attribute(&self, test_id: &str, name: &str, value: Option<&str>) {
        let read = async || {
            let found = self.find(test_id).await?.attr(name).await.map_err(said)?;
            if found.as_deref() == value {
                Ok(())
            } else {
                Err(format!("{name}: {found:?}"))
            }
        };
        self.retry(test_id, read).await;
    }

    /// Presses keys where the focus is.
    pub(crate) async fn press(&self, keys: &str) {
        let active = self.client.active_element().await.expect("the focus");
        active
            .send_keys(keys)
            .await
            .expect("a focus that takes keys");
    }

    /// The name of the element that has the focus.
    pub(crate) async fn focus(&self) -> String {
        let focus = self
            .script("return document.activeElement?.dataset.testid ?? ''")
            .await;
        focus.as_str().expect("a name").to_owned()
    }

    /// Presses Tab until the element has the focus, as someone without a mouse does.
    pub(crate) async fn tab_to(&self, test_id: &str) {
        for _ in 0..30 {
            if self.focus().await == test_id {
                return;
            }
            self.press("\u{e004}").await;
        }
        panic!("{test_id} can't be reached with Tab");
    }

    /// Runs a script in the page.
    pub(crate) async fn script(&self, script: &str) -> Value {
        self.client
            .execute(script, Vec::new())
            .await
            .expect("a script that runs")
    }

    /// Loads the page again.
    pub(crate) async fn reload(&self) {
        self.client.refresh().await.expect("the page");
    }

    /// Lets countdowns on the page see a later time. Their code runs every second.
    pub(crate) async fn let_countdowns_pass(&self, seconds: u32) {
        self.script(&format!("window.later += {}", seconds * 1000))
            .await;
    }

    /// The address that requests of this browser come from.
    pub(crate) async fn come_from(&self, address: &str) {
        self.cdp("Network.enable", json!({})).await;
        let headers = json!({"headers": {"X-Local-Source-Ip": address}});
        self.cdp("Network.setExtraHTTPHeaders", headers).await;
    }

    /// How the network is from now on: `offline`, or with so many milliseconds to every answer.
    pub(crate) async fn network(&self, offline: bool, latency: u32) {
        self.cdp("Network.enable", json!({})).await;
        let conditions = json!({
            "offline": offline, "latency": latency,
            "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.cdp("Network.emulateNetworkConditions", conditions)
            .await;
    }

    /// A command of the Chrome DevTools Protocol.
    pub(crate) async fn cdp(&self, command: &'static str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.own("goog/cdp/execute", body).await
    }

    async fn own(&self, path: &'static str, body: Value) -> Value {
        let answer = self.client.issue_cmd(Own { path, body }).await;
        answer.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Asserts that the page logged nothing but requests that were refused: no error of a
    /// script, and nothing that the Content-Security-Policy blocked.
    pub(crate) async fn done(&self) {
        let log = self.own("se/log", json!({"type": "browser"})).await;
        let lines = log.as_array().expect("a log").iter();
        let bad: Vec<_> = lines.filter(|line| line["source"] != "network").collect();
        assert!(bad.is_empty(), "{bad:#?}");
    }

    /// Enters e-mail address and password.
    pub(crate) async fn password(&self, person: &Person) {
        self.screen("sign-in").await;
        self.fill("sign-in-email", &person.email).await;
        self.fill("sign-in-password", &person.password).await;
        self.click("sign-in-submit").await;
    }

    /// Enters the code that was sent, or that the app shows, into form `form`.
    pub(crate) async fn code(&self, form: &str, person: &mut Person, kind: Kind) {
        if kind != Kind::Authenticator {
            self.reads(&format!("{form}-intro"), "We sent").await;
        }
        let code = person.code(&self.system, kind).await;
        self.fill(&format!("{form}-code"), &code).await;
        self.click(&format!("{form}-submit")).await;
    }

    /// Signs in with password and a code by the primary method.
    pub(crate) async fn sign_in(&self, person: &mut Person, kind: Kind, remember: bool) {
        self.password(person).await;
        self.screen("code").await;
        if remember {
            self.click("code-remember").await;
        }
        self.code("code", person, kind).await;
        self.screen("security").await;
    }

    /// Signs out.
    pub(crate) async fn sign_out(&self) {
        self.click("sign-out").await;
        self.reads("sign-in-notice", "You're signed out").await;
    }

    /// Passes the step-up that a change asks for.
    pub(crate) async fn step_up(&self, person: &mut Person, kind: Kind) {
        self.see("step-up").await;
        self.code("step-up", person, kind).await;
        self.gone("step-up").await;
    }
}

fn said(error: CmdError) -> String {
    error.to_string()
}

/// A command of ChromeDriver's own.
#[derive(Debug)]
struct Own {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
