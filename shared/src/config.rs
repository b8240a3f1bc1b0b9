//! Configuration, read once from environment variables and checked as a whole.

mod checks;

use std::fmt;

/// Every environment variable a function reads; `template.yaml` sets the same list.
pub const VARIABLES: [&str; 10] = [
    "ALLOWED_ORIGINS",
    "EMAIL_FROM",
    "KMS_KEY_ID",
    "PRODUCT_NAME",
    "SES_CONFIGURATION_SET",
    "SMS_COUNTRIES",
    "SMS_DAILY_LIMIT",
    "SMS_MAX_PRICE_USD",
    "SMS_SENDER",
    "TABLE_NAME",
];

/// What a function needs to know about where it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Origins of the web front ends, as browsers send them: `https://app.example.com`.
    /// Never empty; the first one's host is the host of one-time codes in SMS.
    pub allowed_origins: Vec<String>,
    /// Sender of every e-mail: `no-reply@example.com`, or `Name <no-reply@example.com>`.
    pub email_from: String,
    /// KMS key that wraps the keyring's data keys: id, ARN or alias.
    pub kms_key_id: String,
    /// Name of the product as people know it, 1 to 20 characters of the GSM-7 basic set.
    pub product_name: String,
    /// SESv2 configuration set for delivery events, if there is one.
    pub ses_configuration_set: Option<String>,
    /// Countries SMS may go to: ISO 3166-1 alpha-2 codes, upper case.
    pub sms_countries: Vec<String>,
    /// SMS the whole service may send in a UTC day.
    pub sms_daily_limit: u32,
    /// Highest price of one SMS in US dollars, as SNS takes it: `0.20`.
    pub sms_max_price_usd: String,
    /// Sender of SMS: a sender id (1 to 11 letters and digits) or an E.164 number; SNS's own
    /// choice if there is none.
    pub sms_sender: Option<String>,
    /// Name of the DynamoDB table.
    pub table_name: String,
}

/// One variable that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// Name of the environment variable.
    pub variable: &'static str,
    /// What is wrong with its value.
    pub problem: String,
    /// What its value has to be.
    pub expected: &'static str,
}

/// Everything that is wrong with the configuration, so that one look at one message is enough
/// to put it right.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The faults, in alphabetical order of their variables. Never empty.
    pub faults: Vec<ConfigFault>,
}

impl ConfigError {
    /// The faults of several readings as one.
    pub(crate) fn all(errors: impl IntoIterator<Item = Option<Self>>) -> Self {
        let errors = errors.into_iter().flatten();
        let mut faults: Vec<_> = errors.flat_map(|error| error.faults).collect();
        faults.sort_by_key(|fault| fault.variable);
        Self { faults }
    }
}

/// As for people: it is what a function's `main` says when it ends.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration cannot be used:")?;
        for fault in &self.faults {
            write!(
                f,
                "\n- {} {}; expected {}",
                fault.variable, fault.problem, fault.expected
            )?;
        }
        Ok(())
    }
}

/// The variables as they are read, with the faults found on the way.
struct Reader<L> {
    lookup: L,
    faults: Vec<ConfigFault>,
}

impl Config {
    /// Reads and checks the configuration. `lookup` gives the value of an environment variable;
    /// a variable that is empty counts as not set, as templates cannot leave one out.
    ///
    /// # Errors
    /// [`ConfigError`] lists every variable that is missing or unusable.
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader {
            lookup,
            faults: Vec::new(),
        };
        // In alphabetical order, which is the order of the faults.
        let config = Self {
            allowed_origins: reader.required("ALLOWED_ORIGINS", checks::ORIGINS, checks::origins),
            email_from: reader.required("EMAIL_FROM", checks::SENDER, checks::email_sender),
            kms_key_id: reader.required("KMS_KEY_ID", checks::KMS_KEY, checks::kms_key),
            product_name: reader.required("PRODUCT_NAME", checks::PRODUCT, checks::product_name),
            ses_configuration_set: reader.optional(
                "SES_CONFIGURATION_SET",
                checks::CONFIGURATION_SET,
                checks::configuration_set,
            ),
            sms_countries: reader.or_default(
                "SMS_COUNTRIES",
                "AU,NZ,GB,IE",
                checks::COUNTRIES,
                checks::countries,
            ),
            sms_daily_limit: reader.or_default(
                "SMS_DAILY_LIMIT",
                "5000",
                checks::DAILY_LIMIT,
                checks::daily_limit,
            ),
            sms_max_price_usd: reader.or_default(
                "SMS_MAX_PRICE_USD",
                "0.20",
                checks::PRICE,
                checks::price,
            ),
            sms_sender: reader.optional("SMS_SENDER", checks::SMS_SENDER, checks::sms_sender),
            table_name: reader.required("TABLE_NAME", checks::TABLE, checks::table_name),
        };
        if reader.faults.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError {
                faults: reader.faults,
            })
        }
    }

    /// The host of the first allowed origin, without scheme and port: what one-time codes in
    /// SMS are bound to.
    #[must_use]
    pub fn sms_host(&self) -> &str {
        let origin = self.allowed_origins.first().map_or("", String::as_str);
        let authority = origin.split_once("://").map_or(origin, |(_, rest)| rest);
        checks::split_port(authority).0
    }
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    fn value(&self, variable: &str) -> Option<String> {
        (self.lookup)(variable)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    /// The checked value; after a fault, which fails the whole, the type's default.
    fn checked<T: Default>(
        &mut self,
        variable: &'static str,
        value: &str,
        expected: &'static str,
        check: fn(&str) -> Result<T, String>,
    ) -> T {
        check(value).unwrap_or_else(|problem| {
            self.fault(variable, problem, expected);
            T::default()
        })
    }

    fn required<T: Default>(
        &mut self,
        variable: &'static str,
        expected: &'static str,
        check: fn(&str) -> Result<T, String>,
    ) -> T {
        if let Some(value) = self.value(variable) {
            return self.checked(variable, &value, expected, check);
        }
        self.fault(variable, "is not set".to_owned(), expected);
        T::default()
    }

    fn or_default<T: Default>(
        &mut self,
        variable: &'static str,
        default: &str,
        expected: &'static str,
        check: fn(&str) -> Result<T, String>,
    ) -> T {
        let value = self.value(variable);
        self.checked(
            variable,
            value.as_deref().unwrap_or(default),
            expected,
            check,
        )
    }

    fn optional<T: Default>(
        &mut self,
        variable: &'static str,
        expected: &'static str,
        check: fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.value(variable)?;
        Some(self.checked(variable, &value, expected, check))
    }

    fn fault(&mut self, variable: &'static str, problem: String, expected: &'static str) {
        self.faults.push(ConfigFault {
            variable,
            problem,
            expected,
        });
    }
}

#[cfg(test)]
mod tests;
