//! What an interpreter knows of the world: who is there, what was sent, what was saved.
use super::protobuf;
use super::scenario::{GroupKey, NamePlan, Pair, Tamper, Which};
use super::sparse_part;
use crate::bytes::Bytes;
use crate::families::written_talk::Form;
use crate::step::{Bundle, Kind, Profile};
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// Names of the parties.
pub const LABELS: [&str; 3] = ["alice", "bob", "carol"];
/// When a case begins: some time in 2023, not at a whole second.
const START_MS: u64 = 1_700_000_000_123;
/// One secret in so many is a special one.
const SPECIAL_SECRETS: u32 = 64;

/// Coordinates with something special: low order, not canonical, on the twist.
pub const SPECIAL_COORDINATES: [&str; 14] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0200000000000000000000000000000000000000000000000000000000000000",
    "0900000000000000000000000000000000000000000000000000000000000000",
    "0900000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
];

/// A party that was made.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its label in steps.
    pub label: &'static str,
    /// Its name.
    pub name: String,
    /// Its device id.
    pub device_id: u32,
    /// Its registration id.
    pub registration_id: u32,
    /// Its private identity key.
    pub identity_private: Bytes,
    /// Its identity key, serialised.
    pub identity_key: Bytes,
    /// Its signed prekey, if it has one.
    pub signed_prekey_id: Option<u32>,
    /// Its KEM prekey of last resort, if it has one.
    pub last_resort_id: Option<u32>,
    /// The next prekey id.
    pub next_id: u32,
    /// Which new sessions it makes.
    pub profile: Profile,
}

/// A message that was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// By whom.
    pub from: usize,
    /// To whom.
    pub to: usize,
    /// Which message it is.
    pub kind: Kind,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The key of its tag.
    pub mac_key: Bytes,
    /// Whether it was delivered.
    pub delivered: bool,
}

/// A message of an SPQR transcript.
#[derive(Clone, Debug)]
pub struct SparseSent {
    /// By whom.
    pub from: usize,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether it was delivered.
    pub delivered: bool,
}

/// A message to a group.
#[derive(Clone, Debug)]
pub struct GroupSent {
    /// By whom, in which group.
    pub key: GroupKey,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// To whom it was delivered.
    pub delivered: Vec<usize>,
}

/// A distribution message.
#[derive(Clone, Debug)]
pub struct GroupDistribution {
    /// By whom, in which group.
    pub key: GroupKey,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A message of a ratchet as written.
#[derive(Clone, Debug)]
pub struct WrittenSent {
    /// By whom.
    pub from: usize,
    /// The header as it is sent.
    pub header: Vec<u8>,
    /// Ciphertext and tag.
    pub ciphertext: Vec<u8>,
    /// Whether it was delivered.
    pub delivered: bool,
}

/// A bundle that was published.
#[derive(Clone, Debug)]
pub struct Published {
    /// By whom.
    pub owner: usize,
    /// What it says.
    pub bundle: Bundle,
    /// Whether a session was started from it.
    pub used: bool,
}

/// Everything so far.
#[derive(Debug)]
pub struct World {
    rng: ChaCha20Rng,
    /// The time.
    pub now_ms: u64,
    /// Who is there.
    pub members: Vec<Member>,
    /// Published bundles, oldest first.
    pub bundles: Vec<Published>,
    /// Messages, oldest first.
    pub messages: Vec<Sent>,
    /// Saved records, oldest first.
    pub saved: Vec<Bytes>,
    /// Messages of the SPQR transcript, oldest first.
    pub sparse_messages: Vec<SparseSent>,
    /// Saved states of SPQR, oldest first.
    pub sparse_saved: Vec<Bytes>,
    /// Distribution messages, oldest first.
    pub distributions: Vec<GroupDistribution>,
    /// Messages to groups, oldest first.
    pub group_messages: Vec<GroupSent>,
    /// Saved sender keys, oldest first.
    pub group_saved: Vec<Bytes>,
    /// Which ratchet as written there is, if there is one.
    pub written_form: Option<Form>,
    /// Its messages, oldest first.
    pub written_messages: Vec<WrittenSent>,
}

impl World {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha20Rng::seed_from_u64(seed),
            now_ms: START_MS,
            members: Vec::new(),
            bundles: Vec::new(),
            messages: Vec::new(),
            saved: Vec::new(),
            sparse_messages: Vec::new(),
            sparse_saved: Vec::new(),
            distributions: Vec::new(),
            group_messages: Vec::new(),
            group_saved: Vec::new(),
            written_form: None,
            written_messages: Vec::new(),
        }
    }

    /// Random bytes.
    pub fn random<const N: usize>(&mut self) -> Bytes {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes.as_slice().into()
    }

    /// A private key; now and then all zero or all one.
    pub fn secret(&mut self) -> Bytes {
        match self.rng.next_u32() % (2 * SPECIAL_SECRETS) {
            0 => [0; 32].as_slice().into(),
            1 => [0xff; 32].as_slice().into(),
            _ => self.random::<32>(),
        }
    }

    /// Who acts and with whom; never the same.
    #[must_use]
    pub fn pair(&self, pair: Pair) -> (usize, usize) {
        let count = self.members.len();
        let party = usize::from(pair.party) % count;
        let round = 1 + usize::from(pair.peer) % (count - 1);
        (party, (party + round) % count)
    }

    /// A party.
    #[must_use]
    pub fn member(&self, number: u8) -> usize {
        usize::from(number) % self.members.len()
    }

    /// Whether something happens that does so many times in 256.
    pub fn happens(&mut self, times: u8) -> bool {
        self.rng.next_u32().to_le_bytes()[0] < times
    }

    /// Which message is meant, if there is one.
    #[must_use]
    pub fn which(&self, which: Which) -> Option<usize> {
        let delivered = self.messages.iter().map(|sent| sent.delivered);
        place(&delivered.collect::<Vec<_>>(), which)
    }

    /// Which message of the SPQR transcript is meant, if there is one.
    #[must_use]
    pub fn which_sparse(&self, which: Which) -> Option<usize> {
        let delivered = self.sparse_messages.iter().map(|sent| sent.delivered);
        place(&delivered.collect::<Vec<_>>(), which)
    }

    /// Which message to a group is meant for a member, if there is one; its own count too.
    #[must_use]
    pub fn which_of_group(&self, member: usize, which: Which) -> Option<usize> {
        let messages = self.group_messages.iter();
        let delivered = messages.map(|sent| sent.delivered.contains(&member));
        place(&delivered.collect::<Vec<_>>(), which)
    }

    /// Which message of a ratchet as written is meant, if there is one.
    #[must_use]
    pub fn which_written(&self, which: Which) -> Option<usize> {
        let delivered = self.written_messages.iter().map(|sent| sent.delivered);
        place(&delivered.collect::<Vec<_>>(), which)
    }

    /// Whether the names of two parties are one, so that their sessions may have no limit.
    #[must_use]
    pub fn same_name(&self, a: usize, b: usize) -> bool {
        let name = |i: usize| &self.members[i].name;
        name(a).eq_ignore_ascii_case(name(b))
    }
}

/// Which message is meant, of those that were delivered or not.
fn place(delivered: &[bool], which: Which) -> Option<usize> {
    let count = delivered.len();
    match which {
        Which::Next => delivered.iter().position(|delivered| !delivered),
        Which::Latest => delivered.iter().rposition(|delivered| !delivered),
        Which::Any(number) => newest(count, number),
        Which::Old(number) => (count > 0).then(|| usize::from(number) % count),
    }
}

/// The place of a number counted from the newest of so many.
#[must_use]
pub fn newest(count: usize, number: u16) -> Option<usize> {
    (count > 0).then(|| count - 1 - usize::from(number) % count)
}

/// A serialised key of a special coordinate.
#[must_use]
pub fn special_key(number: u8) -> Bytes {
    let text = SPECIAL_COORDINATES[usize::from(number) % SPECIAL_COORDINATES.len()];
    [vec![5], hex::decode(text).unwrap_or_default()]
        .concat()
        .into()
}

/// A KEM key or ciphertext of the handshake as it is serialised.
#[must_use]
pub fn kem_typed(bytes: &Bytes) -> Bytes {
    const KYBER_1024: u8 = 8;
    [&[KYBER_1024], bytes.0.as_slice()].concat().into()
}

/// The text of a name.
#[must_use]
pub fn name(plan: NamePlan) -> String {
    let uuid = |n: u8| format!("8417c99b-2b5e-405d-8482-bd875dc162{n:02x}");
    match plan {
        NamePlan::Account(n) => uuid(n),
        NamePlan::UpperAccount(n) => uuid(n).to_uppercase(),
        NamePlan::PhoneNumber(n) => format!("PNI:{}", uuid(n)),
        NamePlan::Plain(n) => format!("+1415555{n:04}"),
    }
}

/// Damage bytes; a field is looked for after a prefix of so many bytes.
#[must_use]
pub fn damage(mut bytes: Vec<u8>, prefix: usize, tamper: &Tamper) -> Vec<u8> {
    let length = bytes.len();
    match tamper {
        Tamper::Append(more) => bytes.extend(more),
        Tamper::Insert(at, byte) => bytes.insert(usize::from(*at) % (length + 1), *byte),
        Tamper::Field(path, change) if length >= prefix => {
            let edited = protobuf::edit(&bytes[prefix..], path, change);
            bytes.splice(prefix.., edited);
        }
        Tamper::Sparse(edit) if length > 0 => bytes = sparse_part::edit_message(&bytes, edit),
        _ if length == 0 => {}
        Tamper::Flip(bit) => {
            let bit = usize::from(*bit) % (8 * length);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        Tamper::Cut(keep) => bytes.truncate(usize::from(*keep) % length),
        Tamper::Set(at, byte) => bytes[usize::from(*at) % length] = *byte,
        Tamper::Field(..) | Tamper::Sparse(_) => {}
    }
    bytes
}
