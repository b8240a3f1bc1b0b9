//! Mobile numbers, by the numbering plans that libphonenumber keeps.

use std::fmt;

use rlibphonenumber::{
    PHONE_NUMBER_UTIL, ParseError, PhoneNumberFormat, PhoneNumberType, PhoneNumberUtil, Region,
};

use super::ContactError;

/// Longest text read as a number: 15 digits of E.164 with generous spacing.
const MAX_LENGTH: usize = 40;

/// Most digits of a number, its country code included (ITU-T E.164 §6.1).
const MOST_DIGITS: usize = 15;

/// A phone number that could exist: a country code in use and a length its numbering plan has.
///
/// Whether this system sends to it is a separate question: [`PhoneNumber::check_allowed`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    e164: String,
    country: String,
    takes_sms: bool,
}

/// Why no SMS is sent to a number that is well formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DestinationNotAllowed {
    /// The number's country is not on the list of countries that SMS may go to.
    #[error("text messages are not sent to numbers of this country")]
    Country,
    /// A fixed line, or a number that charges or shares cost, or a pager and the like.
    #[error("this is not a mobile number")]
    NotMobile,
}

impl PhoneNumber {
    /// Reads a number in international form (E.164, with a leading `+`). Spaces, hyphens, dots
    /// and parentheses between digits are ignored.
    ///
    /// # Errors
    /// [`ContactError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        let international = strip_separators(text)?;
        let util = &*PHONE_NUMBER_UTIL;
        let number = util
            .parse(&international, None)
            .map_err(|error| match error {
                ParseError::InvalidCountryCode => ContactError::UnknownCountry,
                ParseError::NotANumber(_) => ContactError::NotAPhoneNumber,
                _ => ContactError::WrongLength,
            })?;
        if !util.is_possible_number(&number) {
            return Err(ContactError::WrongLength);
        }
        // Only assigned ranges have a region of their own; for others the country code's main
        // country is the best answer.
        let region = util
            .get_region_for_number(&number)
            .or_else(|| util.get_region_for_country_code(number.country_code))
            .ok_or(ContactError::UnknownCountry)?;
        let e164 = format(util, &number);
        // Some numbering plans, Germany's for one, have room for more than E.164 has.
        if e164.len() > 1 + MOST_DIGITS {
            return Err(ContactError::WrongLength);
        }
        // A national prefix, as in `+61 (0)491…`, is left out. Where there is another one behind it,
        // the number would be read as a different one each time.
        let again = || util.parse(&e164, None).map(|number| format(util, &number));
        if e164 != international && again().ok().as_ref() != Some(&e164) {
            return Err(ContactError::NotAPhoneNumber);
        }
        Ok(Self {
            e164,
            country: region.to_string(),
            takes_sms: takes_sms(util, &number, region),
        })
    }

    /// Checks that SMS may be sent here: a country on the list (alpha-2 codes) and a number
    /// that is, or may be, mobile.
    ///
    /// # Errors
    /// [`DestinationNotAllowed`] says which of the two is not so.
    pub fn check_allowed(&self, countries: &[String]) -> Result<(), DestinationNotAllowed> {
        if !countries.contains(&self.country) {
            return Err(DestinationNotAllowed::Country);
        }
        if !self.takes_sms {
            return Err(DestinationNotAllowed::NotMobile);
        }
        Ok(())
    }

    /// The number in E.164 form: `+61491570006`.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.e164
    }

    /// The ISO 3166-1 alpha-2 code of the country: `AU`. `001` for a number of no country.
    #[must_use]
    pub fn country(&self) -> &str {
        &self.country
    }

    /// The number with all but its country code and last three digits hidden:
    /// `+61 *** *** 006`.
    #[must_use]
    pub fn masked(&self) -> String {
        mask(&self.e164)
    }
}

/// A number in E.164 form, with all but its country code and last three digits hidden.
///
/// Showing a number takes no numbering plan: reading those takes milliseconds and megabytes.
#[must_use]
pub fn mask(e164: &str) -> String {
    let digits = e164.strip_prefix('+').unwrap_or(e164);
    let code = digits
        .get(..calling_code_length(digits))
        .unwrap_or_default();
    let last = digits.len().saturating_sub(3).max(code.len());
    let last = digits.get(last..).unwrap_or_default();
    format!("+{code} *** *** {last}")
}

/// How many digits of a number are its country code: no code is the beginning of another one
/// (ITU-T E.164 and its list of assigned codes).
fn calling_code_length(digits: &str) -> usize {
    let mut digits = digits.bytes();
    match (digits.next(), digits.next()) {
        (Some(b'1' | b'7'), _) => 1,
        (Some(b'2'), Some(b'0' | b'7'))
        | (Some(b'3'), Some(b'0'..=b'4' | b'6' | b'9'))
        | (Some(b'4'), Some(b'0' | b'1' | b'3'..=b'9'))
        | (Some(b'5'), Some(b'1'..=b'8'))
        | (Some(b'6'), Some(b'0'..=b'6'))
        | (Some(b'8'), Some(b'1' | b'2' | b'4' | b'6'))
        | (Some(b'9'), Some(b'0'..=b'5' | b'8')) => 2,
        _ => 3,
    }
}

/// Shows the masked number only, so that logs stay free of personal data.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

/// `+` and digits only. The library itself would read letters (vanity numbers), extensions
/// and digits of other scripts; none of them is E.164.
fn strip_separators(text: &str) -> Result<String, ContactError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ContactError::Empty);
    }
    let digits = text
        .strip_prefix('+')
        .filter(|_| text.len() <= MAX_LENGTH)
        .ok_or(ContactError::NotAPhoneNumber)?;
    let mut international = "+".to_owned();
    for c in digits.chars() {
        match c {
            '0'..='9' => international.push(c),
            ' ' | '\u{a0}' | '-' | '.' | '(' | ')' => {}
            _ => return Err(ContactError::NotAPhoneNumber),
        }
    }
    Ok(international)
}

fn format(util: &PhoneNumberUtil, number: &rlibphonenumber::PhoneNumber) -> String {
    util.format(number, PhoneNumberFormat::E164).into_owned()
}

/// Whether the numbering plan says that a number is, or may be, mobile.
///
/// A number outside every assigned range is given the benefit of the doubt if it has the
/// length and the first digit of its country's mobile numbers: ranges are opened faster than
/// libraries are updated, and the numbers that regulators set aside for examples and fiction
/// (such as Ofcom's 07700 900xxx) are in no range at all.
fn takes_sms(
    util: &PhoneNumberUtil,
    number: &rlibphonenumber::PhoneNumber,
    region: Region,
) -> bool {
    match util.get_number_type(number) {
        PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile => true,
        PhoneNumberType::Unknown => {
            util.is_possible_number_for_type(number, PhoneNumberType::Mobile)
                && util
                    .get_example_number_for_type_and_region(region, PhoneNumberType::Mobile)
                    .is_ok_and(|mobile| first_digit(&mobile) == first_digit(number))
        }
        _ => false,
    }
}

fn first_digit(number: &rlibphonenumber::PhoneNumber) -> Option<char> {
    rlibphonenumber::get_national_significant_number_owned(number)
        .chars()
        .next()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).unwrap()
    }

    fn allowed(text: &str) -> Result<(), DestinationNotAllowed> {
        let countries = ["AU", "NZ", "GB", "IE"].map(str::to_owned);
        parse(text).check_allowed(&countries)
    }

    #[test]
    fn no_number_is_longer_than_e164_has_room_for() {
        let long = PhoneNumber::parse("+49-000000000002222");
        assert_eq!(long.unwrap_err(), ContactError::WrongLength);
    }

    #[test]
    fn a_number_with_two_national_prefixes_is_none() {
        let number = PhoneNumber::parse("+20 (0)0 444 444 240");
        assert_eq!(number.unwrap_err(), ContactError::NotAPhoneNumber);
    }

    #[test]
    fn reads_e164_however_it_is_spaced() {
        for typed in [
            "+61491570006",
            " +61 491 570 006 ",
            "+61-491-570-006",
            "+61 (0)491.570.006",
            "+61\u{a0}491570006",
        ] {
            assert_eq!(parse(typed).e164(), "+61491570006", "{typed:?}");
        }
    }

    #[test]
    fn mobile_numbers_of_listed_countries_are_allowed() {
        for (number, country) in [
            ("+61491570006", "AU"),
            ("+61491570157", "AU"),
            ("+61412345678", "AU"),
            ("+64211234567", "NZ"),
            ("+353871234567", "IE"),
            ("+447912345678", "GB"),
            // Ofcom's mobile numbers for drama: no assigned range, and yet mobile.
            ("+447700900123", "GB"),
        ] {
            assert_eq!(parse(number).country(), country, "{number}");
            assert_eq!(allowed(number), Ok(()), "{number}");
        }
    }

    #[test]
    fn other_countries_are_not_allowed() {
        for (number, country) in [
            ("+12025550123", "US"),
            ("+18765550123", "JM"),
            ("+4915112345678", "DE"),
            // Jersey has the United Kingdom's country code, but other operators and prices.
            ("+447797712345", "JE"),
            ("+881612345678", "001"),
        ] {
            assert_eq!(parse(number).country(), country, "{number}");
            assert_eq!(
                allowed(number),
                Err(DestinationNotAllowed::Country),
                "{number}"
            );
        }
        let us = ["US".to_owned()];
        assert_eq!(parse("+12025550123").check_allowed(&us), Ok(()));
    }

    #[test]
    fn numbers_that_are_not_mobile_are_not_allowed() {
        for (number, what) in [
            ("+61255501234", "fixed line"),
            ("+442079460018", "fixed line"),
            ("+35312345678", "fixed line"),
            ("+441632960123", "Ofcom's fixed lines for drama"),
            ("+611300975707", "shared cost"),
            ("+611800801920", "toll free"),
            ("+611900654321", "premium rate"),
            ("+449012345678", "premium rate"),
            ("+447012345678", "personal number"),
            ("+353761234567", "voice over IP"),
            ("+447640123456", "pager"),
        ] {
            assert_eq!(
                allowed(number),
                Err(DestinationNotAllowed::NotMobile),
                "{number}: {what}"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_number() {
        use ContactError::{Empty, NotAPhoneNumber, UnknownCountry, WrongLength};
        for (typed, error) in [
            ("", Empty),
            (" ", Empty),
            ("+", NotAPhoneNumber),
            ("0491570006", NotAPhoneNumber),
            ("61491570006", NotAPhoneNumber),
            ("0061491570006", NotAPhoneNumber),
            ("+61491570006;ext=1", NotAPhoneNumber),
            ("+61491570006 x1", NotAPhoneNumber),
            ("+1800FLOWERS", NotAPhoneNumber),
            ("tel:+61491570006", NotAPhoneNumber),
            ("+61+491570006", NotAPhoneNumber),
            ("+\u{661}\u{662}\u{663}491570006", NotAPhoneNumber),
            ("+61491570006\r\n+61491570007", NotAPhoneNumber),
            ("+999123456789", UnknownCountry),
            ("+61491", WrongLength),
            ("+6149157000612345", WrongLength),
        ] {
            assert_eq!(PhoneNumber::parse(typed), Err(error), "{typed:?}");
        }
        assert!(PhoneNumber::parse(&"+6149157 ".repeat(500)).is_err());
    }

    #[test]
    fn masks_all_but_the_last_three_digits() {
        assert_eq!(parse("+61491570123").masked(), "+61 *** *** 123");
        assert_eq!(parse("+353871234567").masked(), "+353 *** *** 567");
        assert_eq!(
            format!("{:?}", parse("+61491570123")),
            "PhoneNumber(+61 *** *** 123)"
        );
    }

    #[test]
    fn knows_where_every_country_code_ends() {
        let codes: Vec<i32> = PHONE_NUMBER_UTIL.get_supported_calling_codes().collect();
        assert!(codes.len() > 200);
        for code in codes {
            let number = format!("{code}491570123");
            assert_eq!(mask(&format!("+{number}")), format!("+{code} *** *** 123"));
        }
    }

    #[test]
    fn masks_what_is_no_number_too() {
        for (text, masked) in [
            ("", "+ *** *** "),
            ("+", "+ *** *** "),
            ("+61", "+61 *** *** "),
            ("+6149", "+61 *** *** 49"),
            ("\u{e9}\u{e9}", "+ *** *** "),
        ] {
            assert_eq!(mask(text), masked, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_is_e164_and_reads_back(text in "\\+[0-9 ()-]{1,24}") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                let digits = number.e164().strip_prefix('+').unwrap();
                prop_assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
                prop_assert!(digits.len() <= 15 && !digits.starts_with('0'));
                prop_assert_eq!(PhoneNumber::parse(number.e164()), Ok(number));
            }
        }
    }
}
