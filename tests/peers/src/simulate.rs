//! Another engine for AWS's language, driven in a process of its own.
//!
//! It is `@cloud-copilot/iam-simulate`, under a licence that Stead is not: it is
//! installed to be asked in tests, and neither linked nor shipped.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::case::{Answer, Case};
use crate::documents::packages;

/// How many questions are written before answers are read. All answers to them fit
/// into a pipe, so that neither side waits for the other.
const BATCH: usize = 256;

/// The other engine's process.
#[derive(Debug)]
pub struct Simulator {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// What the other engine made of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Its answer.
    Answer(Answer),
    /// Why it takes the question for none.
    Refused(String),
    /// What it threw.
    Failed(String),
}

impl Simulator {
    /// Starts the process.
    ///
    /// # Errors
    ///
    /// Where there is no Node or the packages are not installed.
    pub fn start() -> Result<Self> {
        let packages = packages()?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("simulate.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .arg(packages)
            // Dates without a zone are local time to it, and UTC to AWS.
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run node")?;
        let questions = process.stdin.take();
        let answers = process.stdout.take().context("node has no output")?;
        Ok(Self { process, questions, answers: BufReader::new(answers) })
    }

    /// Asks many questions; the replies are in their order.
    ///
    /// # Errors
    ///
    /// Where the process has ended.
    pub fn ask(&mut self, cases: &[Case]) -> Result<Vec<Reply>> {
        let mut replies = Vec::with_capacity(cases.len());
        for batch in cases.chunks(BATCH) {
            let lines: String =
                batch.iter().map(|case| format!("{}\n", case.simulation())).collect();
            let questions = self.questions.as_mut().context("the process was ended")?;
            questions.write_all(lines.as_bytes())?;
            questions.flush()?;
            for _ in batch {
                replies.push(self.reply()?);
            }
        }
        Ok(replies)
    }

    /// Asks one question.
    ///
    /// # Errors
    ///
    /// Where the process has ended.
    pub fn ask_one(&mut self, case: &Case) -> Result<Reply> {
        self.ask(std::slice::from_ref(case))?.pop().context("one reply per question")
    }

    fn reply(&mut self) -> Result<Reply> {
        let mut line = String::new();
        ensure!(self.answers.read_line(&mut line)? > 0, "node ended");
        let line = line.trim_end();
        Ok(match line {
            "Allowed" => Reply::Answer(Answer::Allow),
            "ExplicitlyDenied" => Reply::Answer(Answer::ExplicitDeny),
            "ImplicitlyDenied" => Reply::Answer(Answer::ImplicitDeny),
            _ => match line.split_once(' ') {
                Some(("refused", why)) => Reply::Refused(why.to_owned()),
                Some(("failed", why)) => Reply::Failed(why.to_owned()),
                _ => bail!("node answered `{line}`"),
            },
        })
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // At the end of its input the process ends.
        self.questions = None;
        let _ = self.process.wait();
    }
}
