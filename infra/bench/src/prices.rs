//! The table of prices, `infra/bench/prices.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::report;

/// How many sign-ins or calls are priced.
pub(crate) const MILLION: f64 = 1e6;

#[derive(Debug, Deserialize)]
pub(crate) struct Price {
    pub(crate) usd: f64,
    pub(crate) per: u32,
    pub(crate) what: String,
    #[serde(flatten)]
    pub(crate) origin: Origin,
}

/// Where a price is from.
#[derive(Debug, Deserialize)]
pub(crate) struct Origin {
    /// The page of who asks it.
    source: String,
    /// Where it was read: a copy of that page, a file made from it, or somebody who quotes it.
    seen: Option<String>,
    /// When it was so.
    as_of: String,
    /// Whether it was read anywhere.
    checked: bool,
}

impl Price {
    pub(crate) fn of(&self, amount: f64) -> f64 {
        amount * self.usd / f64::from(self.per)
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Prices {
    pub(crate) region: String,
    pub(crate) sign_ins_per_user_and_month: f64,
    pub(crate) mb_per_vcpu: f64,
    pub(crate) log_bytes_per_call: f64,
    pub(crate) answer_bytes: f64,
    pub(crate) event_bytes: f64,
    pub(crate) event_days: f64,
    pub(crate) traced: f64,
    pub(crate) waits: BTreeMap<String, f64>,
    pub(crate) prices: Known,
    pub(crate) sms: BTreeMap<String, Price>,
    pub(crate) month: BTreeMap<String, Price>,
    pub(crate) others: Vec<Other>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Known {
    pub(crate) lambda_gb_second: Price,
    pub(crate) lambda_request: Price,
    pub(crate) api_request: Price,
    pub(crate) transfer_gb: Price,
    pub(crate) dynamodb_read_unit: Price,
    pub(crate) dynamodb_write_unit: Price,
    pub(crate) storage_gb_month: Price,
    pub(crate) recovery_gb_month: Price,
    pub(crate) email: Price,
    pub(crate) logs_gb: Price,
    pub(crate) trace: Price,
}

impl Known {
    /// All of them, as they are listed.
    pub(crate) fn list(&self) -> [&Price; 11] {
        [
            &self.lambda_gb_second,
            &self.lambda_request,
            &self.api_request,
            &self.transfer_gb,
            &self.dynamodb_read_unit,
            &self.dynamodb_write_unit,
            &self.storage_gb_month,
            &self.recovery_gb_month,
            &self.email,
            &self.logs_gb,
            &self.trace,
        ]
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Other {
    pub(crate) name: String,
    pub(crate) per_user: Option<f64>,
    pub(crate) per_verification: Option<f64>,
    pub(crate) note: String,
    #[serde(flatten)]
    pub(crate) origin: Origin,
}

impl Origin {
    /// Source and date, for a table.
    pub(crate) fn text(&self) -> String {
        let Self { source, as_of, .. } = self;
        match &self.seen {
            _ if !self.checked => format!("<{source}>, **not found**, remembered of {as_of}"),
            Some(seen) => format!("<{source}>, as [read here]({seen}), {as_of}"),
            None => format!("<{source}>, {as_of}"),
        }
    }
}

impl Prices {
    /// The prices that ops can edit.
    pub(crate) fn read() -> Self {
        toml::from_str(&report::file("infra/bench/prices.toml"))
            .unwrap_or_else(|error| panic!("prices.toml: {error}"))
    }

    /// Dollars that Lambda asks for a million calls of `ms` with so much memory.
    pub(crate) fn lambda(&self, memory_mb: f64, ms: f64) -> f64 {
        let gb_seconds = memory_mb / 1024.0 * ms / 1000.0;
        let known = &self.prices;
        known.lambda_gb_second.of(gb_seconds * MILLION) + known.lambda_request.of(MILLION)
    }
}
