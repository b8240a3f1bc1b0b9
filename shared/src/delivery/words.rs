//! Words that several messages share.

use time::OffsetDateTime;

use crate::clock::Timestamp;
use crate::domain::method::MethodKind;

/// A time as people read it: `Saturday 31 January 2026, 09:30 UTC`.
pub(super) fn human_time(at: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(at.0).map_or_else(
        |_| at.rfc3339(),
        |time| {
            format!(
                "{} {} {} {}, {:02}:{:02} UTC",
                time.weekday(),
                time.day(),
                time.month(),
                time.year(),
                time.hour(),
                time.minute()
            )
        },
    )
}

/// What a kind of method is called in a sentence.
pub(super) const fn method_name(method: MethodKind) -> &'static str {
    match method {
        MethodKind::Authenticator => "authenticator app",
        MethodKind::Email => "codes by e-mail",
        MethodKind::Sms => "codes by text message",
    }
}

/// A list in a sentence: `a, b and c`.
pub(super) fn method_list(methods: &[MethodKind]) -> String {
    let names: Vec<&str> = methods.iter().map(|method| method_name(*method)).collect();
    match names.split_last() {
        None => "none".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// Text that somebody entered, as one line of at most `max` characters: whatever could break
/// a header, start a new paragraph or turn the direction of text becomes a space.
pub(super) fn one_line(text: &str, max: usize) -> String {
    let visible: String = text
        .chars()
        .map(|c| if is_invisible(c) { ' ' } else { c })
        .collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= max {
        return line;
    }
    let kept: String = line.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Control characters, and the format characters that hide text or reorder it (Unicode
/// Standard, section 23.2).
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_readable() {
        assert_eq!(
            human_time(Timestamp(1_769_851_800)),
            "Saturday 31 January 2026, 09:30 UTC"
        );
        assert_eq!(
            human_time(Timestamp(0)),
            "Thursday 1 January 1970, 00:00 UTC"
        );
    }

    #[test]
    fn lists_read_like_sentences() {
        use MethodKind::{Authenticator, Email, Sms};
        for (methods, text) in [
            (vec![], "none"),
            (vec![Sms], "codes by text message"),
            (
                vec![Authenticator, Email],
                "authenticator app and codes by e-mail",
            ),
            (
                vec![Authenticator, Email, Sms],
                "authenticator app, codes by e-mail and codes by text message",
            ),
        ] {
            assert_eq!(method_list(&methods), text);
        }
    }

    #[test]
    fn entered_text_becomes_one_bounded_line() {
        for (entered, line) in [
            ("Sam Lee", "Sam Lee"),
            ("  Sam\r\nBcc: x@y.test\t", "Sam Bcc: x@y.test"),
            ("Sam\u{202e}eeL\u{200b}", "Sam eeL"),
            ("Sam\u{2028}Lee\0", "Sam Lee"),
            ("Zo\u{eb} \u{1f600}", "Zo\u{eb} \u{1f600}"),
            ("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrs…"),
            ("abcdefghijklmnopqr stuvwxyz", "abcdefghijklmnopqr…"),
        ] {
            assert_eq!(one_line(entered, 20), line, "{entered:?}");
        }
    }
}
