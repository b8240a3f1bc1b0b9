//! Other people's programs agree: a scanner reads the QR code, an app computes the codes.
//!
//! Left out where they are not installed, but not in CI.

use std::io::Write as _;
use std::process::{Command, Stdio};

use twostep_tests::{Kind, Person, System, text_of};

/// Runs `program` with `arguments`; `None` if it isn't installed, which CI doesn't accept.
fn run(program: &str, arguments: &[&str], input: &[u8]) -> Option<String> {
    let spawned = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) => {
            let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!in_ci, "{program} is needed in CI: {error}");
            eprintln!("left out: {program} is not installed");
            return None;
        }
    };
    let mut stdin = child.stdin.take().expect("an input");
    stdin.write_all(input).expect("to be read");
    drop(stdin);
    let output = child.wait_with_output().expect("an end");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {error}");
    let text = String::from_utf8(output.stdout).expect("text");
    Some(text.trim_end().to_owned())
}

async fn set_up(system: &System) -> (Person, twostep_tests::Client, String, serde_json::Value) {
    let dana = Person::new("desk@harbour.test");
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.enrollment_required();
    let answer = browser
        .start_first_enrollment(&ticket, &dana, Kind::Authenticator)
        .await;
    (dana, browser, ticket, answer.created())
}

#[tokio::test]
async fn oathtool_computes_codes_that_are_right() {
    let system = System::start().await;
    let (dana, mut browser, ticket, started) = set_up(&system).await;
    let secret = text_of(&started["authenticator"], "secret");
    let code_at = |time: i64| {
        let now = format!("--now=@{time}");
        run("oathtool", &["--totp", "--base32", &now, &secret], b"")
    };
    let Some(code) = code_at(system.now().await) else {
        return;
    };
    let enrollment = text_of(&started, "enrollment");
    let answer = browser.validate_first(&ticket, &enrollment, &code).await;
    answer.authenticated("second_factor");
    system.advance(60).await;
    let ticket = browser.login(&dana).await.challenge_required();
    let code = code_at(system.now().await).expect("oathtool");
    let answer = browser.validate(&ticket, Kind::Authenticator, &code).await;
    answer.authenticated("second_factor");
}

#[tokio::test]
async fn zbarimg_reads_the_uri_from_the_qr_code() {
    let system = System::start().await;
    let (_, _, _, started) = set_up(&system).await;
    let shown = &started["authenticator"];
    let picture = portable_bitmap(&text_of(shown, "qr_svg"));
    let arguments = ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "-"];
    let Some(read) = run("zbarimg", &arguments, &picture) else {
        return;
    };
    assert_eq!(read, text_of(shown, "otpauth_uri"));
}

/// The picture in the SVG as a PBM, which needs no renderer: the dark modules are a path of
/// rectangles, `M4 4h7v1h-7z`, each module here eight pixels wide.
fn portable_bitmap(svg: &str) -> Vec<u8> {
    const SCALE: usize = 8;
    let between = |from: &str, to: &str| {
        let (_, rest) = svg.split_once(from).expect(from);
        rest.split_once(to).expect(to).0
    };
    let side: usize = between("viewBox=\"0 0 ", " ").parse().expect("a size");
    let mut dark = vec![vec![false; side]; side];
    let runs = between(" d=\"", "\"").split('M').skip(1);
    for run in runs {
        let (left, rest) = run.split_once(' ').expect("left");
        let (top, rest) = rest.split_once('h').expect("top");
        let (width, _) = rest.split_once('v').expect("width");
        let number = |text: &str| text.parse::<usize>().expect("a number");
        let (left, top, width) = (number(left), number(top), number(width));
        dark[top][left..left + width].fill(true);
    }
    let mut picture = format!("P1\n{0} {0}\n", side * SCALE);
    for row in &dark {
        let line: String = row
            .iter()
            .map(|dark| if *dark { "1" } else { "0" }.repeat(SCALE) + "\n")
            .collect();
        picture.push_str(&line.repeat(SCALE));
    }
    picture.into_bytes()
}
