//! Benchmarks of versions 3 and 4: the specification, the implementation, and the floor of their primitives side by side.
//!
//! [`operation`] says what is timed, [`side`] what an implementation must offer to be timed, [`floor`] what the primitives alone
//! take. The benchmark `session` hands the operations to criterion; the benchmark `ratios` times all sides of an operation
//! in turns and prints ratios, which other work on the machine disturbs least.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
pub mod floor;
pub mod operation;
pub mod side;
