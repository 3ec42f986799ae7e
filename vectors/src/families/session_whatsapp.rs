//! Sessions as WhatsApp and Messenger make them: version 3, and what is different there.
mod dialect;
mod limits;

use super::build::{group, Plan, WHATSAPP_V3};
use super::script::Setting;
use super::session::{self, choice, handshake, start};
use super::{Family, FlagNote};

const NAME: &str = "session_whatsapp";

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "FirstByte",
        description: "The first byte of a message is 33; on receipt the low nibble may be any.",
        effect: "Peers refuse every message, or messages of other writers are refused.",
    },
    FlagNote {
        flag: "JumpLimit",
        description: "A message may be 2000 ahead of its chain, and 25000 between devices of one identity.",
        effect: "Messages are lost that peers read, or a forged number costs much work.",
    },
    FlagNote {
        flag: "LazyTrimming",
        description: "With 2051 skipped keys, the next one first drops all but the newest 2000.",
        effect: "Other late messages are lost than at peers.",
    },
    FlagNote {
        flag: "UnknownField",
        description: "The fields of SPQR and of the address block are unknown: they are under the tag, and skipped.",
        effect: "Messages are refused that peers read.",
    },
    FlagNote {
        flag: "BaseKey",
        description: "The base key of a prekey message need not be canonical; an agreement of zeros is refused all the same.",
        effect: "Messages are refused that peers read, or a session has no secret.",
    },
    FlagNote {
        flag: "Version",
        description: "Parties of several profiles talk; a new session has the version that the profile makes.",
        effect: "Applications of two kinds do not understand each other, or one is talked into another protocol.",
    },
];

/// The family.
pub fn family() -> Plan<Family> {
    let of = Setting::whatsapp(NAME);
    let shared = [
        of.all(start::BOTH_VERSIONS)?,
        of.all(handshake::BOTH_VERSIONS)?,
        of.all(choice::BOTH_VERSIONS)?,
    ];
    let [start, handshake, choice] = shared.map(|tests| group("steps", WHATSAPP_V3, tests));
    super::build::sharing_notes(Family {
        name: NAME,
        algorithm: "Sessions, version 3, as in WhatsApp and Messenger",
        header: &[
            "Parties with stores, as in the family session. Alice and Bob have service ids as names, but no message says so.",
        ],
        notes: [session::NOTES, NOTES].concat(),
        groups: vec![
            start,
            handshake,
            choice,
            group("steps", WHATSAPP_V3, dialect::tests(of)?),
            group("steps", WHATSAPP_V3, limits::tests(of)?),
        ],
    })
}
