//! The key derivation of sender keys.
use super::super::build::{secret, test};
use super::super::TestPlan;
use super::NAME;
use crate::bytes::Bytes;
use crate::step::Step;

fn inputs() -> [(&'static str, &'static str, Bytes); 5] {
    [
        ("of a label", "KeyDerivation", secret(NAME, 0, "chain key")),
        ("of zeros", "KeyDerivation", Bytes(vec![0; 32])),
        ("of ff", "KeyDerivation", Bytes(vec![0xff; 32])),
        ("of 31 bytes", "BadInput", Bytes(vec![1; 31])),
        ("of no bytes", "BadInput", Bytes::default()),
    ]
}

/// The chain.
pub fn chain() -> Vec<TestPlan> {
    (1..)
        .zip(inputs())
        .map(|(id, (of, flag, chain_key))| {
            test(
                id,
                format!("a step of the chain, {of}"),
                flag,
                Step::KdfSenderCk { chain_key },
            )
        })
        .collect()
}

/// The keys of a message.
pub fn keys() -> Vec<TestPlan> {
    (21..)
        .zip(inputs())
        .map(|(id, (of, flag, seed))| {
            test(
                id,
                format!("the keys of a message, {of}"),
                flag,
                Step::SenderMessageKeys { seed },
            )
        })
        .collect()
}
