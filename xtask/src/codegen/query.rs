//! x
use crate::codegen::{File, service::Service};
use anyhow::Result;
pub(crate) fn generate(_: &[Service<'_>]) -> Result<Vec<File>> {
    Ok(vec![])
}
