//! The state of SPQR, written.
//!
//! Which part: deployed only; PB, proto3. Who calls it: `session::record`. Secret: the bytes; inside this module they
//! are public, as the doc of `state` says.
use crate::ratchet::sparse::authenticator::*;
use crate::ratchet::sparse::braid::*;
use crate::ratchet::sparse::chain::*;
use crate::ratchet::sparse::erasure::*;
use crate::ratchet::sparse::state::fields::*;
use crate::ratchet::sparse::*;
use crate::wire::protobuf::*;
use hacspec_lib::*;

/// Append secret bytes. They become public inside this module, as its doc says.
fn put_secret(out: Seq<u8>, number: u32, value: ByteSeq) -> Seq<u8> {
    put_bytes(out, number, &value.declassify())
}

/// The stored number of a direction.
fn direction_number(direction: Direction) -> u64 {
    match direction {
        Direction::A2B => 0u64,
        Direction::B2A => 1u64,
    }
}

/// The stored number of a version.
fn version_number(version: Version) -> u64 {
    match version {
        Version::V0 => 0u64,
        Version::V1 => 1u64,
    }
}

/// A limit as it is stored: the default is 0.
fn limit_number(limit: u32, default: u32) -> u64 {
    if limit == default {
        0u64
    } else {
        limit as u64
    }
}

/// The stored form of the limits.
fn encode_parameters(parameters: ChainParameters) -> Seq<u8> {
    let max_jump = limit_number(parameters.max_jump, DEFAULT_MAX_JUMP);
    let max_out_of_order = limit_number(parameters.max_out_of_order, DEFAULT_MAX_OUT_OF_ORDER);
    let out = put_nonzero(Seq::<u8>::new(0), PARAMETERS_MAX_JUMP, max_jump);
    put_nonzero(out, PARAMETERS_MAX_OUT_OF_ORDER, max_out_of_order)
}

/// The stored form of the negotiation.
fn encode_negotiation(negotiation: Negotiation) -> Seq<u8> {
    let direction = direction_number(negotiation.direction);
    let min_version = version_number(negotiation.min_version);
    let mut out = Seq::<u8>::new(0);
    out = put_secret(
        out,
        NEGOTIATION_AUTH_KEY,
        ByteSeq::from_seq(&negotiation.auth_key),
    );
    out = put_nonzero(out, NEGOTIATION_DIRECTION, direction);
    out = put_nonzero(out, NEGOTIATION_MIN_VERSION, min_version);
    put_bytes(
        out,
        NEGOTIATION_PARAMETERS,
        &encode_parameters(negotiation.chain),
    )
}

/// The store of a half as one string.
fn encode_store(stored: &Seq<StoredKey>) -> ByteSeq {
    let mut out = ByteSeq::new(STORED_KEY_LENGTH * stored.len());
    for i in 0..stored.len() {
        let index = U32_to_be_bytes(U32(stored[i].index));
        out = out.update(STORED_KEY_LENGTH * i, &index);
        out = out.update(STORED_KEY_LENGTH * i + 4, &stored[i].key);
    }
    out
}

/// The stored form of a half; an erased key and an empty store are left out.
fn encode_half(half: &Half) -> Seq<u8> {
    let mut out = put_nonzero(Seq::<u8>::new(0), HALF_COUNTER, half.ctr as u64);
    out = match half.next {
        Some(next) => put_secret(out, HALF_NEXT, ByteSeq::from_seq(&next)),
        None => out,
    };
    if half.stored.len() == 0 {
        out
    } else {
        put_secret(out, HALF_STORE, encode_store(&half.stored))
    }
}

/// The stored form of a link.
fn encode_link(link: &Link) -> Seq<u8> {
    let out = put_bytes(Seq::<u8>::new(0), LINK_SEND, &encode_half(&link.send));
    put_bytes(out, LINK_RECEIVE, &encode_half(&link.receive))
}

/// The stored form of the chains.
fn encode_chain(chain: &Chain) -> Seq<u8> {
    let direction = direction_number(chain.direction);
    let mut out = put_nonzero(Seq::<u8>::new(0), CHAIN_DIRECTION, direction);
    out = put_nonzero(out, CHAIN_CURRENT_EPOCH, chain.current_epoch);
    for i in 0..chain.links.len() {
        out = put_bytes(out, CHAIN_LINK, &encode_link(&chain.links[i]));
    }
    out = put_secret(out, CHAIN_NEXT_ROOT, ByteSeq::from_seq(&chain.next_root));
    out = put_nonzero(out, CHAIN_SEND_EPOCH, chain.send_epoch);
    put_bytes(out, CHAIN_PARAMETERS, &encode_parameters(chain.parameters))
}

/// Symbols, BE16 each.
fn encode_symbols(symbols: &Seq<u16>) -> Seq<u8> {
    let mut out = Seq::<u8>::new(SYMBOL_LENGTH * symbols.len());
    for i in 0..symbols.len() {
        out[SYMBOL_LENGTH * i] = (symbols[i] >> 8) as u8;
        out[SYMBOL_LENGTH * i + 1] = (symbols[i] & 0xffu16) as u8;
    }
    out
}

/// The stored form of an encoder.
///
/// In: an encoder. Out: its bytes, public.
pub fn encode_encoder(encoder: &Encoder) -> Seq<u8> {
    let number = match encoder.form {
        Form::Points => ENCODER_POINTS,
        Form::Coefficients => ENCODER_COEFFICIENTS,
    };
    let mut out = put_nonzero(Seq::<u8>::new(0), ENCODER_COUNTER, encoder.next as u64);
    for i in 0..encoder.polynomials.len() {
        out = put_bytes(out, number, &encode_symbols(&encoder.polynomials[i]));
    }
    out
}

/// Points, BE16 x ‖ BE16 y each.
fn encode_points(points: &Seq<Point>) -> Seq<u8> {
    let mut symbols = Seq::<u16>::new(2 * points.len());
    for i in 0..points.len() {
        symbols[2 * i] = points[i].x;
        symbols[2 * i + 1] = points[i].y;
    }
    encode_symbols(&symbols)
}

/// The stored form of a decoder.
///
/// Deployed: a field for a complete decoder exists, and is never set.
/// In: a decoder. Out: its bytes, public.
pub fn encode_decoder(decoder: &Decoder) -> Seq<u8> {
    let symbols = (decoder.length / SYMBOL_LENGTH) as u64;
    let mut out = put_nonzero(Seq::<u8>::new(0), DECODER_SYMBOLS, symbols);
    out = put_nonzero(out, DECODER_POLYNOMIALS, POLYNOMIALS as u64);
    for i in 0..decoder.points.len() {
        out = put_bytes(out, DECODER_POINTS, &encode_points(&decoder.points[i]));
    }
    out
}

/// The stored form of an authenticator.
fn encode_authenticator(auth: &Authenticator) -> Seq<u8> {
    let root_key = ByteSeq::from_seq(&auth.root_key);
    let mac_key = ByteSeq::from_seq(&auth.mac_key);
    let out = put_secret(Seq::<u8>::new(0), AUTHENTICATOR_ROOT_KEY, root_key);
    put_secret(out, AUTHENTICATOR_MAC_KEY, mac_key)
}

/// The core of a state, without its keys and ciphertexts.
fn encode_core(epoch: u64, auth: &Authenticator) -> Seq<u8> {
    let out = put_nonzero(Seq::<u8>::new(0), CORE_EPOCH, epoch);
    put_bytes(out, CORE_AUTHENTICATOR, &encode_authenticator(auth))
}

/// A message with a core alone.
fn with_core(core: &Seq<u8>) -> Seq<u8> {
    put_bytes(Seq::<u8>::new(0), BRAID_CORE, core)
}

fn encode_keys_sampled(state: &KeysSampled) -> Seq<u8> {
    let mut core = encode_core(state.epoch, &state.auth);
    core = put_bytes(core, CORE_FIRST, &state.ek);
    core = put_secret(core, CORE_SECOND, state.dk.clone());
    put_bytes(
        with_core(&core),
        BRAID_SECOND,
        &encode_encoder(&state.header_encoder),
    )
}

fn encode_header_sent(state: &HeaderSent) -> Seq<u8> {
    let mut core = encode_core(state.epoch, &state.auth);
    core = put_secret(core, CORE_FIRST, state.dk.clone());
    let out = put_bytes(
        with_core(&core),
        BRAID_SECOND,
        &encode_encoder(&state.ek_encoder),
    );
    put_bytes(out, BRAID_THIRD, &encode_decoder(&state.ct1_decoder))
}

fn encode_ct1_received(state: &Ct1Received) -> Seq<u8> {
    let mut core = encode_core(state.epoch, &state.auth);
    core = put_secret(core, CORE_FIRST, state.dk.clone());
    core = put_bytes(core, CORE_SECOND, &state.ct1);
    put_bytes(
        with_core(&core),
        BRAID_SECOND,
        &encode_encoder(&state.ek_encoder),
    )
}

/// Deployed: the second field of this state is not used.
fn encode_ek_sent_ct1_received(state: &EkSentCt1Received) -> Seq<u8> {
    let mut core = encode_core(state.epoch, &state.auth);
    core = put_secret(core, CORE_FIRST, state.dk.clone());
    core = put_bytes(core, CORE_SECOND, &state.ct1);
    put_bytes(
        with_core(&core),
        BRAID_THIRD,
        &encode_decoder(&state.ct2_decoder),
    )
}

fn encode_no_header_received(state: &NoHeaderReceived) -> Seq<u8> {
    let core = encode_core(state.epoch, &state.auth);
    put_bytes(
        with_core(&core),
        BRAID_SECOND,
        &encode_decoder(&state.header_decoder),
    )
}

fn encode_header_received(state: &HeaderReceived) -> Seq<u8> {
    let mut core = encode_core(state.epoch, &state.auth);
    core = put_bytes(core, CORE_FIRST, &state.header);
    put_bytes(
        with_core(&core),
        BRAID_SECOND,
        &encode_decoder(&state.ek_decoder),
    )
}

fn encode_ct1_sampled(state: &Ct1Sampled) -> Seq<u8> {
    let mut core = encode_core(state.epoch, &state.auth);
    core = put_bytes(core, CORE_FIRST, &state.header);
    core = put_secret(core, CORE_SECOND, ByteSeq::from_seq(&state.es));
    core = put_bytes(core, CORE_THIRD, &state.ct1);
    let out = put_bytes(
        with_core(&core),
        BRAID_SECOND,
        &encode_encoder(&state.ct1_encoder),
    );
    put_bytes(out, BRAID_THIRD, &encode_decoder(&state.ek_decoder))
}

fn encode_ek_received_ct1_sampled(state: &EkReceivedCt1Sampled) -> Seq<u8> {
    let mut core = encode_core(state.epoch, &state.auth);
    core = put_secret(core, CORE_FIRST, ByteSeq::from_seq(&state.es));
    core = put_bytes(core, CORE_SECOND, &state.ek);
    core = put_bytes(core, CORE_THIRD, &state.ct1);
    put_bytes(
        with_core(&core),
        BRAID_SECOND,
        &encode_encoder(&state.ct1_encoder),
    )
}

fn encode_ct1_acknowledged(state: &Ct1Acknowledged) -> Seq<u8> {
    let mut core = encode_core(state.epoch, &state.auth);
    core = put_bytes(core, CORE_FIRST, &state.header);
    core = put_secret(core, CORE_SECOND, ByteSeq::from_seq(&state.es));
    core = put_bytes(core, CORE_THIRD, &state.ct1);
    put_bytes(
        with_core(&core),
        BRAID_SECOND,
        &encode_decoder(&state.ek_decoder),
    )
}

fn encode_ct2_sampled(state: &Ct2Sampled) -> Seq<u8> {
    let core = encode_core(state.epoch, &state.auth);
    put_bytes(
        with_core(&core),
        BRAID_SECOND,
        &encode_encoder(&state.ct2_encoder),
    )
}

/// The one of the eleven states, under its number.
fn encode_braid(braid: &Braid) -> Seq<u8> {
    let (number, state) = match braid {
        Braid::KeysUnsampled(state) => (
            BRAID_KEYS_UNSAMPLED,
            with_core(&encode_core(state.epoch, &state.auth)),
        ),
        Braid::KeysSampled(state) => (BRAID_KEYS_SAMPLED, encode_keys_sampled(state)),
        Braid::HeaderSent(state) => (BRAID_HEADER_SENT, encode_header_sent(state)),
        Braid::Ct1Received(state) => (BRAID_CT1_RECEIVED, encode_ct1_received(state)),
        Braid::EkSentCt1Received(state) => (
            BRAID_EK_SENT_CT1_RECEIVED,
            encode_ek_sent_ct1_received(state),
        ),
        Braid::NoHeaderReceived(state) => {
            (BRAID_NO_HEADER_RECEIVED, encode_no_header_received(state))
        }
        Braid::HeaderReceived(state) => (BRAID_HEADER_RECEIVED, encode_header_received(state)),
        Braid::Ct1Sampled(state) => (BRAID_CT1_SAMPLED, encode_ct1_sampled(state)),
        Braid::EkReceivedCt1Sampled(state) => (
            BRAID_EK_RECEIVED_CT1_SAMPLED,
            encode_ek_received_ct1_sampled(state),
        ),
        Braid::Ct1Acknowledged(state) => (BRAID_CT1_ACKNOWLEDGED, encode_ct1_acknowledged(state)),
        Braid::Ct2Sampled(state) => (BRAID_CT2_SAMPLED, encode_ct2_sampled(state)),
    };
    put_bytes(Seq::<u8>::new(0), number, &state)
}

/// The stored form of a state.
///
/// In: a state. Out: its bytes, secret; none in version 0.
pub fn encode_state(state: &State) -> ByteSeq {
    let mut out = Seq::<u8>::new(0);
    out = match state.negotiation {
        Some(negotiation) => put_bytes(out, STATE_NEGOTIATION, &encode_negotiation(negotiation)),
        None => out,
    };
    out = match &state.chain {
        Some(chain) => put_bytes(out, STATE_CHAIN, &encode_chain(chain)),
        None => out,
    };
    out = match &state.braid {
        Some(braid) => put_bytes(out, STATE_BRAID, &encode_braid(braid)),
        None => out,
    };
    ByteSeq::from_public_seq(&out)
}
