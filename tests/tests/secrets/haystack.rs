//! What is searched: text, and whatever text stands for.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use data_encoding::{BASE32_NOPAD, HEXLOWER_PERMISSIVE};
use serde_json::Value;

use crate::secret::{Kind, Secret};

/// Bytes of a piece of text that is worth decoding.
const WORTH_DECODING: usize = 16;

/// Something to search.
#[derive(Debug, Default)]
pub(crate) struct Haystack {
    text: String,
    /// Words of six digits, and where they are.
    codes: BTreeMap<String, usize>,
    /// What pieces of the text are when decoded.
    decoded: Vec<Vec<u8>>,
}

impl Haystack {
    /// Text as it is.
    pub(crate) fn text(text: &str) -> Self {
        // Escapes would run into the word after them.
        let text = ["\\n", "\\r", "\\t"]
            .iter()
            .fold(text.to_owned(), |text, escape| text.replace(escape, "  "));
        Self {
            codes: codes(&text),
            text,
            decoded: Vec::new(),
        }
    }

    /// Every text within some JSON.
    pub(crate) fn json(json: &Value) -> Self {
        let mut texts = Vec::new();
        collect(json, &mut texts);
        Self::text(&texts.join("\n"))
    }

    /// An item of the table, with what is stored in base64, base32 or hexadecimal.
    pub(crate) fn item(item: &Value) -> Self {
        let haystack = Self::json(item);
        let is_part = |c: char| c.is_ascii_alphanumeric() || "+/=-_".contains(c);
        let pieces = haystack.text.split(|c| !is_part(c));
        let pieces = pieces.filter(|piece| piece.len() >= WORTH_DECODING);
        Self {
            decoded: pieces.flat_map(decode).collect(),
            ..haystack
        }
    }

    /// What stands around `secret`, if it is here in any spelling.
    pub(crate) fn find(&self, secret: &Secret) -> Option<String> {
        if secret.kind == Kind::Code {
            let at = self.codes.get(&secret.text)?;
            return Some(self.around(*at));
        }
        let mut spellings = secret.spellings().into_iter();
        if let Some(at) = spellings.find_map(|written| self.text.find(&written)) {
            return Some(self.around(at));
        }
        let bytes = secret.bytes()?;
        let mut decoded = self.decoded.iter();
        let holds = |decoded: &&Vec<u8>| decoded.windows(bytes.len()).any(|part| part == bytes);
        decoded.find(holds).map(|decoded| format!("{decoded:?}"))
    }

    fn around(&self, at: usize) -> String {
        let (before, after) = self.text.split_at(at);
        let before: String = before.chars().rev().take(120).collect();
        let before = before.chars().rev();
        before.chain(after.chars().take(120)).collect()
    }
}

/// Names and texts, however deep.
fn collect(json: &Value, texts: &mut Vec<String>) {
    match json {
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(members) => {
            for (name, value) in members {
                texts.push(name.clone());
                collect(value, texts);
            }
        }
        Value::String(text) => texts.push(text.clone()),
        other => texts.push(other.to_string()),
    }
}

fn codes(text: &str) -> BTreeMap<String, usize> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
    let place = |word: &str| word.as_ptr().addr() - text.as_ptr().addr();
    let codes = words.filter(is_code);
    codes.map(|word| (word.to_owned(), place(word))).collect()
}

/// Everything a piece of text may stand for.
fn decode(piece: &str) -> Vec<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let mut decoded: Vec<_> = [alphabet::STANDARD, alphabet::URL_SAFE]
        .iter()
        .filter_map(|alphabet| GeneralPurpose::new(alphabet, config).decode(piece).ok())
        .collect();
    let base32 = piece.to_ascii_uppercase();
    decoded.extend(BASE32_NOPAD.decode(base32.as_bytes()));
    decoded.extend(HEXLOWER_PERMISSIVE.decode(piece.as_bytes()));
    decoded
}
