//! Messages to people: codes by SMS and e-mail, and notices about their account.
//!
//! Each message is handed over once. Whether and when to try again is for the caller to
//! decide, who is told whether the message may have been sent; so the clients passed to
//! [`Delivery::new`] must not retry by themselves, and must have time limits.

mod code;
mod email;
mod error;
mod notice;
mod sms;
mod words;

pub use code::CodeMessage;
pub use error::DeliveryError;
pub use notice::{Audience, Notice, NoticeAccount, NoticeEvent};

use email::{Email, Mailer};
use sms::Texter;

use crate::aws::{Clients, OnUse};
use crate::config::Config;
use crate::domain::code::Code;
use crate::domain::contact::{EmailAddress, PhoneNumber};

/// Sends codes and notices in the product's name.
#[derive(Clone, Debug)]
pub struct Delivery {
    texter: Texter,
    mailer: Mailer,
    product: String,
    sms_host: String,
}

impl Delivery {
    /// Delivery as configured.
    #[must_use]
    pub fn new(clients: &Clients, config: &Config) -> Self {
        Self::over(OnUse::new(clients), OnUse::new(clients), config)
    }

    fn over(
        sns: OnUse<aws_sdk_sns::Client>,
        ses: OnUse<aws_sdk_sesv2::Client>,
        config: &Config,
    ) -> Self {
        Self {
            texter: Texter::new(sns, config.sms_sender.as_deref(), &config.sms_max_price_usd),
            mailer: Mailer::new(
                ses,
                &config.email_from,
                config.ses_configuration_set.as_deref(),
            ),
            product: config.product_name.clone(),
            sms_host: config.sms_host().to_owned(),
        }
    }

    /// Sends a code as a text message of one segment.
    ///
    /// # Errors
    /// [`DeliveryError`] says whether it may have been sent all the same.
    pub async fn send_code_sms(
        &self,
        to: &PhoneNumber,
        code: &Code,
        message: &CodeMessage,
    ) -> Result<(), DeliveryError> {
        let text = code::sms(&self.product, &self.sms_host, code, message);
        self.texter.send(to, &text).await
    }

    /// Sends a code by e-mail.
    ///
    /// # Errors
    /// [`DeliveryError`] says whether it may have been sent all the same.
    pub async fn send_code_email(
        &self,
        to: &EmailAddress,
        code: &Code,
        message: &CodeMessage,
    ) -> Result<(), DeliveryError> {
        let email = code::email(&self.product, code, message);
        self.mailer.send(to, &rendered(email)?).await
    }

    /// Sends a notice about an account.
    ///
    /// # Errors
    /// [`DeliveryError`] says whether it may have been sent all the same.
    pub async fn send_notice(
        &self,
        to: &EmailAddress,
        notice: &Notice,
    ) -> Result<(), DeliveryError> {
        let email = notice::email(&self.product, notice);
        self.mailer.send(to, &rendered(email)?).await
    }
}

fn rendered(email: Result<Email, askama::Error>) -> Result<Email, DeliveryError> {
    email.map_err(|_| DeliveryError::Failed {
        cause: "the e-mail could not be rendered".to_owned(),
    })
}

#[cfg(test)]
mod tests;
