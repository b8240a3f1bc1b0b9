//! A phone in front of the screen: `zbarimg` reads the QR code, `oathtool` shows the codes.

use std::process::Command;

use twostep_tests::{Authenticator, Person, System};

use crate::browser::Browser;

/// Sets the person's app up with the QR code on the screen.
pub(crate) async fn scan(browser: &Browser, person: &mut Person) -> String {
    let code = browser.see("set-up-qr").await;
    let image = code.screenshot().await.expect("a screenshot");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("screen.png");
    std::fs::write(&file, image).expect("a file");
    let read = output(
        Command::new("zbarimg")
            .args(["--quiet", "--raw"])
            .arg(&file),
    );
    let uri = url::Url::parse(&read).expect("a URI");
    assert_eq!(
        (uri.scheme(), uri.host_str()),
        ("otpauth", Some("totp")),
        "{read}"
    );
    let mut pairs = uri.query_pairs();
    let secret = pairs
        .find(|(name, _)| name == "secret")
        .expect("a secret")
        .1;
    person.authenticator = Some(Authenticator::new(&secret));
    secret.into_owned()
}

/// What the app shows that was given `secret`.
pub(crate) async fn shown(system: &System, person: &mut Person, secret: &str) -> String {
    // The person's own app comes along, so that it never shows this code again.
    let app = person
        .authenticator
        .as_mut()
        .expect("an app that is set up");
    let code = app.fresh(system).await;
    let now = format!("@{}", app.shown_since());
    let other = output(Command::new("oathtool").args(["--totp", "-b", secret, "--now", &now]));
    assert_eq!(other, code, "two apps that were given the same secret");
    other
}

fn output(command: &mut Command) -> String {
    let output = command.output().expect("a program that runs");
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout)
        .expect("text")
        .trim()
        .to_owned()
}
