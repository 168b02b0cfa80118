//! Prints who the default credentials of the AWS SDK for Rust are.

use anyhow::{Context, Result};
use aws_config::BehaviorVersion;
use aws_sdk_sts::Client;
use aws_sdk_sts::error::DisplayErrorContext;
use aws_smithy_http_client::Builder;

fn main() -> Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(print())
}

async fn print() -> Result<()> {
    let configuration = aws_config::defaults(BehaviorVersion::latest())
        .http_client(Builder::new().build_http())
        .load()
        .await;
    let answer = Client::new(&configuration).get_caller_identity().send().await;
    let identity = answer.map_err(|error| anyhow::anyhow!("{}", DisplayErrorContext(error)))?;
    println!("{}", identity.arn().context("GetCallerIdentity answers with an ARN")?);
    Ok(())
}
