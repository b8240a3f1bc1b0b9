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
    pub(crate) source: String,
    pub(crate) as_of: String,
    pub(crate) checked: bool,
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
    pub(crate) dynamodb_read_unit: Price,
    pub(crate) dynamodb_write_unit: Price,
    pub(crate) email: Price,
    pub(crate) logs_gb: Price,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Other {
    pub(crate) name: String,
    pub(crate) per_user: Option<f64>,
    pub(crate) per_verification: Option<f64>,
    pub(crate) note: String,
    pub(crate) source: String,
    pub(crate) as_of: String,
    pub(crate) checked: bool,
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
