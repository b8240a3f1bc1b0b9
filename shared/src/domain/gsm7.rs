//! The GSM 7-bit default alphabet (3GPP TS 23.038, section 6.2.1): what a text message may
//! consist of to be one of 160 characters; anything else makes it one of 70.

/// Septets that one text message carries.
pub const SEGMENT: usize = 160;

/// The basic set's characters other than the line ends and the escape.
const BASIC: &str = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// Whether a character is printable and in the basic set, where it takes one septet.
#[must_use]
pub fn is_basic(c: char) -> bool {
    BASIC.contains(c)
}

/// How many septets a text takes, if it consists of the basic set and line feeds only.
#[must_use]
pub fn septets(text: &str) -> Option<usize> {
    text.chars()
        .all(|c| is_basic(c) || c == '\n')
        .then(|| text.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_basic_set_has_125_printable_characters() {
        // 128 codes less line feed, carriage return and escape.
        let distinct: std::collections::HashSet<char> = BASIC.chars().collect();
        assert_eq!(distinct.len(), 125);
        assert_eq!(BASIC.chars().count(), 125);
    }

    #[test]
    fn counts_septets() {
        assert_eq!(septets(""), Some(0));
        assert_eq!(septets("Code:\n@a.b #1"), Some(13));
        assert_eq!(septets("Größe"), Some(5));
        for text in ["`", "{", "€", "\r", "\u{1b}", "ç", "“", "\u{1f511}"] {
            assert_eq!(septets(text), None, "{text:?}");
        }
    }
}
