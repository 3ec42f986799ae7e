//! What a random case is before it becomes steps: parties, and actions that point at things by number.
//!
//! Every number is taken modulo what there is, so that a shrunk list of actions still makes sense; an action for which
//! nothing is there does nothing.
mod groups;

pub use groups::{GroupAction, GroupKey, GroupRoute, Resigned};

use super::protobuf::FieldEdit;
use super::sparse_part::SparseEdit;
use crate::families::written_talk::Form;
use crate::step::{KemSet, Profile, SignatureForm, Step};

/// A random case.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Where secrets come from.
    pub seed: u64,
    /// Who takes part, at least two.
    pub parties: Vec<PartyPlan>,
    /// What happens.
    pub actions: Vec<Action>,
}

/// A party before it is made.
#[derive(Clone, Copy, Debug)]
pub struct PartyPlan {
    /// Which identity key; parties with one number share it.
    pub identity: u8,
    /// Its name.
    pub name: NamePlan,
    /// Its device id, 1 ..= 127.
    pub device_id: u32,
    /// Its registration id.
    pub registration_id: u32,
    /// Which new sessions it makes.
    pub profile: Profile,
}

/// A name before it is text.
#[derive(Clone, Copy, Debug)]
pub enum NamePlan {
    /// A UUID: an account.
    Account(u8),
    /// The same in upper case.
    UpperAccount(u8),
    /// A phone-number identity.
    PhoneNumber(u8),
    /// Not a service id.
    Plain(u8),
}

/// Two parties: who acts, and with whom.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// Who acts.
    pub party: u8,
    /// How far round the table the peer sits, counted from the next.
    pub peer: u8,
}

/// Which message is delivered.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// The oldest that was not delivered yet.
    Next,
    /// The newest that was not delivered yet.
    Latest,
    /// Any, delivered or not; 0 is the newest.
    Any(u16),
    /// Any, delivered or not; 0 is the oldest.
    Old(u16),
}

/// Where a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// To its addressee, from its sender.
    Straight,
    /// The transport names another sender.
    OtherSender,
    /// The transport brings it to somebody else.
    OtherReceiver,
    /// The transport says that it is of the other kind.
    OtherKind,
}

/// Damage to bytes.
#[derive(Clone, Debug)]
pub enum Tamper {
    /// One bit is another.
    Flip(u16),
    /// Cut to this many bytes.
    Cut(u16),
    /// Bytes are added at the end.
    Append(Vec<u8>),
    /// A byte is put in.
    Insert(u16, u8),
    /// A byte is another.
    Set(u16, u8),
    /// A field of the protobuf is another.
    Field(Vec<u32>, FieldEdit),
    /// The SPQR message beside a message is another.
    Sparse(SparseEdit),
}

/// Another envelope around the message of a prekey message.
#[derive(Clone, Copy, Debug)]
pub enum Envelope {
    /// Another OPK id.
    OneTimePrekeyId(u32),
    /// No OPK id.
    NoOneTimePrekeyId,
    /// Another SPK id.
    SignedPrekeyId(u32),
    /// Another registration id.
    RegistrationId(u32),
    /// Another base key: a fresh one, or one that is not canonical.
    BaseKey(KeyPlan),
    /// The identity of a party, or a key that nobody has.
    IdentityKey(KeyPlan),
    /// The message of another, by [`Which::Any`].
    Inner(u16),
    /// Another first byte, and fields 7 and 8: an id, bytes.
    Kem(u8, Option<u32>, Option<u8>),
    /// Another version.
    Version(u8),
    /// Another KEM prekey id.
    KemPrekeyId(u32),
    /// A bit of the KEM ciphertext.
    KemCiphertext(u16),
    /// The type byte of the KEM ciphertext.
    KemType(u8),
    /// The KEM ciphertext is cut to this many bytes.
    ShortKemCiphertext(u16),
}

/// Which KEM prekey is in a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KemPlan {
    /// None.
    None,
    /// A new one-time prekey.
    OneTime,
    /// The same, made elsewhere and imported.
    Imported,
    /// The prekey of last resort.
    LastResort,
}

/// What is wrong with the KEM prekey of a bundle.
#[derive(Clone, Copy, Debug)]
pub enum KemFault {
    /// A bit of the signature.
    Signature(u16),
    /// There is none.
    Absent,
    /// An id without key.
    NoKey,
    /// A key without id.
    NoId,
    /// A key without signature.
    NoSignature,
    /// Another key, not signed.
    Unsigned,
    /// Another key, signed by the owner.
    Other,
    /// A bit of the key, which is then signed by the owner.
    Bit(u16),
    /// The type byte of the key, which is then signed by the owner.
    Type(u8),
    /// The key is cut to this many bytes, and signed by the owner.
    Short(u16),
    /// Coefficients of the key are not reduced; it is signed by the owner.
    NotReduced,
}

/// A public key before it is bytes.
#[derive(Clone, Copy, Debug)]
pub enum KeyPlan {
    /// Of a fresh private key.
    Fresh,
    /// The identity key of a party.
    IdentityOf(u8),
    /// A coordinate of the list of special ones.
    Special(u8),
}

/// What is wrong with a bundle.
#[derive(Clone, Copy, Debug)]
pub enum BundleFault {
    /// A bit of the signature.
    Signature(u16),
    /// Another identity key.
    Identity(KeyPlan),
    /// Another signed prekey, not signed.
    Unsigned(KeyPlan),
    /// Another signed prekey, signed by the owner.
    SignedPrekey(KeyPlan),
    /// Another one-time prekey.
    OneTimePrekey(KeyPlan),
    /// An OPK id without key.
    NoOneTimePrekey,
    /// A key without OPK id.
    NoOneTimePrekeyId,
    /// The signed prekey is cut to this many bytes.
    Short(u8),
    /// The signature is cut to this many bytes.
    ShortSignature(u8),
    /// Something about the KEM prekey.
    Kem(KemFault),
}

/// Who accepts which identity.
#[derive(Clone, Copy, Debug)]
pub enum Identity {
    /// The one that the peer has now.
    Present,
    /// Another.
    Other(KeyPlan),
}

/// A plaintext before it is bytes.
#[derive(Clone, Debug)]
pub enum Text {
    /// So many equal bytes.
    Length(u16),
    /// These bytes.
    Bytes(Vec<u8>),
}

/// Two steps of which the second takes what the first gave.
#[derive(Clone, Debug)]
pub enum RoundTrip {
    /// Sign, then verify.
    Signature {
        /// Form to sign in.
        form: SignatureForm,
        /// Form to verify in.
        verify: SignatureForm,
        /// The message.
        message: Vec<u8>,
    },
    /// Encrypt, then decrypt.
    Cipher(Vec<u8>),
    /// Write an identity pair, then read it.
    IdentityPair,
    /// Claim an alternate identity, then check the claim.
    AlternateIdentity(KeyPlan),
    /// Write a message, then read it.
    Message(Box<Step>),
    /// X3DH of both sides; whether with an OPK.
    Handshake(bool),
    /// PQXDH of both sides; whether with an OPK, and a bit of the KEM ciphertext that is another.
    KemHandshake(bool, Option<u16>),
    /// Make a pair, encapsulate, decapsulate; a bit of the ciphertext that is another.
    Kem(KemSet, Option<u16>),
    /// The same in pieces; a bit of the header and of the state in between that is another.
    KemInPieces(Option<u16>),
    /// Write a key pair and a ciphertext of the handshake, then read them.
    KemKeys,
    /// Encode a message, then decode it from these of the chunks.
    Erasure(Vec<u8>, Vec<u16>),
    /// Write an SPQR message, then read it with this damage.
    SparseMessage(Box<Step>, Option<SparseEdit>),
    /// Sign by VXEdDSA, then verify; a bit of the signature that is another.
    Vrf(Vec<u8>, Option<u16>),
    /// Make the fingerprints of two sides, scan one code from the other with this damage; the versions of both codes.
    Scan((u32, u32), Vec<Tamper>),
}

/// A stretch of a conversation: the two take turns, and what is sent is delivered at once unless it is lost.
#[derive(Clone, Copy, Debug)]
pub struct Talk {
    /// How many turns of both.
    pub turns: u8,
    /// How many messages each sends in its turn.
    pub messages: (u8, u8),
    /// How many of 256 messages are lost; they may come later.
    pub loss: u8,
}

/// How the two parties of an SPQR transcript begin.
#[derive(Clone, Copy, Debug)]
pub struct SparseStart {
    /// The versions they begin with.
    pub versions: (u8, u8),
    /// The oldest versions they accept.
    pub min_versions: (u8, u8),
    /// The longest jump.
    pub max_jump: u32,
    /// How many keys are kept.
    pub max_out_of_order: u32,
    /// Whether they have the same key.
    pub same_key: bool,
}

/// Something that happens in an SPQR transcript, which has two parties and no sessions.
#[derive(Clone, Debug)]
pub enum SparseAction {
    /// Both begin anew.
    Start(SparseStart),
    /// A party sends.
    Send {
        /// Who.
        party: u8,
        /// Whether the random bytes are withheld.
        withheld: bool,
    },
    /// A message is delivered.
    Deliver {
        /// Which.
        which: Which,
        /// Whether it goes back to its sender.
        back: bool,
        /// Damage.
        edits: Vec<SparseEdit>,
    },
    /// Bytes are delivered that nobody sent.
    Forge {
        /// Who receives.
        party: u8,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// A party saves its state.
    Save {
        /// Who.
        party: u8,
    },
    /// A party loads a state.
    Load {
        /// Who.
        party: u8,
        /// From what.
        stored: Stored,
        /// Damage.
        tamper: Vec<Tamper>,
    },
    /// Both take turns.
    Talk(Talk),
}

/// Damage to a message of a ratchet as written.
#[derive(Clone, Debug)]
pub enum WrittenDamage {
    /// To the header as it is sent.
    Header(Vec<Tamper>),
    /// To ciphertext and tag.
    Ciphertext(Vec<Tamper>),
    /// Other associated data.
    AssociatedData(Vec<u8>),
    /// The header of another message, by [`Which::Any`].
    Exchanged(u16),
}

/// Something that happens between two parties of a ratchet as written, which have no sessions.
#[derive(Clone, Debug)]
pub enum WrittenAction {
    /// Both begin anew.
    Start {
        /// With or without header encryption.
        form: Form,
        /// Whether they have the same secret.
        same_secret: bool,
    },
    /// A party encrypts.
    Send {
        /// Who.
        party: u8,
        /// What.
        text: Text,
    },
    /// A party encrypts messages that get lost.
    Skip {
        /// Who.
        party: u8,
        /// How many.
        count: u32,
    },
    /// A message is delivered.
    Deliver {
        /// Which.
        which: Which,
        /// Whether it goes back to its sender.
        back: bool,
        /// Damage.
        damage: Option<WrittenDamage>,
    },
    /// Both take turns.
    Talk(Talk),
}

/// Where stored bytes come from.
#[derive(Clone, Debug)]
pub enum Stored {
    /// What was saved before, by number; 0 is the newest.
    Saved(u16),
    /// These bytes.
    Bytes(Vec<u8>),
}

/// How stored bytes come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restore {
    /// As what this project saved.
    Load,
    /// As a bare record.
    Import,
}

/// Something that happens.
#[derive(Clone, Debug)]
pub enum Action {
    /// A party publishes a bundle, maybe with an OPK, maybe with a new SPK, maybe with a KEM prekey.
    Publish {
        /// Who.
        party: u8,
        /// With an OPK.
        one_time: bool,
        /// With a new SPK, and a new KEM prekey of last resort.
        rotate: bool,
        /// With which KEM prekey.
        kem: KemPlan,
    },
    /// A party starts sessions from a bundle of a peer.
    Start {
        /// Who, with whom.
        pair: Pair,
        /// Which bundle of the peer; 0 is the newest.
        bundle: u16,
        /// How often.
        times: u8,
        /// What is wrong with it.
        fault: Option<BundleFault>,
    },
    /// A party encrypts.
    Send {
        /// Who, to whom.
        pair: Pair,
        /// What.
        text: Text,
        /// Start a session first if there is none.
        eager: bool,
    },
    /// A party encrypts messages that get lost.
    Skip {
        /// Who, to whom.
        pair: Pair,
        /// How many.
        count: u32,
    },
    /// A message is delivered.
    Deliver {
        /// Which.
        which: Which,
        /// Where to.
        route: Route,
        /// Damage.
        tamper: Vec<Tamper>,
    },
    /// A prekey message is delivered in another envelope.
    Reenvelope {
        /// Which.
        which: Which,
        /// What is different.
        envelope: Envelope,
    },
    /// The sender itself damages the SPQR message beside a message: the tag fits.
    Resign {
        /// Which message.
        which: Which,
        /// Damage.
        edits: Vec<SparseEdit>,
    },
    /// Two parties take turns.
    Talk {
        /// Who begins, with whom.
        pair: Pair,
        /// How.
        talk: Talk,
    },
    /// Bytes are delivered that nobody sent.
    Forge {
        /// Who receives, from whom.
        pair: Pair,
        /// As a prekey message.
        prekey: bool,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Time passes.
    Wait {
        /// Milliseconds.
        ms: u64,
    },
    /// A party saves the record of a peer.
    Save {
        /// Who, of whom.
        pair: Pair,
    },
    /// A party restores a record.
    Restore {
        /// Who, of whom.
        pair: Pair,
        /// In which form.
        restore: Restore,
        /// From what.
        stored: Stored,
        /// Damage.
        tamper: Vec<Tamper>,
    },
    /// A party accepts an identity.
    Accept {
        /// Who, of whom.
        pair: Pair,
        /// Which.
        identity: Identity,
    },
    /// A party starts anew with a new identity.
    Reinstall {
        /// Who.
        party: u8,
    },
    /// A party starts anew with the same identity and the other profile; what it saved can be restored.
    OtherProfile {
        /// Who.
        party: u8,
    },
    /// The record of one peer is used for the next peer as well.
    Copy {
        /// Who, whose record.
        pair: Pair,
    },
    /// A party deletes the record of a peer.
    Delete {
        /// Who, of whom.
        pair: Pair,
    },
    /// A step that needs no party.
    Once(Box<Step>),
    /// Two steps that need no party.
    RoundTrip(RoundTrip),
    /// Something in an SPQR transcript.
    Sparse(SparseAction),
    /// Something in groups.
    Group(GroupAction),
    /// Something between two parties of a ratchet as written.
    Written(WrittenAction),
}
