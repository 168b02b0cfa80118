//! Calls in the form of the wire: parameters in, the answer's members out.

use serde_json::{Map, Value as Json};
use stead_api::iam::{self, IamOperation};
use stead_api::{ApiError, KnownOperation, Operation, implemented_iam};
use stead_iam::Iam;
use stead_query::{DecodeRequest, Form, Format, ToValue, decode, encode};
use stead_service::Handle;
use stead_world::{Credentials, Failure, World};

/// The account of every test.
pub(crate) const ACCOUNT: &str = "111122223333";

/// Calls an operation with parameters as SDKs take them, and gives the members of its
/// result as SDKs give them.
pub(crate) fn call(
    world: &mut World,
    credentials: &Credentials,
    operation: &str,
    parameters: &Json,
) -> Result<Json, Failure> {
    let mut pairs = vec![
        ("Action".to_owned(), operation.to_owned()),
        ("Version".to_owned(), "2010-05-08".to_owned()),
    ];
    flatten("", parameters, &mut pairs);
    let body: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    let form =
        Form::parse(None, Some("application/x-www-form-urlencoded"), body.join("&").as_bytes())?;
    match form.operation()? {
        KnownOperation::Iam(operation) => dispatch(world, credentials, operation, &form),
        other => panic!("{other:?} is not of IAM"),
    }
}

macro_rules! dispatch {
    ([] $($operation:ident,)+) => {
        fn dispatch(
            world: &mut World,
            credentials: &Credentials,
            operation: IamOperation,
            form: &Form,
        ) -> Result<Json, Failure> {
            match operation {
                $(IamOperation::$operation => run::<iam::$operation>(world, credentials, form),)+
                #[allow(unreachable_patterns, reason = "depends on the model")]
                other => Err(ApiError::not_implemented(KnownOperation::Iam(other).name()).into()),
            }
        }
    };
}

implemented_iam!(dispatch);

fn run<Op: Operation>(
    world: &mut World,
    credentials: &Credentials,
    form: &Form,
) -> Result<Json, Failure>
where
    Iam: Handle<Op>,
    Op::Input: DecodeRequest,
    Op::Output: ToValue,
{
    let input = decode::<Op>(form)?;
    let output = world.call::<Iam, Op>(credentials, input)?;
    let document: Json =
        serde_json::from_str(&encode::<Op>(&output, "request-id", Format::Json)).unwrap();
    let response = &document[format!("{}Response", Op::NAME)];
    let result = response.get(format!("{}Result", Op::NAME));
    Ok(result.cloned().unwrap_or_else(|| Json::Object(Map::new())))
}

/// `Tags.member.1.Key`, and so on.
fn flatten(name: &str, value: &Json, pairs: &mut Vec<(String, String)>) {
    let below =
        |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
    match value {
        Json::Object(members) => {
            members.iter().for_each(|(member, value)| flatten(&below(member), value, pairs));
        }
        Json::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                flatten(&below(&format!("member.{}", index + 1)), element, pairs);
            }
        }
        Json::String(text) => pairs.push((name.to_owned(), text.clone())),
        other => pairs.push((name.to_owned(), other.to_string())),
    }
}

fn escape(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A policy document, which answers hold percent-encoded.
pub(crate) fn document(encoded: &str) -> String {
    percent_encoding::percent_decode_str(encoded).decode_utf8().unwrap().into_owned()
}
