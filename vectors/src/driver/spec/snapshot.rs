//! Records of the specification in neutral terms.
use super::{reveal, serialized};
use crate::bytes::Bytes;
use crate::outcome::{runs, ReceivingSnapshot, SendingSnapshot, SessionSnapshot, Snapshot};
use hacspec_lib::{SeqTrait, U8};
use twinratchet_spec::keys::PublicKey;
use twinratchet_spec::ratchet::double::{ReceivingChain, SendingChain};
use twinratchet_spec::session::record::{Record, Session};

/// The record in neutral terms.
pub fn snapshot(record: &Record) -> Snapshot {
    Snapshot {
        current: record.current.as_ref().map(session),
        archived: record.previous.len(),
    }
}

fn session(session: &Session) -> SessionSnapshot {
    let ratchet = &session.ratchet;
    SessionSnapshot {
        version: session.version,
        base_key: key(session.base_key.key),
        pending: session.pending.is_some(),
        root_key: secret(&ratchet.rk),
        pn: ratchet.pn,
        sending: sending(&ratchet.sending),
        receiving: ratchet.receiving.iter().map(receiving).collect(),
        spqr: None,
    }
}

fn sending(chain: &SendingChain) -> SendingSnapshot {
    SendingSnapshot {
        ratchet_key: key(chain.dhs.public.key),
        chain_key: secret(&chain.cks),
        ns: chain.ns,
    }
}

fn receiving(chain: &ReceivingChain) -> ReceivingSnapshot {
    ReceivingSnapshot {
        ratchet_key: key(chain.dhr.key),
        chain_key: secret(&chain.ckr),
        nr: chain.nr,
        skipped: runs(chain.mkskipped.iter().map(|skipped| skipped.number)),
    }
}

fn key(key: PublicKey) -> Bytes {
    serialized(key).to_vec().into()
}

fn secret(bytes: &impl SeqTrait<U8>) -> Bytes {
    reveal::<32>(bytes).to_vec().into()
}
