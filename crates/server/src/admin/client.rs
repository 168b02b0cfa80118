use std::io;
use std::path::Path;

use stead_administration::limits::LINE_BYTES_MAX;
use stead_administration::{Command, Outcome};
use thiserror::Error;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::SOCKET_NAME;
use crate::limits::{ADMIN_BACKUP_WAIT_MAX, ADMIN_WAIT_MAX};

/// A connection to the server of a data directory.
#[derive(Debug)]
pub struct AdminClient(BufReader<UnixStream>);

/// Why a running server did not carry a command out.
#[derive(Debug, Error)]
pub enum AdminClientError {
    /// The connection broke.
    #[error("the server closed the connection: {0}")]
    Io(#[from] io::Error),
    /// No answer within the bound.
    #[error("the server did not answer in time")]
    Silent,
    /// An answer that is none.
    #[error("the server's answer cannot be read")]
    Unreadable,
}

impl AdminClient {
    /// Connects; `None` where no server runs on this directory.
    ///
    /// # Errors
    /// A socket that is there and cannot be used, such as another user's.
    pub async fn connect(data: &Path) -> io::Result<Option<Self>> {
        match UnixStream::connect(data.join(SOCKET_NAME)).await {
            Ok(stream) => Ok(Some(Self(BufReader::new(stream)))),
            // No socket, or one that a killed server left behind.
            Err(error)
                if [io::ErrorKind::NotFound, io::ErrorKind::ConnectionRefused]
                    .contains(&error.kind()) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Has a command carried out.
    ///
    /// # Errors
    /// A server that goes away, stays silent or answers something else.
    pub async fn ask(&mut self, command: &Command) -> Result<Outcome, AdminClientError> {
        let mut line = command.to_line();
        line.push(b'\n');
        let wait_max = match command {
            Command::Backup { .. } | Command::ImportAccount { .. } => ADMIN_BACKUP_WAIT_MAX,
            _ => ADMIN_WAIT_MAX,
        };
        match timeout(wait_max, self.exchange(&line)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(AdminClientError::Silent),
        }
    }

    async fn exchange(&mut self, line: &[u8]) -> Result<Outcome, AdminClientError> {
        self.0.get_mut().write_all(line).await?;
        let mut answer = Zeroizing::new(Vec::new());
        (&mut self.0).take(LINE_BYTES_MAX).read_until(b'\n', &mut answer).await?;
        serde_json::from_slice(&answer).map_err(|_| AdminClientError::Unreadable)
    }
}
