//! Records of the specification in neutral terms.
use super::{names, reveal, serialized};
use crate::bytes::Bytes;
use crate::outcome::{
    runs, runs_from_highest, BraidSnapshot, ChainSnapshot, LinkSnapshot, ReceiveHalfSnapshot,
    ReceivingSnapshot, SendHalfSnapshot, SendingSnapshot, SessionSnapshot, Snapshot,
    SparseSnapshot,
};
use hacspec_lib::{SeqTrait, U8};
use twinratchet_spec::keys::PublicKey;
use twinratchet_spec::ratchet::double::{ReceivingChain, SendingChain};
use twinratchet_spec::ratchet::sparse::authenticator::Authenticator;
use twinratchet_spec::ratchet::sparse::braid::{braid_epoch, Braid};
use twinratchet_spec::ratchet::sparse::chain::{Chain, Half, Link};
use twinratchet_spec::ratchet::sparse::State;
use twinratchet_spec::session::record::{Record, Session};
use twinratchet_spec::wire::VERSION_4;

/// The record in neutral terms.
pub fn snapshot(record: &Record) -> Snapshot {
    Snapshot {
        current: record.current.as_ref().map(session),
        archived: record.previous.len(),
    }
}

fn session(session: &Session) -> SessionSnapshot {
    let ratchet = &session.ratchet.double;
    let spqr = &session.ratchet.sparse;
    SessionSnapshot {
        version: session.version,
        base_key: key(session.base_key.key),
        pending: session.pending.is_some(),
        root_key: secret(&ratchet.rk),
        pn: ratchet.pn,
        sending: sending(&ratchet.sending),
        receiving: ratchet.receiving.iter().map(receiving).collect(),
        spqr: (session.version == VERSION_4).then(|| sparse(spqr)),
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

/// A state of SPQR in neutral terms.
pub fn sparse(state: &State) -> SparseSnapshot {
    SparseSnapshot {
        version: u8::from(state.braid.is_some()),
        negotiating: state.negotiation.is_some(),
        braid: state.braid.as_ref().map(braid),
        chain: state.chain.as_ref().map(chain),
    }
}

fn braid(braid: &Braid) -> BraidSnapshot {
    let keys = authenticator(braid);
    BraidSnapshot {
        state: names::braid_state(braid),
        epoch: braid_epoch(braid).into(),
        root_key: secret(&keys.root_key),
        mac_key: secret(&keys.mac_key),
    }
}

fn authenticator(braid: &Braid) -> &Authenticator {
    match braid {
        Braid::KeysUnsampled(state) => &state.auth,
        Braid::KeysSampled(state) => &state.auth,
        Braid::HeaderSent(state) => &state.auth,
        Braid::Ct1Received(state) => &state.auth,
        Braid::EkSentCt1Received(state) => &state.auth,
        Braid::NoHeaderReceived(state) => &state.auth,
        Braid::HeaderReceived(state) => &state.auth,
        Braid::Ct1Sampled(state) => &state.auth,
        Braid::EkReceivedCt1Sampled(state) => &state.auth,
        Braid::Ct1Acknowledged(state) => &state.auth,
        Braid::Ct2Sampled(state) => &state.auth,
    }
}

fn chain(chain: &Chain) -> ChainSnapshot {
    ChainSnapshot {
        current_epoch: chain.current_epoch.into(),
        send_epoch: chain.send_epoch.into(),
        next_root: secret(&chain.next_root),
        links: chain.links.iter().map(link).collect(),
    }
}

fn link(link: &Link) -> LinkSnapshot {
    LinkSnapshot {
        send: SendHalfSnapshot {
            counter: link.send.ctr,
            next: next(&link.send),
        },
        receive: ReceiveHalfSnapshot {
            counter: link.receive.ctr,
            next: next(&link.receive),
            stored: runs_from_highest(link.receive.stored.iter().map(|key| key.index)),
        },
    }
}

fn next(half: &Half) -> Option<Bytes> {
    half.next.as_ref().map(secret)
}

fn key(key: PublicKey) -> Bytes {
    serialized(key).to_vec().into()
}

fn secret(bytes: &impl SeqTrait<U8>) -> Bytes {
    reveal::<32>(bytes).to_vec().into()
}
