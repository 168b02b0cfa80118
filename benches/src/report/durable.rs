//! What was measured of a server with its accounts on disk.

use serde_json::{Value, json};

use super::{mebibytes, microseconds, print_line};
use crate::assume_role::{Cost, Spent};
use crate::churn::{Churn, OVER_MOTO_MIN};
use crate::sessions::Sessions;

impl Cost {
    #[expect(clippy::print_stdout, reason = "the table is this program's result")]
    pub(super) fn print(&self) {
        println!("\nAssumeRole with accounts on disk, the audit log on, ten managed policies");
        println!("{:<36} {:>12} {:>9} {:>9}", "", "requests/s", "p50 us", "p99 us");
        print_spent("http.assume_role", &self.round.stead);
        print_spent("  same stack, constant answer", &self.round.constant);
        for (emulator, spent) in &self.emulators {
            print_spent(emulator.name(), spent);
            let times = self.round.stead.rate.per_second() / spent.rate.per_second();
            println!("  {times:.0} times as many answers here");
        }
        println!("  of a constant answer's processor time: {:.3}", self.round.over_constant());
    }

    pub(super) fn numbers(&self) -> Vec<Value> {
        let number = |name: &str, value: f64, unit: &str| json!({ "name": format!("http.assume_role.{name}"), "value": value, "unit": unit });
        let mut numbers = vec![number("over_constant", self.round.over_constant(), "of constant")];
        let rounds = [("", &self.round.stead), ("constant.", &self.round.constant)];
        for (name, spent) in rounds {
            numbers.extend([
                number(&format!("{name}rate"), spent.rate.per_second(), "requests/s"),
                number(&format!("{name}server"), microseconds(spent.server), "us"),
                number(&format!("{name}load"), microseconds(spent.load), "us"),
            ]);
        }
        for (emulator, spent) in &self.emulators {
            let times = self.round.stead.rate.per_second() / spent.rate.per_second();
            let name = emulator.name();
            numbers.push(number(&format!("over_{name}"), times, "times"));
            numbers.push(number(&format!("{name}.rate"), spent.rate.per_second(), "requests/s"));
        }
        numbers
    }
}

#[expect(clippy::print_stdout, reason = "the table is this program's result")]
fn print_spent(name: &str, spent: &Spent) {
    print_line(name, spent.rate, "");
    let (server, load) = (microseconds(spent.server), microseconds(spent.load));
    println!("  processor time of a request: {server:.1} us the server, {load:.1} us the load");
}

impl Sessions {
    #[expect(clippy::print_stdout, reason = "the table is this program's result")]
    pub(super) fn print(&self) {
        println!("\n{} sessions issued, then used in turn", self.issued);
        print_line("GetCallerIdentity, many sessions", self.many, "");
        print_line("  a fresh server, few sessions", self.few, "");
        println!("  median latency over the fresh server's: {:.3}", self.over_fresh());
        let [before, after] = self.memory.map(mebibytes);
        let growth = self.growth();
        println!("  memory: {before:.1} MiB before, {after:.1} after, {growth:+.1}");
    }

    pub(super) fn numbers(&self) -> Vec<Value> {
        let number = |name: &str, value: f64, unit: &str| json!({ "name": format!("http.sessions.{name}"), "value": value, "unit": unit });
        vec![
            number("rate", self.many.per_second(), "requests/s"),
            number("fresh.rate", self.few.per_second(), "requests/s"),
            number("p50.over_fresh", self.over_fresh(), "of the fresh server's"),
            number("memory.growth", self.growth(), "MiB"),
        ]
    }

    fn growth(&self) -> f64 {
        let [before, after] = self.memory.map(mebibytes);
        after - before
    }
}

impl Churn {
    #[expect(clippy::print_stdout, reason = "the table is this program's result")]
    pub(super) fn print(&self) {
        println!("\n{} roles created, read, updated, read and destroyed", self.roles);
        let (writes, reads) = (self.stead.writes_per_second(), self.stead.reads_per_second());
        println!("  {writes:.0} writes/s, each on disk before its answer, {reads:.0} reads/s");
        if let Some(moto) = &self.moto {
            let (writes, reads) = (moto.writes_per_second(), moto.reads_per_second());
            println!("  moto: {writes:.0} writes/s, {reads:.0} reads/s");
            let times = self.over_moto(moto.writes_per_second());
            println!("  {times:.1} times as many writes here (at least {OVER_MOTO_MIN})");
        }
    }

    pub(super) fn numbers(&self) -> Vec<Value> {
        let number = |name: &str, value: f64, unit: &str| json!({ "name": format!("churn.{name}"), "value": value, "unit": unit });
        let mut numbers = vec![
            number("writes", self.stead.writes_per_second(), "requests/s"),
            number("reads", self.stead.reads_per_second(), "requests/s"),
        ];
        if let Some(moto) = &self.moto {
            let writes = moto.writes_per_second();
            numbers.push(number("moto.writes", writes, "requests/s"));
            numbers.push(number("over_moto", self.over_moto(writes), "times"));
        }
        numbers
    }

    fn over_moto(&self, writes: f64) -> f64 {
        self.stead.writes_per_second() / writes
    }
}
