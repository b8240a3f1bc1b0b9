//! E-mail over Amazon SES.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::BuildError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};

use super::DeliveryError;
use crate::aws::OnUse;
use crate::domain::contact::EmailAddress;

/// An e-mail ready to be sent.
pub(super) struct Email {
    /// One line.
    pub(super) subject: String,
    /// The plain text part, which says all that the HTML part says.
    pub(super) text: String,
    /// The HTML part.
    pub(super) html: String,
}

/// Sends e-mails from one address.
#[derive(Clone, Debug)]
pub(super) struct Mailer {
    ses: OnUse<Client>,
    from: String,
    configuration_set: Option<String>,
}

impl Mailer {
    pub(super) fn new(ses: OnUse<Client>, from: &str, configuration_set: Option<&str>) -> Self {
        Self {
            ses,
            from: from.to_owned(),
            configuration_set: configuration_set.map(str::to_owned),
        }
    }

    /// Hands an e-mail to SES, once.
    pub(super) async fn send(&self, to: &EmailAddress, email: &Email) -> Result<(), DeliveryError> {
        let message = message(email).map_err(|_| DeliveryError::Failed {
            cause: "the e-mail could not be built".to_owned(),
        })?;
        self.ses
            .get()
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(to.as_str()).build())
            .content(EmailContent::builder().simple(message).build())
            .set_configuration_set_name(self.configuration_set.clone())
            .send()
            .await?;
        Ok(())
    }
}

fn message(email: &Email) -> Result<Message, BuildError> {
    let body = Body::builder()
        .text(utf8(&email.text)?)
        .html(utf8(&email.html)?)
        .build();
    Ok(Message::builder()
        .subject(utf8(&email.subject)?)
        .body(body)
        .build())
}

fn utf8(text: &str) -> Result<Content, BuildError> {
    Content::builder().data(text).charset("UTF-8").build()
}
