//! What the functions of a stack are given: where AWS is, what time it is, how they are set up.

use twostep::clock::Clock;
use twostep::config::Config;
use twostep::random::Random;

/// Name of the table.
pub const TABLE_NAME: &str = "twostep";

/// Alias of the only key the local KMS has.
pub const KMS_KEY_ID: &str = "alias/twostep";

/// The name seeding and `/_local` use at the AWS endpoints: neither counted nor disturbed by
/// faults.
pub(crate) const INTERNAL: &str = "_local";

/// Where and how a function runs; the local counterpart of what a template sets.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Base address of the stack, `http://127.0.0.1:3000`.
    pub url: String,
    /// The clock every function sees.
    pub clock: Clock,
    /// Where random bytes come from.
    pub random: Random,
    /// Configuration shared by all functions.
    pub config: Config,
}

impl Environment {
    /// The environment of a stack that listens on `port` of 127.0.0.1 and allows these origins
    /// besides its own.
    pub(crate) fn new(port: u16, clock: Clock, allow_origins: &[String]) -> Self {
        Self {
            url: format!("http://127.0.0.1:{port}"),
            clock,
            random: Random,
            config: config(port, allow_origins),
        }
    }

    /// The endpoint that `function` reaches every AWS service at. The name in it is what
    /// usage and faults know the function by.
    #[must_use]
    pub fn aws_url(&self, function: &str) -> String {
        format!("{}/_aws/{function}", self.url)
    }
}

fn config(port: u16, allow_origins: &[String]) -> Config {
    let own = [
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
    ];
    Config {
        allowed_origins: own
            .into_iter()
            .chain(allow_origins.iter().cloned())
            .collect(),
        email_from: "twostep <no-reply@twostep.test>".to_owned(),
        kms_key_id: KMS_KEY_ID.to_owned(),
        product_name: "twostep".to_owned(),
        ses_configuration_set: Some("twostep".to_owned()),
        sms_countries: ["AU", "NZ", "GB", "IE"].map(str::to_owned).to_vec(),
        sms_daily_limit: 5000,
        sms_max_price_usd: "0.20".to_owned(),
        sms_sender: Some("twostep".to_owned()),
        table_name: TABLE_NAME.to_owned(),
    }
}
