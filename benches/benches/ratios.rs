//! Ratios of all sides, measured in turns in one run: `cargo bench -p twinratchet-benches --bench ratios`.
//!
//! In every round each side of an operation runs for less than a millisecond, one after the other, and the ratios are those
//! of one round; the table shows medians over the rounds, and between brackets the quartiles. What else the machine does
//! meets all sides alike. Times are of one run of an operation. `-- --rounds N` sets the number of rounds, `-- --quick` is few,
//! `-- NAME` takes the operations whose name contains NAME. Without `--bench`, that is in a test, each side runs once.
//!
//! # Figures
//!
//! Medians and, for the ratio to the floor, quartiles of 401 rounds; two cores of a shared AMD EPYC (family 25, model 1: SHA-NI,
//! ADX, no AVX-512), whose clock moves by a third during a run; rustc 1.95.0, profile bench, in which the checks in the
//! specification's own code are off. 16 and 1024 are bytes of plaintext; `respond` and `ping_pong` have 16; `_v4` is version 4,
//! and `spqr_message` a message of an epoch of SPQR, which `spqr_epoch` is in whole.
//!
//! | operation | spec µs | impl µs | floor µs | impl : floor | vodozemac µs | vodozemac : impl |
//! |---|---|---|---|---|---|---|
//! | x25519 | 246.35 | 27.53 | 27.52 | 1.00 (1.00-1.00) | 60.49 | 2.19 |
//! | key_pair | 242.53 | 8.32 | 8.23 | 1.00 (0.98-1.03) | 18.76 | 2.30 |
//! | signed_prekey | 834.17 | 52.54 | 46.90 | 1.10 (1.07-1.11) | - | - |
//! | initiate | 2832.40 | 262.77 | 256.62 | 1.03 (1.00-1.08) | 256.16 | 0.98 |
//! | respond | 2601.39 | 277.94 | 261.07 | 1.05 (1.03-1.09) | 254.48 | 0.90 |
//! | encrypt_16 | 40.97 | 1.47 | 1.25 | 1.17 (1.15-1.21) | 30.51 | 20.26 |
//! | encrypt_1024 | 105.54 | 3.59 | 3.22 | 1.11 (1.10-1.13) | 33.63 | 9.31 |
//! | decrypt_16 | 329.35 | 1.71 | 1.16 | 1.46 (1.44-1.53) | 2.59 | 1.49 |
//! | decrypt_1024 | 424.52 | 2.75 | 2.00 | 1.35 (1.31-1.42) | 3.84 | 1.38 |
//! | ping_pong | 2071.27 | 174.61 | 163.39 | 1.06 (1.04-1.10) | 411.66 | 2.33 |
//! | jump_2000 | 17664.88 | 776.38 | 655.14 | 1.16 (1.11-1.24) | - | - |
//! | kem_prekey | 897.57 | 87.38 | 77.34 | 1.08 (1.07-1.11) | - | - |
//! | initiate_v4 | 3821.27 | 385.73 | 367.51 | 1.05 (1.03-1.11) | - | - |
//! | respond_v4 | 3341.69 | 384.37 | 342.03 | 1.11 (1.07-1.16) | - | - |
//! | encrypt_16_v4 | 64.49 | 2.30 | 1.79 | 1.28 (1.23-1.33) | - | - |
//! | encrypt_1024_v4 | 113.83 | 4.38 | 3.76 | 1.17 (1.16-1.17) | - | - |
//! | decrypt_16_v4 | 354.32 | 2.64 | 1.71 | 1.54 (1.53-1.55) | - | - |
//! | decrypt_1024_v4 | 427.36 | 3.56 | 2.51 | 1.42 (1.41-1.43) | - | - |
//! | ping_pong_v4 | 2100.26 | 176.76 | 166.26 | 1.06 (1.05-1.09) | - | - |
//! | jump_2000_v4 | 47139.50 | 1899.79 | 1547.64 | 1.21 (1.15-1.27) | - | - |
//! | spqr_epoch | 3911.17 | 295.75 | 186.59 | 1.56 (1.41-1.66) | - | - |
//! | spqr_message | 44.96 | 3.40 | 2.14 | 1.56 (1.41-1.66) | - | - |
//!
//! vodozemac speaks another protocol, Olm. Its handshake has three agreements in place of four and puts off the first step of
//! the ratchet; it checks neither a signature nor whether a key is canonical. That is why it takes less time.
#[path = "baseline/vodozemac.rs"]
mod baseline;

use baseline::Olm;
use std::time::Duration;
use twinratchet_benches::floor::EPOCH_MESSAGES;
use twinratchet_benches::operation::{Operation, Timer};
use twinratchet_benches::side::optimised::Optimised;
use twinratchet_benches::side::specification::Specification;

/// How long a side runs in a round, if one run is not longer: less than a scheduler gives, so that most rounds run undisturbed.
const SLICE: Duration = Duration::from_micros(300);
const ROUNDS: usize = 401;
const QUICK_ROUNDS: usize = 41;

/// What was asked for.
struct Options {
    rounds: usize,
    slice: Duration,
    filter: Option<String>,
}

/// A side of an operation, and the time of one run in each round so far, in microseconds.
struct Column {
    timer: Timer,
    iterations: u64,
    micros: Vec<f64>,
}

/// The sides of an operation.
struct Row {
    spec: Column,
    implementation: Column,
    floor: Column,
    vodozemac: Option<Column>,
}

fn main() {
    let options = options(std::env::args().skip(1));
    println!("| operation | spec µs | impl µs | floor µs | impl : floor | spec : impl | vodozemac µs | vodozemac : impl |");
    println!("|---|---|---|---|---|---|---|---|");
    let asked = |operation: &Operation| {
        options
            .filter
            .as_ref()
            .is_none_or(|name| operation.name().contains(name))
    };
    for operation in Operation::ALL.into_iter().filter(asked) {
        let mut row = Row::new(operation, options.slice);
        (0..options.rounds).for_each(|_| row.round());
        println!("{}", row.report(&operation.name(), 1));
        if operation == Operation::SparseEpoch {
            println!("{}", row.report("spqr_message", EPOCH_MESSAGES));
        }
    }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Options {
    let mut options = Options {
        rounds: 1,
        slice: Duration::ZERO,
        filter: None,
    };
    let mut rounds = ROUNDS;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" => options.slice = SLICE,
            "--quick" => rounds = QUICK_ROUNDS,
            "--rounds" => rounds = number(arguments.next()),
            name => options.filter = Some(name.into()),
        }
    }
    if options.slice != Duration::ZERO {
        options.rounds = rounds;
    }
    options
}

fn number(argument: Option<String>) -> usize {
    argument
        .and_then(|n| n.parse().ok())
        .expect("--rounds takes a number")
}

impl Column {
    /// The first runs warm up, and say how many fill a slice.
    fn new(mut timer: Timer, slice: Duration) -> Self {
        let mut iterations = 1;
        while slice > Duration::ZERO && timer(iterations) < slice / 2 {
            iterations *= 2;
        }
        Self {
            timer,
            iterations,
            micros: Vec::new(),
        }
    }

    #[allow(clippy::cast_precision_loss)] // far below 2^52
    fn round(&mut self) {
        let taken = (self.timer)(self.iterations);
        self.micros
            .push(taken.as_secs_f64() * 1e6 / self.iterations as f64);
    }

    /// Median, and the quartiles between brackets, of one of so many equal parts.
    #[allow(clippy::cast_precision_loss)] // far below 2^52
    fn report(&self, parts: usize) -> String {
        let [low, median, high] = quartiles(self.micros.clone()).map(|time| time / parts as f64);
        format!("{median:.2} ({low:.2}-{high:.2})")
    }

    /// This side in terms of another, round by round.
    fn over(&self, other: &Self) -> [f64; 3] {
        quartiles(
            self.micros
                .iter()
                .zip(&other.micros)
                .map(|(a, b)| a / b)
                .collect(),
        )
    }
}

impl Row {
    fn new(operation: Operation, slice: Duration) -> Self {
        Self {
            spec: Column::new(operation.timer::<Specification>(), slice),
            implementation: Column::new(operation.timer::<Optimised>(), slice),
            floor: Column::new(operation.floor_timer(), slice),
            vodozemac: Olm::does(operation).then(|| Column::new(operation.timer::<Olm>(), slice)),
        }
    }

    fn round(&mut self) {
        self.spec.round();
        self.implementation.round();
        self.floor.round();
        if let Some(vodozemac) = &mut self.vodozemac {
            vodozemac.round();
        }
    }

    /// A line of the table, of one of so many equal parts.
    fn report(&self, name: &str, parts: usize) -> String {
        let [low, over_floor, high] = self.implementation.over(&self.floor);
        let [_, over_impl, _] = self.spec.over(&self.implementation);
        let vodozemac = self.vodozemac.as_ref().map_or("- | -".into(), |olm| {
            format!(
                "{} | {:.2}",
                olm.report(parts),
                olm.over(&self.implementation)[1]
            )
        });
        format!(
            "| {} | {} | {} | {} | {over_floor:.2} ({low:.2}-{high:.2}) | {over_impl:.0} | {vodozemac} |",
            name,
            self.spec.report(parts),
            self.implementation.report(parts),
            self.floor.report(parts),
        )
    }
}

/// Lower quartile, median, upper quartile.
fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let last = values.len() - 1;
    [values[last / 4], values[last / 2], values[last * 3 / 4]]
}
