//! How the refusals of the use cases become problems. A fault of ours or of AWS is logged here,
//! once, and told as `temporarily_unavailable` without its cause.

use tracing::error;

use super::problem::{Code, Problem};
use crate::domain::contact::DestinationNotAllowed;
use crate::domain::limits::Wait;
use crate::flows::caller::CallerError;
use crate::flows::send::{NotSent, SendError};
use crate::flows::{
    activity, alerts, challenge, devices, enroll, login, methods, remove, reset_colleague,
    validate, validate_enrollment, whitelist,
};
use crate::runtime::KeysUnavailable;
use crate::store::StoreError;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        error!(%error, "the table failed");
        Self::unavailable()
    }
}

impl From<KeysUnavailable> for Problem {
    fn from(error: KeysUnavailable) -> Self {
        error!(%error, "no data key");
        Self::unavailable()
    }
}

impl From<CallerError> for Problem {
    fn from(error: CallerError) -> Self {
        match error {
            CallerError::Unauthenticated => Code::Unauthenticated.into(),
            CallerError::StepUpRequired => Code::StepUpRequired.into(),
            CallerError::FullAccessRequired => Code::FullAccessRequired.into(),
            CallerError::Store(error) => error.into(),
        }
    }
}

fn too_many(wait: Wait) -> Problem {
    Problem::wait(Code::TooManyAttempts, wait)
}

fn not_allowed(why: DestinationNotAllowed) -> Problem {
    Problem::from(Code::DestinationNotAllowed).detail(match why {
        DestinationNotAllowed::Country => {
            "Codes are not sent to numbers of this country. Use another number or method."
        }
        DestinationNotAllowed::NotMobile => {
            "Codes are sent to mobile numbers only. Use a mobile number or another method."
        }
    })
}

impl From<NotSent> for Problem {
    fn from(NotSent { why, others }: NotSent) -> Self {
        match why {
            SendError::TooSoon(wait) => Self::wait(Code::ResendTooSoon, wait),
            SendError::LimitReached(wait) => {
                Self::wait(Code::SendLimitReached, wait).methods(others)
            }
            SendError::NotAllowed(why) => not_allowed(why).methods(others),
            SendError::Unavailable(wait) => {
                Self::wait(Code::DeliveryUnavailable, wait).methods(others)
            }
            SendError::Raced => StoreError::Unavailable("raced".to_owned()).into(),
            SendError::Store(error) => error.into(),
            SendError::Keys(error) => error.into(),
        }
    }
}

impl From<login::Error> for Problem {
    fn from(error: login::Error) -> Self {
        match error {
            login::Error::InvalidCredentials => Code::InvalidCredentials.into(),
            login::Error::TooManyAttempts(wait) => too_many(wait),
            login::Error::Store(error) => error.into(),
        }
    }
}

impl From<challenge::Error> for Problem {
    fn from(error: challenge::Error) -> Self {
        use challenge::Error;
        match error {
            Error::InvalidTicket => Code::InvalidTicket.into(),
            Error::Caller(error) => error.into(),
            Error::MethodNotEnabled => Code::MethodNotEnabled.into(),
            Error::MethodSuspended { others } => Self::from(Code::MethodSuspended).methods(others),
            Error::TooManyAttempts(wait) => too_many(wait),
            Error::NotSent(error) => error.into(),
            Error::Store(error) => error.into(),
        }
    }
}

impl From<validate::Error> for Problem {
    fn from(error: validate::Error) -> Self {
        use validate::Error;
        match error {
            Error::InvalidTicket => Code::InvalidTicket.into(),
            Error::Unauthenticated => Code::Unauthenticated.into(),
            Error::MethodNotEnabled => Code::MethodNotEnabled.into(),
            Error::MethodSuspended { others } => Self::from(Code::MethodSuspended).methods(others),
            Error::TooManyAttempts(wait) => too_many(wait),
            Error::InvalidCode { attempts_left } => {
                Self::from(Code::InvalidCode).attempts_left(attempts_left)
            }
            Error::CodeAlreadyUsed { attempts_left } => {
                Self::from(Code::CodeAlreadyUsed).attempts_left(attempts_left)
            }
            Error::Store(error) => error.into(),
            Error::Keys(error) => error.into(),
        }
    }
}

impl From<validate_enrollment::Error> for Problem {
    fn from(error: validate_enrollment::Error) -> Self {
        use validate_enrollment::Error;
        match error {
            Error::InvalidTicket => Code::InvalidTicket.into(),
            Error::Unauthenticated => Code::Unauthenticated.into(),
            Error::NotFound => Self::from(Code::NotFound)
                .detail("This set-up has expired or was replaced. Start it again."),
            Error::InvalidCode { attempts_left } => {
                Self::from(Code::InvalidCode).attempts_left(attempts_left)
            }
            Error::Store(error) => error.into(),
            Error::Keys(error) => error.into(),
        }
    }
}

impl From<enroll::Error> for Problem {
    fn from(error: enroll::Error) -> Self {
        use enroll::Error;
        match error {
            Error::InvalidTicket => Code::InvalidTicket.into(),
            Error::Caller(error) => error.into(),
            Error::NotFound => Self::from(Code::NotFound)
                .detail("This set-up has expired or was replaced. Start it again."),
            Error::NothingToSend => Self::field(
                "enrollment",
                "is of an authenticator, which makes its own codes",
            ),
            Error::NotSent(error) => error.into(),
            Error::Store(error) => error.into(),
        }
    }
}

impl From<methods::Error> for Problem {
    fn from(error: methods::Error) -> Self {
        match error {
            methods::Error::Caller(error) => error.into(),
            methods::Error::MethodNotEnabled => Code::MethodNotEnabled.into(),
            methods::Error::Conflict => Code::Conflict.into(),
            methods::Error::Store(error) => error.into(),
        }
    }
}

impl From<remove::Error> for Problem {
    fn from(error: remove::Error) -> Self {
        match error {
            remove::Error::Caller(error) => error.into(),
            remove::Error::MethodNotEnabled => Code::MethodNotEnabled.into(),
            remove::Error::LastMethod => Code::LastMethod.into(),
            remove::Error::Conflict => Code::Conflict.into(),
            remove::Error::Store(error) => error.into(),
        }
    }
}

impl From<reset_colleague::Error> for Problem {
    fn from(error: reset_colleague::Error) -> Self {
        use reset_colleague::Error;
        match error {
            Error::Caller(error) => error.into(),
            Error::NotFound => Code::NotFound.into(),
            Error::OwnAccount => Self::from(Code::Conflict)
                .detail("This is your own account: change your methods under /methods."),
            Error::MethodNotEnabled => Code::MethodNotEnabled.into(),
            Error::Conflict => Code::Conflict.into(),
            Error::Store(error) => error.into(),
        }
    }
}

impl From<whitelist::Error> for Problem {
    fn from(error: whitelist::Error) -> Self {
        match error {
            whitelist::Error::Caller(error) => error.into(),
            whitelist::Error::NoMethodEnabled => Code::NoMethodEnabled.into(),
            whitelist::Error::NotFound => Code::NotFound.into(),
            whitelist::Error::Conflict => Code::Conflict.into(),
            whitelist::Error::Store(error) => error.into(),
        }
    }
}

impl From<devices::Error> for Problem {
    fn from(error: devices::Error) -> Self {
        match error {
            devices::Error::Caller(error) => error.into(),
            devices::Error::NotFound => Code::NotFound.into(),
            devices::Error::Conflict => Code::Conflict.into(),
            devices::Error::Store(error) => error.into(),
        }
    }
}

impl From<activity::Error> for Problem {
    fn from(error: activity::Error) -> Self {
        match error {
            activity::Error::Caller(error) => error.into(),
            activity::Error::NotFound => Code::NotFound.into(),
            activity::Error::Store(error) => error.into(),
        }
    }
}

impl From<alerts::Error> for Problem {
    fn from(error: alerts::Error) -> Self {
        match error {
            alerts::Error::Caller(error) => error.into(),
            alerts::Error::Conflict => Code::Conflict.into(),
            alerts::Error::Store(error) => error.into(),
        }
    }
}
