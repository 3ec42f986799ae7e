//! What happens in groups before it becomes steps.
use super::{Stored, Tamper, Text, Which};

/// A sender key: of which party, in which group.
#[derive(Clone, Copy, Debug)]
pub struct GroupKey {
    /// Whose.
    pub party: u8,
    /// In which group.
    pub group: u8,
}

/// Under which name a member is given something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupRoute {
    /// That of the sender, in its group.
    Straight,
    /// That of another party.
    OtherSender,
    /// That of the sender, in another group.
    OtherGroup,
    /// That of another device of the sender.
    OtherDevice,
}

/// What a sender changes in a message of its own before it signs it again.
#[derive(Clone, Debug)]
pub enum Resigned {
    /// Nothing.
    Nothing,
    /// The body.
    Body(Vec<u8>),
    /// The iteration.
    Iteration(u32),
    /// The chain id.
    ChainId(u32),
}

/// Something that happens in groups.
#[derive(Clone, Debug)]
pub enum GroupAction {
    /// A party makes a distribution message.
    Distribute {
        /// For which key.
        key: GroupKey,
    },
    /// A member takes a distribution message.
    Join {
        /// Which; 0 is the newest.
        which: u16,
        /// Who takes it.
        member: u8,
        /// Under which name.
        route: GroupRoute,
        /// Damage.
        tamper: Vec<Tamper>,
    },
    /// A party sends a distribution message to a member inside a session, and the member takes what comes out.
    Seal {
        /// For which key.
        key: GroupKey,
        /// To whom, counted from the next.
        member: u8,
    },
    /// A party encrypts, with its own key or with that of another.
    Send {
        /// With which key.
        key: GroupKey,
        /// Who, if it is another.
        by: Option<u8>,
        /// What.
        text: Text,
    },
    /// A sender has sent so many messages that get lost.
    Jump {
        /// With which key.
        key: GroupKey,
        /// How many.
        count: u32,
    },
    /// A message is delivered to a member.
    Deliver {
        /// Which.
        which: Which,
        /// To whom.
        member: u8,
        /// Under which name.
        route: GroupRoute,
        /// Damage.
        tamper: Vec<Tamper>,
    },
    /// The sender itself alters a message and signs it again.
    Resign {
        /// Which; 0 is the newest.
        which: u16,
        /// To whom it is delivered.
        member: u8,
        /// What is altered.
        change: Resigned,
    },
    /// Bytes are delivered that nobody sent.
    Forge {
        /// To whom.
        member: u8,
        /// Under which name.
        key: GroupKey,
        /// As a distribution message.
        distribution: bool,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// A party deletes a sender key: its own to rotate it, that of another to leave.
    Delete {
        /// Who.
        member: u8,
        /// Which.
        key: GroupKey,
    },
    /// A party saves a sender key.
    Save {
        /// Who.
        member: u8,
        /// Which.
        key: GroupKey,
    },
    /// A party loads a sender key.
    Load {
        /// Who.
        member: u8,
        /// In place of which.
        key: GroupKey,
        /// From what.
        stored: Stored,
        /// Damage.
        tamper: Vec<Tamper>,
    },
}
