//! Mailing a notice from the outbox.
//!
//! An item may be handed over more than once and by several invocations at a time. One of them
//! claims it; what was mailed to whom is written down after each mail. So an event that comes
//! twice is mailed once, and a failure half-way is taken up where it stopped. The one thing
//! that can be mailed twice is a mail whose answer from the provider was lost: better twice
//! than never.

use crate::clock::Timestamp;
use crate::delivery::{Audience, DeliveryError, Notice, NoticeAccount, NoticeEvent};
use crate::domain::contact::EmailAddress;
use crate::domain::ids::{UserId, short_id};
use crate::domain::outbox::{OutboxItem, Told};
use crate::domain::practice::{NewLoginAlerts, Practice};
use crate::domain::user::{Role, User};
use crate::runtime::App;
use crate::store::keys::{self, Key};
use crate::store::write::Write;
use crate::store::{StoreError, from_item};

/// Seconds an invocation has an item to itself; more than it may run (`Timeout` in
/// `template.yaml`).
pub const CLAIM: i64 = 60;

/// Items read in one request.
const READ_AT_ONCE: usize = 100;

/// Why a notice isn't mailed (completely) yet. Handing it over again goes on with it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another invocation is at it.
    #[error("another invocation is mailing it")]
    Claimed,
    /// The provider didn't take it.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Mails the notice with this id to everyone who is to be told.
///
/// Gives back how many mails were sent: none if it was done before, or nobody is to be told.
///
/// # Errors
/// [`Error`]; the item is then released for the next try.
pub async fn deliver(app: &App, id: &str) -> Result<usize, Error> {
    let key = keys::outbox(id);
    let Some(item) = claim(app, &key).await? else {
        return Ok(0);
    };
    let result = mail(app, &key, item).await;
    let now = app.clock.now();
    let ending = Write::update(key).if_exists().remove("claimed_until");
    match result {
        Ok(sent) => {
            app.store.touch(ending.set("done_at", &now)?).await?;
            Ok(sent)
        }
        Err(error) => {
            app.store.touch(ending).await?;
            Err(error)
        }
    }
}

/// Takes the item for this invocation; `None` if there is nothing (left) to do with it.
async fn claim(app: &App, key: &Key) -> Result<Option<OutboxItem>, Error> {
    let now = app.clock.now();
    let claimant = short_id(app.random.bytes());
    let write = Write::update(key.clone())
        .if_exists()
        .if_equal::<Timestamp>("done_at", None)?
        .if_passed("claimed_until", now)
        .set("claimed_until", &now.plus(CLAIM))?
        .set("claimed_by", &claimant)?;
    if let Some(item) = app.store.touch(write).await? {
        return Ok(Some(from_item(item)?));
    }
    let items = app.store.read(std::slice::from_ref(key)).await?;
    match items.get::<OutboxItem>(key)? {
        // The claim was made by a first try whose answer was lost.
        Some(item) if item.claimed_by.as_ref() == Some(&claimant) => Ok(Some(item)),
        Some(item) if item.done_at.is_none() => Err(Error::Claimed),
        _ => Ok(None),
    }
}

/// Mails it to everyone it has not been mailed to. A mailbox that the provider refuses keeps
/// nobody else from being told, and is an error at the end; a provider that doesn't answer is
/// one at once.
async fn mail(app: &App, key: &Key, mut item: OutboxItem) -> Result<usize, Error> {
    let mut sent = 0;
    let mut failure = None;
    for recipient in recipients(app, &item).await? {
        if item.sent_to.contains(&recipient.user_id) {
            continue;
        }
        let notice = notice_for(&item, recipient.audience);
        match app.delivery.send_notice(&recipient.address, &notice).await {
            Ok(()) => {}
            Err(error) if error.is_certain() => {
                failure.get_or_insert(error);
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        item.sent_to.insert(recipient.user_id);
        sent += 1;
        let progress = Write::update(key.clone())
            .if_exists()
            .set("sent_to", &item.sent_to)?;
        app.store.touch(progress).await?;
    }
    failure.map_or(Ok(sent), |failure| Err(failure.into()))
}

/// Somebody to be told.
struct Recipient {
    user_id: UserId,
    address: EmailAddress,
    audience: Audience,
}

/// Who is to be told of it.
async fn recipients(app: &App, item: &OutboxItem) -> Result<Vec<Recipient>, StoreError> {
    let alerts = match item.told {
        Told::NewSignIn => {
            let key = keys::practice(&item.practice_id);
            let items = app.store.read(std::slice::from_ref(&key)).await?;
            let practice: Option<Practice> = items.get(&key)?;
            practice
                .map(|practice| practice.new_login_alerts)
                .unwrap_or_default()
        }
        Told::ResetBySupport { .. } => NewLoginAlerts::UserAndFullAccess,
        _ => NewLoginAlerts::User,
    };
    let mut recipients = Vec::new();
    if alerts != NewLoginAlerts::Off {
        recipients.extend(recipient(
            item.user_id.clone(),
            &item.email,
            Audience::Owner,
        ));
    }
    if alerts == NewLoginAlerts::UserAndFullAccess {
        let colleagues = full_access_users(app, item).await?;
        recipients.extend(
            colleagues
                .into_iter()
                .filter_map(|user| recipient(user.user_id, &user.email, Audience::FullAccess)),
        );
    }
    Ok(recipients)
}

fn recipient(user_id: UserId, email: &str, audience: Audience) -> Option<Recipient> {
    let address = EmailAddress::parse(email).ok()?;
    Some(Recipient {
        user_id,
        address,
        audience,
    })
}

/// The Full Access users of the practice, but for the account's owner.
async fn full_access_users(app: &App, item: &OutboxItem) -> Result<Vec<User>, StoreError> {
    let members = app.store.full_access_members(&item.practice_id).await?;
    let keys: Vec<Key> = members
        .iter()
        .filter(|member| member.user_id != item.user_id)
        .map(|member| keys::user(&member.user_id))
        .collect();
    let mut users = Vec::with_capacity(keys.len());
    for keys in keys.chunks(READ_AT_ONCE) {
        let items = app.store.read(keys).await?;
        for key in keys {
            let user: Option<User> = items.get(key)?;
            users.extend(user.filter(|user| user.role == Role::FullAccess && !user.disabled));
        }
    }
    Ok(users)
}

fn notice_for(item: &OutboxItem, audience: Audience) -> Notice {
    Notice {
        at: item.at,
        account: NoticeAccount {
            name: item.name.clone(),
            email: item.email.clone(),
        },
        audience,
        device: item.device.clone(),
        address: item.address.clone(),
        event: event_of(&item.told),
    }
}

fn event_of(told: &Told) -> NoticeEvent {
    match told.clone() {
        Told::NewSignIn => NoticeEvent::NewSignIn,
        Told::MethodEnabled { method } => NoticeEvent::MethodEnabled { method },
        Told::MethodReplaced { method } => NoticeEvent::MethodReplaced { method },
        Told::MethodRemoved { method } => NoticeEvent::MethodRemoved { method },
        Told::MethodSuspended { method } => NoticeEvent::MethodSuspended { method },
        Told::ResetByColleague { actor, methods } => {
            NoticeEvent::ResetByColleague { actor, methods }
        }
        Told::ResetBySupport { reason } => NoticeEvent::ResetBySupport { reason },
        Told::WhitelistTurnedOn => NoticeEvent::WhitelistTurnedOn,
        Told::DeviceMisused { label } => NoticeEvent::DeviceMisused { device: label },
        Told::PasswordChanged => NoticeEvent::PasswordChanged,
    }
}
