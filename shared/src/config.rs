//! Configuration, read once from environment variables and checked as a whole.

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
