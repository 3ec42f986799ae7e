//! Every operation on every side, by criterion: `cargo bench -p twinratchet-benches --bench session`.
//!
//! Names are `<operation>/{spec,impl,floor,vodozemac}`; the operations are those of `twinratchet_benches::operation`, and sizes
//! are in their names: `encrypt_16` seals 16 bytes. vodozemac is the outside baseline and speaks a different protocol, Olm.
//!
//! X25519 of the specification takes 0.227 ms; the limit is 0.6 ms. Median of 401 rounds, quartiles 0.226 and 0.227 ms; one
//! agreement of 32 bytes each; two cores of an Intel Xeon (family 6, model 207); rustc 1.95.0, profile bench.
//! `cargo bench -p twinratchet-benches --bench ratios -- x25519` measures it again, and so does `-- x25519/spec` here.
#[path = "baseline/vodozemac.rs"]
mod baseline;

use baseline::Olm;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};
use std::time::Duration;
use twinratchet_benches::operation::{Operation, Timer};
use twinratchet_benches::side::optimised::Optimised;
use twinratchet_benches::side::specification::Specification;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for operation in Operation::ALL {
        let mut group = criterion.benchmark_group(operation.name());
        group
            .sample_size(20)
            .measurement_time(Duration::from_secs(2));
        bench(&mut group, "spec", || operation.timer::<Specification>());
        bench(&mut group, "impl", || operation.timer::<Optimised>());
        bench(&mut group, "floor", || operation.floor_timer());
        if Olm::does(operation) {
            bench(&mut group, "vodozemac", || operation.timer::<Olm>());
        }
    }
    criterion.final_summary();
}

/// Make the timer only if this benchmark was asked for.
fn bench(group: &mut BenchmarkGroup<'_, WallTime>, side: &str, make: impl Fn() -> Timer) {
    group.bench_function(side, |bencher| bencher.iter_custom(make()));
}
