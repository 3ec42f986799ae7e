//! Records of the implementation in neutral terms.
use super::names;
use crate::bytes::Bytes;
use crate::outcome::{
    runs, runs_from_highest, BraidSnapshot, ChainSnapshot, LinkSnapshot, ReceiveHalfSnapshot,
    ReceivingSnapshot, SendHalfSnapshot, SendingSnapshot, SessionSnapshot, Snapshot,
    SparseSnapshot,
};
use twinratchet::keys::{serialize_public_key, PublicKey};
use twinratchet::ratchet::sparse::State;
use twinratchet::session::record::{Record, Session};
use twinratchet::wire::VERSION_4;
use twinratchet::{HalfSnapshot, SparseChainSnapshot};

/// The record in neutral terms.
pub fn snapshot(record: &Record) -> Snapshot {
    Snapshot {
        current: record.current().map(session),
        archived: record.archived(),
    }
}

fn session(found: &Session) -> SessionSnapshot {
    let session = found.snapshot();
    let spqr = &found.ratchet.sparse;
    SessionSnapshot {
        version: session.version,
        base_key: key(session.base_key.key),
        pending: session.pending.is_some(),
        root_key: session.root_key.to_vec().into(),
        pn: session.previous_counter,
        sending: sending(&session.sending),
        receiving: session.receiving.iter().map(receiving).collect(),
        spqr: (session.version == VERSION_4).then(|| sparse(spqr)),
    }
}

fn sending(chain: &twinratchet::ChainSnapshot) -> SendingSnapshot {
    SendingSnapshot {
        ratchet_key: key(chain.ratchet_public.key),
        chain_key: chain.chain_key.to_vec().into(),
        ns: chain.index,
    }
}

fn receiving(chain: &twinratchet::ChainSnapshot) -> ReceivingSnapshot {
    ReceivingSnapshot {
        ratchet_key: key(chain.ratchet_public.key),
        chain_key: chain.chain_key.to_vec().into(),
        nr: chain.index,
        skipped: runs(chain.skipped.iter().map(|&(number, _)| number)),
    }
}

/// A state of SPQR in neutral terms.
pub fn sparse(state: &State) -> SparseSnapshot {
    let snapshot = state.snapshot();
    let braids = state.braid.as_ref().zip(snapshot.braid);
    SparseSnapshot {
        version: u8::from(state.braid.is_some()),
        negotiating: snapshot.negotiating,
        braid: braids.map(|(braid, keys)| BraidSnapshot {
            state: names::braid_state(braid),
            epoch: keys.epoch.into(),
            root_key: keys.root_key.to_vec().into(),
            mac_key: keys.mac_key.to_vec().into(),
        }),
        chain: snapshot.chain.as_ref().map(chain),
    }
}

fn chain(chain: &SparseChainSnapshot) -> ChainSnapshot {
    ChainSnapshot {
        current_epoch: chain.current_epoch.into(),
        send_epoch: chain.send_epoch.into(),
        next_root: chain.next_root.to_vec().into(),
        links: chain.links.iter().map(link).collect(),
    }
}

fn link(link: &twinratchet::LinkSnapshot) -> LinkSnapshot {
    LinkSnapshot {
        send: SendHalfSnapshot {
            counter: link.send.counter,
            next: next(&link.send),
        },
        receive: ReceiveHalfSnapshot {
            counter: link.receive.counter,
            next: next(&link.receive),
            stored: runs_from_highest(link.receive.stored.iter().copied()),
        },
    }
}

fn next(half: &HalfSnapshot) -> Option<Bytes> {
    half.next.map(|key| key.to_vec().into())
}

fn key(key: PublicKey) -> Bytes {
    serialize_public_key(key).to_vec().into()
}
