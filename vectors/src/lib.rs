//! Test vectors of the Signal protocol: the scenario engine, the drivers, and what the command line is made of.
pub mod bytes;
pub mod driver;
pub mod families;
pub mod format;
pub mod outcome;
pub mod recordings;
pub mod step;
