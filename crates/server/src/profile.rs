//! The profile files that point an AWS SDK or the AWS CLI at this server.

use std::io;
use std::path::{Path, PathBuf};

use stead_types::{AccessKeyId, Secret};

use crate::private_file;

/// The name of the profile in both files.
pub const PROFILE: &str = "stead";

/// Where the profile files of a data directory stand: `DIR/aws/credentials` and
/// `DIR/aws/config`.
#[derive(Clone, Debug)]
pub struct ProfileFiles {
    directory: PathBuf,
}

impl ProfileFiles {
    /// The files of this data directory.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self { directory: data.join("aws") }
    }

    /// The file for `AWS_SHARED_CREDENTIALS_FILE`.
    #[must_use]
    pub fn credentials(&self) -> PathBuf {
        self.directory.join("credentials")
    }

    /// The file for `AWS_CONFIG_FILE`.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.directory.join("config")
    }

    /// The file for `AWS_CA_BUNDLE`: the authority of a certificate that the server has made.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.directory.join("ca.pem")
    }

    /// Writes the access key of the profile, readable by its owner only.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write_credentials(&self, id: &AccessKeyId, secret: &Secret<String>) -> io::Result<()> {
        private_file::make_directory(&self.directory)?;
        let text = zeroize::Zeroizing::new(format!(
            "[{PROFILE}]\naws_access_key_id = {id}\naws_secret_access_key = {}\n",
            secret.expose()
        ));
        private_file::replace(&self.credentials(), text.as_bytes())
    }

    /// Writes where the server is, and which authority its certificate takes to be believed,
    /// where that is the one in [`Self::authority`]. Done at every start: the port may be a
    /// new one.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write_config(
        &self,
        region: &str,
        endpoint_url: &str,
        certificate: CertificateOrigin,
    ) -> io::Result<()> {
        private_file::make_directory(&self.directory)?;
        let mut text =
            format!("[profile {PROFILE}]\nregion = {region}\nendpoint_url = {endpoint_url}\n");
        if certificate == CertificateOrigin::Own {
            let authority = std::path::absolute(self.authority())?;
            text += &format!("ca_bundle = {}\n", authority.display());
        }
        private_file::replace(&self.config(), text.as_bytes())
    }
}

/// Whose certificate clients meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateOrigin {
    /// One that the server has made, which only [`ProfileFiles::authority`] vouches for.
    Own,
    /// None, or one that clients have other reasons to believe.
    Elsewhere,
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn both_files_hold_what_an_sdk_reads() {
        let scratch = Scratch::new("profile");
        let files = ProfileFiles::of(scratch.path());
        let id = "AKIAIOSFODNN7EXAMPLE".parse().unwrap();
        files.write_credentials(&id, &Secret::new("wJalr/+=".to_owned())).unwrap();
        let (region, url) = ("eu-west-1", "http://127.0.0.1:4566");
        files.write_config(region, url, CertificateOrigin::Elsewhere).unwrap();
        let read = |path: PathBuf| std::fs::read_to_string(path).unwrap();
        assert_eq!(
            read(files.credentials()),
            "[stead]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalr/+=\n"
        );
        assert_eq!(
            read(files.config()),
            "[profile stead]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:4566\n"
        );
        files.write_config(region, url, CertificateOrigin::Own).unwrap();
        let authority = std::path::absolute(files.authority()).unwrap();
        assert_eq!(
            read(files.config()),
            format!(
                "[profile stead]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:4566\n\
                 ca_bundle = {}\n",
                authority.display()
            )
        );
        let mode = std::fs::metadata(files.credentials()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
