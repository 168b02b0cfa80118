use serde_json::Value;

use crate::exit::Failure;

/// What the server answered, as JSON.
pub(crate) enum Reply {
    /// The members of the result; null where there is none.
    Done(Value),
    /// An error, by its code, and what is said of it.
    Refused {
        /// Such as `AccessDenied`.
        code: String,
        /// The text.
        message: String,
    },
}

impl Reply {
    pub(super) fn read(status: u16, action: &str, body: &[u8]) -> Result<Self, Failure> {
        let mut body: Value = serde_json::from_slice(body).map_err(|_| {
            Failure::new(format!("the answer to {action} is not the JSON that was asked for"))
        })?;
        if status == 200 {
            let response = body.get_mut(format!("{action}Response"));
            let response =
                response.ok_or_else(|| Failure::new(format!("the answer is none to {action}")))?;
            // Operations that only change something answer no result.
            let result = response.get_mut(format!("{action}Result"));
            return Ok(Self::Done(result.map(Value::take).unwrap_or_default()));
        }
        let text = |name: &str| {
            let text = body.pointer(&format!("/Error/{name}")).and_then(Value::as_str);
            text.unwrap_or("-").to_owned()
        };
        Ok(Self::Refused { code: text("Code"), message: text("Message") })
    }

    /// The same of a service whose answers are the result alone.
    ///
    /// Spec: smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html, "Operation error
    /// serialization": the code stands behind `#` where a namespace stands before it. In
    /// which case of letters `message` is written differs between errors.
    pub(super) fn read_json(status: u16, action: &str, body: &[u8]) -> Result<Self, Failure> {
        if status == 200 && body.is_empty() {
            return Ok(Self::Done(Value::Null));
        }
        let body: Value = serde_json::from_slice(body).map_err(|_| {
            Failure::new(format!("the answer to {action} is not the JSON that was asked for"))
        })?;
        if status == 200 {
            return Ok(Self::Done(body));
        }
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let code = text("__type").unwrap_or("-");
        let code = code.rsplit_once('#').map_or(code, |(_, code)| code).to_owned();
        let message = text("message").or_else(|| text("Message")).unwrap_or("-").to_owned();
        Ok(Self::Refused { code, message })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_and_errors_are_told_apart() {
        let done = br#"{"ListRolesResponse":{"ListRolesResult":{"Roles":[]}}}"#;
        match Reply::read(200, "ListRoles", done).ok() {
            Some(Reply::Done(result)) => assert_eq!(result, serde_json::json!({"Roles": []})),
            _ => panic!("no result"),
        }
        let refused = br#"{"Error":{"Code":"AccessDenied","Message":"no"}}"#;
        match Reply::read(403, "ListRoles", refused).ok() {
            Some(Reply::Refused { code, message }) => {
                assert_eq!((code.as_str(), message.as_str()), ("AccessDenied", "no"));
            }
            _ => panic!("no refusal"),
        }
        for bad in [&b"<xml/>"[..], b"{}", br#"{"ListUsersResponse":{}}"#] {
            assert!(Reply::read(200, "ListRoles", bad).is_err());
        }
    }

    #[test]
    fn answers_of_json_services_are_the_result_alone() {
        let read = |status, body: &str| Reply::read_json(status, "ListRoots", body.as_bytes());
        match read(200, r#"{"Roots":[]}"#).ok() {
            Some(Reply::Done(result)) => assert_eq!(result, serde_json::json!({"Roots": []})),
            _ => panic!("no result"),
        }
        assert!(matches!(read(200, ""), Ok(Reply::Done(Value::Null))));
        for (body, expected) in [
            (
                r#"{"__type":"AccessDeniedException","Message":"no"}"#,
                ("AccessDeniedException", "no"),
            ),
            (r#"{"__type":"a.b#ServiceException","message":"x"}"#, ("ServiceException", "x")),
            ("{}", ("-", "-")),
        ] {
            match read(400, body).ok() {
                Some(Reply::Refused { code, message }) => {
                    assert_eq!((code.as_str(), message.as_str()), expected);
                }
                _ => panic!("no refusal"),
            }
        }
        assert!(read(200, "<xml/>").is_err());
        assert!(read(400, "").is_err());
    }
}
