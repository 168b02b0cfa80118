use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::AccountId;

/// An Amazon Resource Name, such as `arn:aws:iam::111122223333:role/path/Name`.
///
/// Six components; the last may hold further colons. The text is kept as given.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    text: Box<str>,
    // INVARIANT: the byte positions of the first five colons of `text`, ascending.
    colons: [u16; 5],
}

/// Why a text is not an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ArnError {
    /// Fewer than six components, or the first is not `arn`.
    #[error("an ARN has six components: arn:partition:service:region:account:resource")]
    Shape,
    /// Partition, service or resource is empty.
    #[error("an ARN names a partition, a service and a resource")]
    Empty,
    /// Longer than 2,048 bytes.
    #[error("an ARN has at most 2048 bytes")]
    Long,
}

impl Arn {
    /// Spec: the longest `arnType` of the IAM and STS models.
    const BYTES_MAX: usize = 2048;

    /// The ARN of an IAM resource, such as `Arn::iam(account, "user/Alice")`.
    #[must_use]
    pub fn iam(account: AccountId, resource: &str) -> Self {
        Self::global("iam", account, resource)
    }

    /// The ARN of an STS resource, such as `Arn::sts(account, "assumed-role/R/s")`.
    #[must_use]
    pub fn sts(account: AccountId, resource: &str) -> Self {
        Self::global("sts", account, resource)
    }

    // INVARIANT: `service` has three letters; the colon positions count on it.
    fn global(service: &'static str, account: AccountId, resource: &str) -> Self {
        debug_assert_eq!(service.len(), 3);
        let colons = [3, 7, 11, 12, 25];
        let mut text = String::with_capacity(26 + resource.len());
        text.push_str("arn:aws:");
        text.push_str(service);
        text.push_str("::");
        account.push_to(&mut text);
        text.push(':');
        text.push_str(resource);
        Self { text: text.into(), colons }
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The partition: `aws`, `aws-cn`, `aws-us-gov`.
    #[must_use]
    pub fn partition(&self) -> &str {
        self.between(0)
    }

    /// The service: `iam`, `sts`, `s3`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.between(1)
    }

    /// The region, empty for global services.
    #[must_use]
    pub fn region(&self) -> &str {
        self.between(2)
    }

    /// The account component as text: empty for some services, a word for others.
    #[must_use]
    pub fn account_text(&self) -> &str {
        self.between(3)
    }

    /// The account, where the component is an account number.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.account_text().parse().ok()
    }

    /// All behind the fifth colon: `role/path/Name`.
    #[must_use]
    pub fn resource(&self) -> &str {
        let [.., last] = self.colons;
        self.text.get(usize::from(last) + 1..).unwrap_or_default()
    }

    /// The resource's part behind the first `/`, when the part before it is `kind`:
    /// for kind `role` and `role/path/Name` it is `path/Name`.
    #[must_use]
    pub fn resource_of(&self, kind: &str) -> Option<&str> {
        self.resource().strip_prefix(kind)?.strip_prefix('/')
    }

    fn between(&self, index: usize) -> &str {
        let bounds = self.colons.get(index).zip(self.colons.get(index + 1));
        bounds
            .and_then(|(left, right)| self.text.get(usize::from(*left) + 1..usize::from(*right)))
            .unwrap_or_default()
    }
}

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > Self::BYTES_MAX {
            return Err(ArnError::Long);
        }
        let mut colons = [0_u16; 5];
        let mut slots = colons.iter_mut();
        let mut slot = slots.next();
        for (position, byte) in (0_u16..).zip(text.bytes()) {
            if byte == b':' {
                let Some(free) = slot else { break };
                *free = position;
                slot = slots.next();
            }
        }
        if slot.is_some() || !text.starts_with("arn:") {
            return Err(ArnError::Shape);
        }
        let arn = Self { text: text.into(), colons };
        if [arn.partition(), arn.service(), arn.resource()].contains(&"") {
            return Err(ArnError::Empty);
        }
        Ok(arn)
    }
}

impl From<Arn> for String {
    fn from(arn: Arn) -> Self {
        arn.text.into()
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for Arn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_found() {
        let arn: Arn = "arn:aws-cn:logs:eu-west-1:111122223333:log-group:a:b".parse().unwrap();
        assert_eq!(arn.partition(), "aws-cn");
        assert_eq!((arn.service(), arn.region()), ("logs", "eu-west-1"));
        assert_eq!(arn.account().unwrap().to_string(), "111122223333");
        assert_eq!(arn.resource(), "log-group:a:b");
    }

    #[test]
    fn made_arns_equal_parsed_ones() {
        let account: AccountId = "000000000042".parse().unwrap();
        for made in [Arn::iam(account, "role/a/b/C"), Arn::sts(account, "assumed-role/C/s")] {
            assert_eq!(made.as_str().parse::<Arn>().unwrap(), made);
        }
        let role = Arn::iam(account, "role/a/b/C");
        assert_eq!((role.resource_of("role"), role.resource_of("user")), (Some("a/b/C"), None));
    }

    #[test]
    fn broken_arns_are_refused() {
        for bad in ["", "arn", "arn:aws:iam::1", "arx:aws:iam::1:user/a"] {
            assert_eq!(bad.parse::<Arn>(), Err(ArnError::Shape), "{bad}");
        }
        for bad in ["arn::iam::1:user/a", "arn:aws:::1:user/a", "arn:aws:iam::1:"] {
            assert_eq!(bad.parse::<Arn>(), Err(ArnError::Empty), "{bad}");
        }
        assert_eq!(
            format!("arn:aws:iam::1:{}", "x".repeat(2048)).parse::<Arn>(),
            Err(ArnError::Long)
        );
    }
}
