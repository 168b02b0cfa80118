use crate::ErrorCode;

/// What a caller is told when a request fails, and what the operator is told besides.
///
/// There is no `Display` on purpose: a text made of all of it would carry
/// [`context`](Self::context) to the caller. `Debug` shows everything and belongs
/// in logs only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    code: ErrorCode,
    message: String,
    hint: Option<String>,
    context: Option<String>,
    reason: Option<String>,
    for_caller_alone: bool,
}

impl ApiError {
    /// An error with this code and the text the caller reads.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            context: None,
            reason: None,
            for_caller_alone: false,
        }
    }

    /// A request that breaks a constraint: `ValidationError`.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::ValidationError, message)
    }

    /// The caller may not do this: `AccessDenied`.
    pub fn access_denied(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::AccessDenied, message)
    }

    /// The entity does not exist: `NoSuchEntity`.
    pub fn no_such_entity(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::NoSuchEntity, message)
    }

    /// We failed. The caller learns nothing; the operator reads `context`.
    pub fn internal(context: impl Into<String>) -> Self {
        // Spec: "Common errors" of the API references, wording of our own (Choice).
        Self::new(ErrorCode::InternalFailure, "The request could not be processed.")
            .with_context(context)
    }

    /// The operation exists but is not built: `NotImplemented`, naming it.
    #[must_use]
    pub fn not_implemented(operation: &str) -> Self {
        // Choice: no AWS service answers so; docs/compatibility.md lists the states.
        let message = format!("The operation {operation} is not implemented.");
        Self::new(ErrorCode::NotImplemented, message)
    }

    /// Adds what the operator should know. It never reaches the wire.
    #[must_use]
    pub fn with_context(mut self, context: impl Into<String>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// Adds which of the rules behind the code was broken, such as `OU_NUMBER_LIMIT_EXCEEDED`:
    /// errors of Organizations have it as a member of its own.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Adds a short text that follows the message, unless messages must be exactly AWS's.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The message repeats what may be a secret of the caller: nothing but the answer may
    /// hold it.
    #[must_use]
    pub fn for_caller_alone(mut self) -> Self {
        self.for_caller_alone = true;
        self
    }

    /// Whether only the caller may read the message.
    #[must_use]
    pub const fn is_for_caller_alone(&self) -> bool {
        self.for_caller_alone
    }

    /// The code, which decides status and fault.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// The text for the caller, exactly AWS's where AWS has one.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The text that may follow the message, such as ` (denial d-...)`, with its space.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Which of the rules behind the code was broken.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// What the operator should know.
    #[must_use]
    pub fn context(&self) -> Option<&str> {
        self.context.as_deref()
    }
}

/// Who must change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The caller.
    Sender,
    /// The service.
    Receiver,
}

impl Fault {
    /// The word in error responses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sender => "Sender",
            Self::Receiver => "Receiver",
        }
    }
}

/// Defines [`ErrorCode`] with status and fault: the one table all of it derives from.
macro_rules! error_codes {
    ($($code:ident, $status:literal, $fault:ident;)+) => {
        /// What kind of failure it is, as the wire spells it.
        ///
        /// The HTTP status and the fault derive from the code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorCode {
            $(
                #[doc = concat!("Status ", $status, ", fault ", stringify!($fault), ".")]
                $code,
            )+
        }

        impl ErrorCode {
            /// Every code, by name.
            pub const ALL: &'static [Self] = &[$(Self::$code),+];

            /// The code on the wire, such as `NoSuchEntity`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => stringify!($code),)+
                }
            }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$code => $status,)+
                }
            }

            /// Who must change something.
            #[must_use]
            pub const fn fault(self) -> $crate::Fault {
                match self {
                    $(Self::$code => $crate::Fault::$fault,)+
                }
            }
        }
    };
}

pub(crate) use error_codes;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_and_fault_follow_from_the_code() {
        for (code, text, status, fault) in [
            (ErrorCode::AccessDenied, "AccessDenied", 403, Fault::Sender),
            (ErrorCode::NoSuchEntity, "NoSuchEntity", 404, Fault::Sender),
            (ErrorCode::EntityAlreadyExists, "EntityAlreadyExists", 409, Fault::Sender),
            (ErrorCode::ExpiredToken, "ExpiredToken", 403, Fault::Sender),
            (ErrorCode::ExpiredTokenException, "ExpiredTokenException", 400, Fault::Sender),
            (ErrorCode::IDPRejectedClaim, "IDPRejectedClaim", 403, Fault::Sender),
            (ErrorCode::ServiceFailure, "ServiceFailure", 500, Fault::Receiver),
            (ErrorCode::InternalFailure, "InternalFailure", 500, Fault::Receiver),
            (ErrorCode::NotImplemented, "NotImplemented", 501, Fault::Receiver),
        ] {
            assert_eq!((code.as_str(), code.status(), code.fault()), (text, status, fault));
        }
    }

    #[test]
    fn statuses_are_errors_and_server_errors_are_ours() {
        for code in ErrorCode::ALL {
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert_eq!(code.fault() == Fault::Receiver, code.status() >= 500, "{code:?}");
        }
    }

    #[test]
    fn an_internal_error_tells_the_caller_nothing() {
        let error = ApiError::internal("disk full at segment 7");
        assert!(!error.message().contains("disk"));
        assert_eq!(error.context(), Some("disk full at segment 7"));
    }
}
