//! Test vectors of the Signal protocol: the scenario engine, the drivers, and what the command line is made of.
pub mod bytes;
pub mod canary;
pub mod cli;
pub mod diff;
pub mod driver;
pub mod families;
pub mod files;
pub mod format;
pub mod generate;
pub mod index;
pub mod json;
pub mod outcome;
pub mod recordings;
pub mod report;
pub mod runner;
pub mod step;
pub mod verify;
