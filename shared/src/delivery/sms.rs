//! Text messages over Amazon SNS.

use aws_sdk_sns::Client;
use aws_sdk_sns::error::BuildError;
use aws_sdk_sns::types::MessageAttributeValue;

use super::DeliveryError;
use crate::aws::OnUse;
use crate::domain::contact::PhoneNumber;

/// Sends text messages from one sender, at a bounded price.
#[derive(Clone, Debug)]
pub(super) struct Texter {
    sns: OnUse<Client>,
    sender: Option<String>,
    max_price_usd: String,
}

impl Texter {
    pub(super) fn new(sns: OnUse<Client>, sender: Option<&str>, max_price_usd: &str) -> Self {
        Self {
            sns,
            sender: sender.map(str::to_owned),
            max_price_usd: max_price_usd.to_owned(),
        }
    }

    /// Hands a text message to SNS, once.
    pub(super) async fn send(&self, to: &PhoneNumber, text: &str) -> Result<(), DeliveryError> {
        let mut publish = self
            .sns
            .get()
            .publish()
            .phone_number(to.e164())
            .message(text);
        for (name, data_type, value) in self.attributes() {
            let attribute = attribute(data_type, value).map_err(|_| DeliveryError::Failed {
                cause: "the text message could not be built".to_owned(),
            })?;
            publish = publish.message_attributes(name, attribute);
        }
        publish.send().await?;
        Ok(())
    }

    /// The attributes of SNS's "Publishing to a mobile phone": transactional messages are
    /// routed for reliability rather than price.
    fn attributes(&self) -> Vec<(&'static str, &'static str, &str)> {
        let sender = self.sender.as_deref().map(|sender| {
            let name = if sender.starts_with('+') {
                "AWS.MM.SMS.OriginationNumber"
            } else {
                "AWS.SNS.SMS.SenderID"
            };
            (name, "String", sender)
        });
        [
            ("AWS.SNS.SMS.SMSType", "String", "Transactional"),
            ("AWS.SNS.SMS.MaxPrice", "Number", &self.max_price_usd),
        ]
        .into_iter()
        .chain(sender)
        .collect()
    }
}

fn attribute(data_type: &str, value: &str) -> Result<MessageAttributeValue, BuildError> {
    MessageAttributeValue::builder()
        .data_type(data_type)
        .string_value(value)
        .build()
}
