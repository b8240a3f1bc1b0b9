//! Where every SMS and e-mail of the stack ends up.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use twostep::clock::Timestamp;

/// How a message was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Channel {
    /// SNS `Publish` to a phone number.
    Sms,
    /// SESv2 `SendEmail`.
    Email,
}

/// What a provider was asked to send to one recipient.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) channel: Channel,
    pub(crate) to: String,
    pub(crate) subject: Option<String>,
    pub(crate) text: String,
    pub(crate) html: Option<String>,
    pub(crate) attributes: BTreeMap<String, String>,
}

/// A captured message, as `/_local/messages` shows it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) channel: Channel,
    pub(crate) to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    pub(crate) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) html: Option<String>,
    /// The provider's own settings of the message: sender, price limit, configuration set.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) sent_at: String,
}

/// Captured messages, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    messages: Vec<Message>,
    /// Ids go on after the inbox was emptied, so none is ever used twice.
    last_id: u64,
}

impl Inbox {
    /// Takes a message in at time `now`.
    pub(crate) fn deliver(&self, draft: Draft, now: Timestamp) {
        let mut kept = self.kept();
        kept.last_id += 1;
        let Draft {
            channel,
            to,
            subject,
            text,
            html,
            attributes,
        } = draft;
        let id = kept.last_id.to_string();
        let sent_at = now.rfc3339();
        kept.messages.push(Message {
            id,
            channel,
            to,
            subject,
            text,
            html,
            attributes,
            sent_at,
        });
    }

    /// Messages to `to` (whatever the case; everybody if none) by `channel` (any if none).
    pub(crate) fn list(&self, to: Option<&str>, channel: Option<Channel>) -> Vec<Message> {
        let kept = self.kept();
        let wanted = |message: &&Message| {
            to.is_none_or(|to| message.to.eq_ignore_ascii_case(to))
                && channel.is_none_or(|channel| message.channel == channel)
        };
        kept.messages.iter().filter(wanted).cloned().collect()
    }

    /// The HTML of message `id`, if it has any.
    pub(crate) fn html(&self, id: &str) -> Option<String> {
        self.kept()
            .messages
            .iter()
            .find(|message| message.id == id)?
            .html
            .clone()
    }

    /// Forgets every message.
    pub(crate) fn clear(&self) {
        self.kept().messages.clear();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(channel: Channel, to: &str) -> Draft {
        Draft {
            channel,
            to: to.to_owned(),
            subject: None,
            text: "hello".to_owned(),
            html: None,
            attributes: BTreeMap::new(),
        }
    }

    #[test]
    fn finds_messages_by_recipient_and_channel_oldest_first() {
        let inbox = Inbox::default();
        inbox.deliver(draft(Channel::Email, "Ann@example.test"), Timestamp(0));
        inbox.deliver(draft(Channel::Sms, "+61400000000"), Timestamp(1));
        inbox.deliver(draft(Channel::Email, "ann@example.test"), Timestamp(2));
        let ids = |to, channel| {
            inbox
                .list(to, channel)
                .into_iter()
                .map(|message| message.id)
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(None, None), ["1", "2", "3"]);
        assert_eq!(ids(Some("ANN@example.test"), None), ["1", "3"]);
        assert_eq!(ids(None, Some(Channel::Sms)), ["2"]);
        assert_eq!(
            ids(Some("+61400000000"), Some(Channel::Email)),
            Vec::<String>::new()
        );
        assert_eq!(inbox.list(None, None)[2].sent_at, "1970-01-01T00:00:02Z");
    }

    #[test]
    fn ids_are_not_used_again_after_clearing() {
        let inbox = Inbox::default();
        inbox.deliver(draft(Channel::Sms, "+61400000000"), Timestamp(0));
        inbox.clear();
        assert!(inbox.list(None, None).is_empty());
        inbox.deliver(draft(Channel::Sms, "+61400000000"), Timestamp(0));
        assert_eq!(inbox.list(None, None)[0].id, "2");
    }
}
