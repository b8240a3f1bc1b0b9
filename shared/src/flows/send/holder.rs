//! What a code is sent for: a ticket or an enrollment, there already or made with the send.

use crate::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::limits::Wait;
use crate::domain::ticket::{Enrollment, Sends, Ticket};
use crate::domain::token::{EnrollmentToken, TokenSecret, UserToken};
use crate::store::write::Write;
use crate::store::{StoreError, records};

/// What a code is sent for, and how its sends are recorded.
pub(crate) enum Holder<'a> {
    /// A ticket that exists.
    Ticket(&'a UserToken, &'a Ticket),
    /// A ticket that is made with this send.
    NewTicket(&'a UserToken, &'a Ticket),
    /// An enrollment that exists.
    Enrollment(&'a EnrollmentToken, &'a Enrollment),
    /// An enrollment that is made with this send.
    NewEnrollment(&'a EnrollmentToken, &'a Enrollment),
}

impl Holder<'_> {
    pub(super) const fn is_enrollment(&self) -> bool {
        matches!(self, Self::Enrollment(..) | Self::NewEnrollment(..))
    }

    pub(super) fn sends(&self) -> &Sends {
        match self {
            Self::Ticket(_, ticket) | Self::NewTicket(_, ticket) => &ticket.sends,
            Self::Enrollment(_, enrollment) | Self::NewEnrollment(_, enrollment) => {
                &enrollment.sends
            }
        }
    }

    /// Until the ticket or enrollment ends.
    pub(super) fn time_left(&self, now: Timestamp) -> Wait {
        let end = match self {
            Self::Ticket(_, ticket) | Self::NewTicket(_, ticket) => ticket.expires_at,
            Self::Enrollment(_, enrollment) | Self::NewEnrollment(_, enrollment) => {
                enrollment.expires_at
            }
        };
        Wait::seconds(end.since(now))
    }

    pub(super) fn secret(&self) -> &TokenSecret {
        match self {
            Self::Ticket(token, _) | Self::NewTicket(token, _) => &token.secret,
            Self::Enrollment(token, _) | Self::NewEnrollment(token, _) => &token.secret,
        }
    }

    /// Records the sends as they are with this one.
    pub(super) fn write(&self, user: &UserId, next: &Sends) -> Result<Write, StoreError> {
        match self {
            Self::NewTicket(token, ticket) => {
                let ticket = Ticket {
                    sends: next.clone(),
                    ..(*ticket).clone()
                };
                records::new_ticket(user, &token.hash(), &ticket)
            }
            Self::NewEnrollment(_, enrollment) => {
                let enrollment = Enrollment {
                    sends: next.clone(),
                    ..(*enrollment).clone()
                };
                records::new_enrollment(user, &enrollment)
            }
            Self::Ticket(..) | Self::Enrollment(..) => self.rewrite(user, self.sends(), next),
        }
    }

    /// Records `sends` in place of those that were `counted`. What was made with the send goes
    /// again: nobody has been told its token.
    pub(super) fn take_back(
        &self,
        user: &UserId,
        counted: &Sends,
        sends: &Sends,
    ) -> Result<Write, StoreError> {
        match self {
            Self::NewTicket(token, _) => Ok(records::redeem_ticket(user, &token.hash())),
            Self::NewEnrollment(token, _) => {
                records::redeem_enrollment(user, token.kind, &token.hash())
            }
            Self::Ticket(..) | Self::Enrollment(..) => self.rewrite(user, counted, sends),
        }
    }

    /// Replaces recorded sends by others.
    fn rewrite(&self, user: &UserId, seen: &Sends, next: &Sends) -> Result<Write, StoreError> {
        match self {
            Self::Ticket(token, _) | Self::NewTicket(token, _) => {
                records::swap_ticket_sends(user, &token.hash(), seen, next)
            }
            Self::Enrollment(token, _) | Self::NewEnrollment(token, _) => {
                records::swap_enrollment_sends(user, token.kind, &token.hash(), seen, next)
            }
        }
    }
}
