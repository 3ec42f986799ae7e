//! The sections about the sparse post-quantum ratchet.
use super::{Section, Shape};
use crate::recordings::sparse::{chain, erasure, kem, parts, snapshots, traces};

/// The name of the section with the conversations.
pub const TRACES: &str = "traces";

/// Sections, and the section whose inputs they need too.
pub const BESIDE: [(&str, &str); 1] = [("state_snapshots", TRACES)];

/// Every section.
pub const SPARSE_RATCHET: [Section; 16] = [
    Section {
        name: "gf16.mul",
        path: &["gf16", "mul"],
        shape: Shape::Rows(&["a", "b", "product"]),
        inputs: &["a", "b"],
        compute: parts::product,
    },
    Section {
        name: "gf16.div",
        path: &["gf16", "div"],
        shape: Shape::Rows(&["a", "b", "quotient"]),
        inputs: &["a", "b"],
        compute: parts::quotient,
    },
    Section {
        name: "gf16.inv",
        path: &["gf16", "inv"],
        shape: Shape::Rows(&["a", "inverse"]),
        inputs: &["a"],
        compute: parts::inverse,
    },
    Section {
        name: "erasure_code.encode",
        path: &["erasure_code", "encode"],
        shape: Shape::List,
        inputs: &["message", "chunks[].index"],
        compute: erasure::encode,
    },
    Section {
        name: "erasure_code.decode",
        path: &["erasure_code", "decode"],
        shape: Shape::List,
        inputs: &["name", "length", "steps[].chunk"],
        compute: erasure::decode,
    },
    Section {
        name: "erasure_code.errors",
        path: &["erasure_code", "errors"],
        shape: Shape::List,
        inputs: &["op", "length"],
        compute: erasure::limits,
    },
    Section {
        name: "erasure_code.encoder_state",
        path: &["erasure_code", "encoder_state"],
        shape: Shape::One,
        inputs: &["message", "states[].after_chunks"],
        compute: erasure::encoder_state,
    },
    Section {
        name: "erasure_code.index_wrap",
        path: &["erasure_code", "index_wrap"],
        shape: Shape::One,
        inputs: &["message", "calls[].nth"],
        compute: erasure::index_wrap,
    },
    Section {
        name: "hkdf",
        path: &["hkdf", "cases"],
        shape: Shape::List,
        inputs: &["ikm", "salt", "info", "length"],
        compute: parts::hkdf,
    },
    Section {
        name: "authenticator",
        path: &["authenticator", "cases"],
        shape: Shape::Lists("steps"),
        inputs: &[
            "steps[].op",
            "steps[].mac_epoch",
            "steps[].hdr",
            "steps[].ct",
        ],
        compute: parts::authenticator,
    },
    Section {
        name: "incremental_mlkem768",
        path: &["incremental_mlkem768", "cases"],
        shape: Shape::List,
        inputs: &[
            "keygen_random_d_z",
            "encaps_random_m",
            "validation[].ek",
            "validation[].hdr",
        ],
        compute: kem::case,
    },
    Section {
        name: "chain",
        path: &["chain", "cases"],
        shape: Shape::List,
        inputs: &[
            "name",
            "direction",
            "initial_key",
            "max_jump",
            "max_ooo_keys",
            "steps[send_key].epoch",
            "steps[recv_key].epoch",
            "steps[recv_key].index",
            "steps[add_epoch].secret",
            "steps[].op",
        ],
        compute: chain::case,
    },
    Section {
        name: "wire.serialize",
        path: &["wire", "serialize"],
        shape: Shape::List,
        inputs: &["epoch", "index", "type", "chunk_index", "chunk_data"],
        compute: parts::serialize,
    },
    Section {
        name: "wire.parse",
        path: &["wire", "parse"],
        shape: Shape::List,
        inputs: &["name", "bytes"],
        compute: parts::parse,
    },
    Section {
        name: TRACES,
        path: &["traces", "cases"],
        shape: Shape::List,
        inputs: &[
            "name",
            "auth_key",
            "parameters",
            "&initial",
            "events[recv].n",
            "events[].op",
            "events[].by",
            "events[].random",
            "events[].change",
        ],
        compute: traces::case,
    },
    Section {
        name: "state_snapshots",
        path: &["state_snapshots", "cases"],
        shape: Shape::List,
        inputs: &["trace", "at"],
        compute: snapshots::case,
    },
];
