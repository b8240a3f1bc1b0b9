//! What a browser is called in lists and e-mails.
//!
//! The label helps a person recognise their own devices and nothing is decided by it, so it
//! tells apart what people tell apart: the browser's brand and the kind of machine. Versions
//! would be out of date for a device that is remembered for 30 days.

/// What stands for what is not recognised: a rare browser, or a program with a name of its own.
const UNKNOWN: &str = "Unknown browser or app";

/// Marks of browsers, in the order in which to look for them: most browsers name Chrome,
/// Safari or both beside themselves.
const BROWSERS: [(&str, &[&str]); 9] = [
    ("Edge", &["Edg/", "EdgA/", "EdgiOS/", "Edge/"]),
    ("Opera", &["OPR/", "OPiOS/", "OPT/", "Opera"]),
    ("Samsung Internet", &["SamsungBrowser/"]),
    ("Vivaldi", &["Vivaldi/"]),
    ("DuckDuckGo", &["DuckDuckGo/", "Ddg/"]),
    ("Firefox", &["Firefox/", "FxiOS/"]),
    ("Chrome", &["Chrome/", "CriOS/", "Chromium/"]),
    ("Internet Explorer", &["Trident/", "MSIE "]),
    ("Safari", &["Safari/"]),
];

/// Marks of machines, in the order in which to look for them: Android names Linux, and
/// iPhones name Mac OS X.
const MACHINES: [(&str, &[&str]); 7] = [
    ("iPhone", &["iPhone", "iPod"]),
    ("iPad", &["iPad"]),
    ("Android", &["Android"]),
    ("Windows", &["Windows"]),
    ("ChromeOS", &["CrOS"]),
    ("Mac", &["Macintosh", "Mac OS X"]),
    ("Linux", &["Linux", "X11"]),
];

/// The label for a `User-Agent` header (RFC 9110, section 10.1.5): `Chrome on Windows`, or
/// `Unknown browser or app`.
///
/// It is put together from fixed words only and is at most 60 characters long, so nothing of
/// what a client sends gets into lists, e-mails or the table.
#[must_use]
pub fn label(user_agent: Option<&str>) -> String {
    let user_agent = user_agent.unwrap_or_default();
    let browser = first_match(&BROWSERS, user_agent).unwrap_or(UNKNOWN);
    match first_match(&MACHINES, user_agent) {
        Some(machine) => format!("{browser} on {machine}"),
        None => browser.to_owned(),
    }
}

fn first_match(names: &[(&'static str, &[&str])], user_agent: &str) -> Option<&'static str> {
    names
        .iter()
        .find(|(_, marks)| marks.iter().any(|mark| user_agent.contains(mark)))
        .map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_browsers_as_people_do() {
        const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
        const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
        const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)";
        const IPAD: &str = "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X)";
        const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K)";
        const LINUX: &str = "Mozilla/5.0 (X11; Linux x86_64)";
        const CHROMEOS: &str = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)";
        const WEBKIT: &str = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (machine, rest, expected) in [
            (
                WINDOWS,
                "Chrome/138.0.0.0 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                WINDOWS,
                "Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0",
                "Edge on Windows",
            ),
            (
                WINDOWS,
                "Chrome/137.0.0.0 Safari/537.36 OPR/120.0.0.0",
                "Opera on Windows",
            ),
            (
                WINDOWS,
                "Gecko/20100101 Firefox/140.0",
                "Firefox on Windows",
            ),
            (MAC, "Version/18.5 Safari/605.1.15", "Safari on Mac"),
            (
                MAC,
                "Version/18.5 Safari/605.1.15 Ddg/18.5",
                "DuckDuckGo on Mac",
            ),
            (MAC, "Chrome/138.0.0.0 Safari/537.36", "Chrome on Mac"),
            (
                IPHONE,
                "Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                IPHONE,
                "CriOS/138.0.7204.53 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone",
            ),
            (
                IPHONE,
                "FxiOS/140.0 Mobile/15E148 Safari/605.1.15",
                "Firefox on iPhone",
            ),
            (
                IPHONE,
                "Version/18.0 EdgiOS/138.0 Mobile/15E148 Safari/604.1",
                "Edge on iPhone",
            ),
            (
                IPAD,
                "Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari on iPad",
            ),
            (
                ANDROID,
                "Chrome/138.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                ANDROID,
                "Chrome/138.0.0.0 Mobile Safari/537.36 EdgA/138.0",
                "Edge on Android",
            ),
            (
                ANDROID,
                "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
                "Samsung Internet on Android",
            ),
            (LINUX, "Chrome/138.0.0.0 Safari/537.36", "Chrome on Linux"),
            (
                LINUX,
                "HeadlessChrome/138.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (LINUX, "Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                CHROMEOS,
                "Chrome/138.0.0.0 Safari/537.36",
                "Chrome on ChromeOS",
            ),
            (
                "Mozilla/5.0 (Windows NT 6.1; WOW64;",
                "Trident/7.0; rv:11.0) like Gecko",
                "Internet Explorer on Windows",
            ),
        ] {
            let user_agent = format!("{machine} {WEBKIT} {rest}");
            assert_eq!(label(Some(&user_agent)), expected, "{user_agent}");
        }
    }

    #[test]
    fn everything_else_is_unknown() {
        for (user_agent, expected) in [
            (None, "Unknown browser or app"),
            (Some(""), "Unknown browser or app"),
            (Some("curl/8.14.1"), "Unknown browser or app"),
            (Some("<script>alert(1)</script>"), "Unknown browser or app"),
            (
                Some("Mozilla/5.0 (Windows NT 10.0)"),
                "Unknown browser or app on Windows",
            ),
        ] {
            assert_eq!(label(user_agent), expected);
        }
    }

    proptest! {
        #[test]
        fn holds_nothing_of_what_the_client_sent(
            noise in "[^A-Za-z]{1,20}",
            mark in prop::sample::select(vec!["Chrome/1", "Edg/1", "iPhone", "Windows", "Opera"]),
        ) {
            let label = label(Some(&format!("{noise}{mark}{noise}")));
            prop_assert!(label.len() <= 60);
            prop_assert!(label.chars().all(|c| c.is_ascii_alphabetic() || c == ' '), "{}", label);
        }
    }
}
