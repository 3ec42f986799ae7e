//! The sections that recordings have: where they are, which members are inputs, and how results are computed.
mod sparse;

pub use sparse::TRACES;

use super::inputs::{Computed, Fault, Inputs};
use super::{
    conversations, fingerprints, groups, handshake_cases, header_encryption, keys, limits, parsing,
    primitives, session, vxeddsa,
};
use crate::driver::Driver;
use serde_json::{Map, Value};

/// How a section lists its cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A list of objects.
    List,
    /// The section is one case.
    One,
    /// A list of rows, whose values have these names.
    Rows(&'static [&'static str]),
    /// A list of lists; this is the name of a list.
    Lists(&'static str),
}

impl Shape {
    /// A case as an object: a row or a list gets its names.
    #[must_use]
    pub fn named(self, case: Value) -> Option<Value> {
        match (self, case) {
            (Self::Rows(names), Value::Array(row)) if row.len() == names.len() => {
                let names = names.iter().map(|name| (*name).to_owned());
                Some(names.zip(row).collect())
            }
            (Self::Lists(name), list @ Value::Array(_)) => {
                Some(Value::Object(Map::from_iter([(name.to_owned(), list)])))
            }
            (Self::List | Self::One, case) => Some(case),
            _ => None,
        }
    }
}

/// A section that is replayed.
pub struct Section {
    /// Name in reports.
    pub name: &'static str,
    /// Where it stands in the file.
    pub path: &'static [&'static str],
    /// List or one case.
    pub shape: Shape,
    /// Members of a case that are inputs, as paths of [`split`](super::split).
    pub inputs: &'static [&'static str],
    /// Computes the results of a case from its inputs.
    pub compute: fn(&mut dyn Driver, &Inputs) -> Result<Computed, Fault>,
}

/// The two forms of recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Conversations, handshakes, keys, messages.
    Protocol,
    /// The sparse post-quantum ratchet alone; it starts with `about`.
    SparseRatchet,
}

impl Form {
    /// The form of a file.
    #[must_use]
    pub fn of(file: &Map<String, Value>) -> Self {
        if file.contains_key("about") {
            Self::SparseRatchet
        } else {
            Self::Protocol
        }
    }

    /// The sections of this form that are replayed.
    #[must_use]
    pub fn covered(self) -> &'static [Section] {
        match self {
            Self::Protocol => &PROTOCOL,
            Self::SparseRatchet => &sparse::SPARSE_RATCHET,
        }
    }

    /// The section whose inputs the cases of a section need too.
    #[must_use]
    pub fn beside(self, section: &Section) -> Option<&'static Section> {
        let (_, other) = sparse::BESIDE
            .iter()
            .find(|(name, _)| *name == section.name)?;
        self.covered().iter().find(|it| it.name == *other)
    }

    /// Whether an object of this name groups sections.
    #[must_use]
    pub fn is_group(self, name: &str) -> bool {
        let mut sections = self.covered().iter().map(|section| section.path);
        sections.any(|path| (1..path.len()).any(|length| path[..length].join(".") == name))
    }
}

const PROTOCOL: [Section; 31] = [
    Section {
        name: "keys",
        path: &["keys", "cases"],
        shape: Shape::List,
        inputs: &["case", "a_private", "b_public"],
        compute: keys::case,
    },
    Section {
        name: "xeddsa.signing_with_fixed_random",
        path: &["xeddsa", "signing_with_fixed_random"],
        shape: Shape::List,
        inputs: &["private", "message", "random", "style"],
        compute: primitives::xeddsa_sign,
    },
    Section {
        name: "xeddsa.fixed_verify",
        path: &["xeddsa", "fixed_verify"],
        shape: Shape::List,
        inputs: &["public", "message", "signature"],
        compute: primitives::xeddsa_verify,
    },
    Section {
        name: "xeddsa.edge_cases",
        path: &["xeddsa", "edge_cases"],
        shape: Shape::List,
        inputs: &["public", "message", "signature"],
        compute: primitives::xeddsa_verify_both,
    },
    Section {
        name: "xeddsa_peer_signatures",
        path: &["xeddsa_peer_signatures"],
        shape: Shape::List,
        inputs: &["private", "message", "signature"],
        compute: primitives::xeddsa_peer_signature,
    },
    Section {
        name: "hkdf",
        path: &["hkdf"],
        shape: Shape::List,
        inputs: &["ikm", "salt", "info", "length"],
        compute: primitives::hkdf,
    },
    Section {
        name: "alternate_identity_signature",
        path: &["alternate_identity_signature"],
        shape: Shape::One,
        inputs: &["private", "other", "signature"],
        compute: primitives::alternate_identity,
    },
    Section {
        name: "identity_key_pair_serialized",
        path: &["identity_key_pair_serialized"],
        shape: Shape::One,
        inputs: &["private"],
        compute: primitives::identity_key_pair,
    },
    Section {
        name: "canonical_base_key",
        path: &["canonical_base_key", "cases"],
        shape: Shape::List,
        inputs: &["u"],
        compute: primitives::canonical_base_key,
    },
    Section {
        name: "chain_step",
        path: &["chain_step"],
        shape: Shape::One,
        inputs: &["chain_key", "spqr_message_key"],
        compute: session::chain_step,
    },
    Section {
        name: "x3dh_v3",
        path: &["x3dh_v3"],
        shape: Shape::One,
        inputs: &[
            "alice_identity_private",
            "alice_base_private",
            "bob_identity_private",
            "bob_signed_prekey_private",
            "one_time_prekey",
        ],
        compute: session::x3dh,
    },
    Section {
        name: "v3_session",
        path: &["v3_session"],
        shape: Shape::One,
        inputs: &[
            "bob_session_record",
            "alice_ratchet_private",
            "whisper_0",
            "whisper_1",
            "prekey_message",
            "delivery_order",
            "bob_reply_plaintext",
            "bob_after.sender.priv",
        ],
        compute: session::version_3,
    },
    Section {
        name: "parsing.signal_message",
        path: &["parsing", "signal_message"],
        shape: Shape::List,
        inputs: &["bytes"],
        compute: parsing::signal_message,
    },
    Section {
        name: "parsing.prekey_message",
        path: &["parsing", "prekey_message"],
        shape: Shape::List,
        inputs: &["bytes"],
        compute: parsing::prekey_message,
    },
    Section {
        name: "conversations",
        path: &["conversations"],
        shape: Shape::List,
        inputs: &CONVERSATION_INPUTS,
        compute: conversations::case,
    },
    Section {
        name: "parsing.sender_key",
        path: &["parsing", "sender_key"],
        shape: Shape::List,
        inputs: &["case", "bytes"],
        compute: parsing::sender_key,
    },
    Section {
        name: "sender_keys",
        path: &["sender_keys"],
        shape: Shape::List,
        inputs: &GROUP_INPUTS,
        compute: groups::conversation,
    },
    Section {
        name: "sender_key_rules",
        path: &["sender_key_rules"],
        shape: Shape::One,
        inputs: &[],
        compute: groups::rules,
    },
    Section {
        name: "handshake_cases",
        path: &["handshake_cases", "cases"],
        shape: Shape::List,
        inputs: &["case"],
        compute: handshake_cases::case,
    },
    Section {
        name: "limits.normal",
        path: &["limits", "cases", "normal"],
        shape: Shape::One,
        inputs: &[],
        compute: limits::normal,
    },
    Section {
        name: "limits.self",
        path: &["limits", "cases", "self"],
        shape: Shape::One,
        inputs: &[],
        compute: limits::note_to_self,
    },
    Section {
        name: "limits.archive",
        path: &["limits", "cases", "archive"],
        shape: Shape::One,
        inputs: &[],
        compute: limits::archive,
    },
    Section {
        name: "limits.age",
        path: &["limits", "cases", "age"],
        shape: Shape::One,
        inputs: &[],
        compute: limits::age,
    },
    Section {
        name: "fingerprints",
        path: &["fingerprints"],
        shape: Shape::List,
        inputs: &[
            "iterations",
            "version",
            "local_id",
            "local_key",
            "remote_id",
            "remote_key",
        ],
        compute: fingerprints::case,
    },
    Section {
        name: "fingerprint_rules.compare",
        path: &["fingerprint_rules", "compare"],
        shape: Shape::Rows(&["name", "result"]),
        inputs: &["name"],
        compute: fingerprints::compare,
    },
    Section {
        name: "fingerprint_rules",
        path: &["fingerprint_rules"],
        shape: Shape::One,
        inputs: &[],
        compute: fingerprints::iterations,
    },
    Section {
        name: "vxeddsa",
        path: &["vxeddsa"],
        shape: Shape::List,
        inputs: &["private", "message", "random"],
        compute: vxeddsa::case,
    },
    Section {
        name: "elligator.elligator2",
        path: &["elligator", "elligator2"],
        shape: Shape::List,
        inputs: &["r"],
        compute: vxeddsa::elligator2,
    },
    Section {
        name: "elligator.sha512_to_point_without_prefix",
        path: &["elligator", "sha512_to_point_without_prefix"],
        shape: Shape::List,
        inputs: &["input"],
        compute: vxeddsa::point_without_prefix,
    },
    Section {
        name: "elligator.hash_to_point",
        path: &["elligator", "hash_to_point"],
        shape: Shape::List,
        inputs: &["input"],
        compute: vxeddsa::hash_to_point,
    },
    Section {
        name: "header_encryption",
        path: &["header_encryption"],
        shape: Shape::One,
        inputs: &[
            "shared_secret",
            "bob_ratchet_private",
            "alice_ratchet_private",
            "associated_data",
            "events[].op",
            "events[].id",
            "events[send].by",
            "events[send].plaintext",
            "events[send].header_nonce",
            "events[deliver].to",
            "&events[deliver].state.DHs_private",
        ],
        compute: header_encryption::case,
    },
];

const CONVERSATION_INPUTS: [&str; 38] = [
    "title",
    "alice.name",
    "alice.device_id",
    "alice.registration_id",
    "alice.identity_private",
    "bob.name",
    "bob.device_id",
    "bob.registration_id",
    "bob.identity_private",
    "spqr_chain_starts[].alice_base_key",
    "spqr_chain_starts[].epoch",
    "spqr_chain_starts[].direction",
    "spqr_chain_starts[].ctr",
    "&spqr_chain_starts[].next",
    "events[].op",
    "events[publish_bundle].by",
    "events[publish_bundle].bundle",
    "events[publish_bundle].signed_pre_key_id",
    "events[publish_bundle].signed_pre_key_signature",
    "events[publish_bundle].pre_key_id",
    "events[publish_bundle].kem_pre_key_id",
    "events[publish_bundle].kem_pre_key_signature",
    "events[publish_bundle].private",
    "events[process_bundle].by",
    "events[process_bundle].bundle",
    "&events[process_bundle].after.sender.ratchet_private",
    "events[send].id",
    "events[send].from",
    "events[send].plaintext",
    "&events[send].ciphertext",
    "events[deliver].id",
    "events[deliver].to",
    "events[deliver].bytes",
    "events[deliver].note",
    "&events[deliver].after.sender.ratchet_private",
    "events[snapshot].of",
    "events[snapshot].label",
    "&events[snapshot].session_record_b64",
];

const GROUP_INPUTS: [&str; 17] = [
    "title",
    "sender_name",
    "sender_device_id",
    "distribution_id",
    "events[].op",
    "events[distribution].id",
    "&events[distribution].sender_state",
    "events[process_distribution].id",
    "events[rotate].id",
    "events[rotate].bytes",
    "events[send].id",
    "events[send].plaintext",
    "&events[send].ciphertext",
    "events[deliver].id",
    "events[deliver].bytes",
    "events[deliver].ciphertext",
    "events[deliver].note",
];
