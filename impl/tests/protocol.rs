//! The protocol through the public interface: recorded answers, conversations, limits, errors, hostile bytes.

/// Tests of functions that take a profile, once in each.
macro_rules! in_both_versions {
    ($($name:ident),* $(,)?) => {
        mod version_3 {
            $(#[test]
            fn $name() {
                super::$name(twinratchet::wire::Profile::SignalV3);
            })*
        }
        mod version_4 {
            $(#[test]
            fn $name() {
                super::$name(twinratchet::wire::Profile::SignalV4);
            })*
        }
    };
}

#[path = "protocol/atomicity.rs"]
mod atomicity;
#[path = "protocol/conversations.rs"]
mod conversations;
#[path = "protocol/fingerprint.rs"]
mod fingerprint;
#[path = "protocol/groups.rs"]
mod groups;
#[path = "protocol/hostile_bytes.rs"]
mod hostile_bytes;
#[path = "protocol/known_answers.rs"]
mod known_answers;
#[path = "protocol/limits.rs"]
mod limits;
#[path = "protocol/parties.rs"]
mod parties;
#[path = "protocol/recorded_version_4.rs"]
mod recorded_version_4;
#[path = "protocol/stored.rs"]
mod stored;
#[path = "protocol/version_4.rs"]
mod version_4;
#[path = "protocol/vxeddsa.rs"]
mod vxeddsa;
