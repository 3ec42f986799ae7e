//! What a message received does to the Braid in each state.
//!
//! Which part: BRAID 2.5, `Receive` of each state. Who calls it: `ratchet::sparse`. Secret: the state.
use crate::keys::*;
use crate::primitives::mlkem::incremental::*;
use crate::ratchet::sparse::authenticator::*;
use crate::ratchet::sparse::braid::states::*;
use crate::ratchet::sparse::erasure::*;
use crate::ratchet::sparse::message::*;
use crate::ratchet::sparse::types::*;
use hacspec_lib::*;

/// A state after a receive, and the secret of the epoch if it comes out.
type BraidReceived = (Braid, Option<EpochOutput>);

/// Whether the MAC behind `content` is the one computed.
fn is_mac(mac: Sha256Digest, sent: &Seq<u8>) -> bool {
    // Whether it is right is public, and so is what the peer sent. An implementation compares in constant time.
    ByteSeq::from_seq(&mac).declassify() == *sent
}

/// KeysSampled and Ct1: the peer has the header. Send t-hat and collect ct1.
fn receive_ct1_first(state: KeysSampled, chunk: &Chunk) -> Braid {
    Braid::HeaderSent(HeaderSent {
        epoch: state.epoch,
        auth: state.auth,
        dk: state.dk,
        ek_encoder: encoder_of(&state.ek),
        ct1_decoder: add_chunk(decoder_of(CIPHERTEXT1_LEN), chunk),
    })
}

/// HeaderSent and Ct1: collect ct1.
fn receive_ct1(state: HeaderSent, chunk: &Chunk) -> Braid {
    let ct1_decoder = add_chunk(state.ct1_decoder, chunk);
    match decoded(&ct1_decoder) {
        Some(ct1) => Braid::Ct1Received(Ct1Received {
            epoch: state.epoch,
            auth: state.auth,
            dk: state.dk,
            ct1,
            ek_encoder: state.ek_encoder,
        }),
        None => Braid::HeaderSent(HeaderSent {
            epoch: state.epoch,
            auth: state.auth,
            dk: state.dk,
            ek_encoder: state.ek_encoder,
            ct1_decoder,
        }),
    }
}

/// Ct1Received and Ct2: the peer has t-hat. Collect ct2.
fn receive_ct2_first(state: Ct1Received, chunk: &Chunk) -> Braid {
    Braid::EkSentCt1Received(EkSentCt1Received {
        epoch: state.epoch,
        auth: state.auth,
        dk: state.dk,
        ct1: state.ct1,
        ct2_decoder: add_chunk(decoder_of(CIPHERTEXT2_AND_MAC_LENGTH), chunk),
    })
}

/// The secret of the epoch: decapsulate, renew the authenticator, then check the MAC.
fn open_ciphertext(
    epoch: u64,
    auth: Authenticator,
    dk: &ByteSeq,
    ct1: &Seq<u8>,
    ct2_and_mac: &Seq<u8>,
) -> Result<BraidReceived, SparseError> {
    let ct2 = ct2_and_mac.slice(0, CIPHERTEXT2_LEN);
    let kem_secret = lift_secret(decaps_halves(dk, ct1, &ct2))?;
    let secret = epoch_secret(kem_secret, epoch);
    let renewed = authenticator_update(&auth, epoch, secret);
    let mac = mac_ciphertext(&renewed, epoch, &ct1.concat(&ct2));
    if !is_mac(mac, &ct2_and_mac.slice(CIPHERTEXT2_LEN, MAC_LENGTH)) {
        Err(SparseError::BadMac)
    } else if epoch == LAST_EPOCH {
        Err(SparseError::CounterExhausted)
    } else {
        // The next epoch, with the other role.
        let next = no_header_received(epoch + 1u64, renewed);
        let output = EpochOutput { epoch, secret };
        Ok((Braid::NoHeaderReceived(next), Some(output)))
    }
}

/// EkSentCt1Received and Ct2: collect ct2. The secret comes out once it is complete.
fn receive_ct2(state: EkSentCt1Received, chunk: &Chunk) -> Result<BraidReceived, SparseError> {
    let ct2_decoder = add_chunk(state.ct2_decoder, chunk);
    match decoded(&ct2_decoder) {
        Some(ct2_and_mac) => {
            open_ciphertext(state.epoch, state.auth, &state.dk, &state.ct1, &ct2_and_mac)
        }
        None => {
            let same = EkSentCt1Received {
                epoch: state.epoch,
                auth: state.auth,
                dk: state.dk,
                ct1: state.ct1,
                ct2_decoder,
            };
            Ok((Braid::EkSentCt1Received(same), None))
        }
    }
}

/// NoHeaderReceived and Hdr, the header complete: check its MAC.
fn open_header(
    epoch: u64,
    auth: Authenticator,
    header_and_mac: &Seq<u8>,
) -> Result<Braid, SparseError> {
    let header = header_and_mac.slice(0, HEADER_LEN);
    let mac = mac_header(&auth, epoch, &header);
    if is_mac(mac, &header_and_mac.slice(HEADER_LEN, MAC_LENGTH)) {
        Ok(Braid::HeaderReceived(HeaderReceived {
            epoch,
            auth,
            header,
            ek_decoder: decoder_of(VECTOR_LEN),
        }))
    } else {
        Err(SparseError::BadMac)
    }
}

/// NoHeaderReceived and Hdr: collect the header.
fn receive_header(state: NoHeaderReceived, chunk: &Chunk) -> Result<Braid, SparseError> {
    let header_decoder = add_chunk(state.header_decoder, chunk);
    match decoded(&header_decoder) {
        Some(header_and_mac) => open_header(state.epoch, state.auth, &header_and_mac),
        None => Ok(Braid::NoHeaderReceived(NoHeaderReceived {
            epoch: state.epoch,
            auth: state.auth,
            header_decoder,
        })),
    }
}

/// The key that was put together, if it is the one of the header.
fn matched(header: &Seq<u8>, ek: Seq<u8>) -> Result<Seq<u8>, SparseError> {
    if is_match(header, &ek) {
        Ok(ek)
    } else {
        Err(SparseError::ErroneousData)
    }
}

/// t-hat is here and the peer has ct1: encapsulate the second half, and send it with the MAC of both.
fn encapsulate(
    epoch: u64,
    auth: Authenticator,
    es: &KemEncapsState,
    ek: &Seq<u8>,
    ct1: &Seq<u8>,
) -> Result<Braid, SparseError> {
    let ct2 = lift_ciphertext(encaps2(ek, es))?;
    let mac = mac_ciphertext(&auth, epoch, &ct1.concat(&ct2));
    Ok(Braid::Ct2Sampled(Ct2Sampled {
        epoch,
        auth,
        ct2_encoder: encoder_of(&with_mac(&ct2, mac)),
    }))
}

/// Ct1Sampled and Ek: collect t-hat.
fn receive_ek(state: Ct1Sampled, chunk: &Chunk) -> Result<Braid, SparseError> {
    let ek_decoder = add_chunk(state.ek_decoder, chunk);
    match decoded(&ek_decoder) {
        Some(found) => {
            let ek = matched(&state.header, found)?;
            Ok(Braid::EkReceivedCt1Sampled(EkReceivedCt1Sampled {
                epoch: state.epoch,
                auth: state.auth,
                es: state.es,
                ek,
                ct1: state.ct1,
                ct1_encoder: state.ct1_encoder,
            }))
        }
        None => Ok(Braid::Ct1Sampled(Ct1Sampled {
            epoch: state.epoch,
            auth: state.auth,
            header: state.header,
            es: state.es,
            ct1: state.ct1,
            ct1_encoder: state.ct1_encoder,
            ek_decoder,
        })),
    }
}

/// Ct1Sampled and EkCt1Ack, or Ct1Acknowledged and a chunk of t-hat: the peer has ct1. Collect t-hat, which may be
/// complete.
fn receive_acknowledged_ek(state: Ct1Acknowledged, chunk: &Chunk) -> Result<Braid, SparseError> {
    let ek_decoder = add_chunk(state.ek_decoder, chunk);
    match decoded(&ek_decoder) {
        Some(found) => {
            let ek = matched(&state.header, found)?;
            encapsulate(state.epoch, state.auth, &state.es, &ek, &state.ct1)
        }
        None => Ok(Braid::Ct1Acknowledged(Ct1Acknowledged {
            epoch: state.epoch,
            auth: state.auth,
            header: state.header,
            es: state.es,
            ct1: state.ct1,
            ek_decoder,
        })),
    }
}

/// Ct1Sampled once its peer has ct1: ct1 is sent no more.
fn acknowledged(state: Ct1Sampled) -> Ct1Acknowledged {
    Ct1Acknowledged {
        epoch: state.epoch,
        auth: state.auth,
        header: state.header,
        es: state.es,
        ct1: state.ct1,
        ek_decoder: state.ek_decoder,
    }
}

/// KeysSampled: what each message does.
fn in_keys_sampled(state: KeysSampled, payload: Payload) -> Braid {
    match payload {
        Payload::Ct1(chunk) => receive_ct1_first(state, &chunk),
        _ => Braid::KeysSampled(state),
    }
}

/// HeaderSent: what each message does.
fn in_header_sent(state: HeaderSent, payload: Payload) -> Braid {
    match payload {
        Payload::Ct1(chunk) => receive_ct1(state, &chunk),
        _ => Braid::HeaderSent(state),
    }
}

/// Ct1Received: what each message does.
fn in_ct1_received(state: Ct1Received, payload: Payload) -> Braid {
    match payload {
        Payload::Ct2(chunk) => receive_ct2_first(state, &chunk),
        _ => Braid::Ct1Received(state),
    }
}

/// NoHeaderReceived: what each message does.
fn in_no_header_received(state: NoHeaderReceived, payload: Payload) -> Result<Braid, SparseError> {
    match payload {
        Payload::Hdr(chunk) => receive_header(state, &chunk),
        _ => Ok(Braid::NoHeaderReceived(state)),
    }
}

/// Ct1Sampled: what each message does. A bare Ct1Ack is ignored.
fn in_ct1_sampled(state: Ct1Sampled, payload: Payload) -> Result<Braid, SparseError> {
    match payload {
        Payload::Ek(chunk) => receive_ek(state, &chunk),
        Payload::EkCt1Ack(chunk) => receive_acknowledged_ek(acknowledged(state), &chunk),
        _ => Ok(Braid::Ct1Sampled(state)),
    }
}

/// EkReceivedCt1Sampled: what each message does. A chunk is not looked at.
fn in_ek_received_ct1_sampled(
    state: EkReceivedCt1Sampled,
    payload: Payload,
) -> Result<Braid, SparseError> {
    match payload {
        Payload::EkCt1Ack(_) => {
            encapsulate(state.epoch, state.auth, &state.es, &state.ek, &state.ct1)
        }
        Payload::Ct1Ack => encapsulate(state.epoch, state.auth, &state.es, &state.ek, &state.ct1),
        _ => Ok(Braid::EkReceivedCt1Sampled(state)),
    }
}

/// Ct1Acknowledged: what each message does.
fn in_ct1_acknowledged(state: Ct1Acknowledged, payload: Payload) -> Result<Braid, SparseError> {
    match payload {
        Payload::Ek(chunk) => receive_acknowledged_ek(state, &chunk),
        Payload::EkCt1Ack(chunk) => receive_acknowledged_ek(state, &chunk),
        _ => Ok(Braid::Ct1Acknowledged(state)),
    }
}

/// A state without a secret that comes out.
fn quietly(result: Result<Braid, SparseError>) -> Result<BraidReceived, SparseError> {
    match result {
        Ok(braid) => Ok((braid, None)),
        Err(error) => Err(error),
    }
}

/// A message of the epoch of the state.
fn receive_same_epoch(braid: Braid, payload: Payload) -> Result<BraidReceived, SparseError> {
    match braid {
        Braid::KeysSampled(state) => Ok((in_keys_sampled(state, payload), None)),
        Braid::HeaderSent(state) => Ok((in_header_sent(state, payload), None)),
        Braid::Ct1Received(state) => Ok((in_ct1_received(state, payload), None)),
        Braid::EkSentCt1Received(state) => match payload {
            Payload::Ct2(chunk) => receive_ct2(state, &chunk),
            _ => Ok((Braid::EkSentCt1Received(state), None)),
        },
        Braid::NoHeaderReceived(state) => quietly(in_no_header_received(state, payload)),
        Braid::Ct1Sampled(state) => quietly(in_ct1_sampled(state, payload)),
        Braid::EkReceivedCt1Sampled(state) => quietly(in_ek_received_ct1_sampled(state, payload)),
        Braid::Ct1Acknowledged(state) => quietly(in_ct1_acknowledged(state, payload)),
        // KeysUnsampled, HeaderReceived and Ct2Sampled wait for something else.
        other => Ok((other, None)),
    }
}

/// A message of a later epoch. Only its epoch counts, and only where the peer may be one ahead.
fn receive_later_epoch(braid: Braid, epoch: u64) -> Result<BraidReceived, SparseError> {
    match braid {
        Braid::Ct2Sampled(state) => {
            if epoch - state.epoch == 1u64 {
                // The peer has ct2. The next epoch, with the other role.
                let next = KeysUnsampled {
                    epoch,
                    auth: state.auth,
                };
                Ok((Braid::KeysUnsampled(next), None))
            } else {
                Err(SparseError::EpochOutOfRange { epoch })
            }
        }
        _ => Err(SparseError::EpochOutOfRange { epoch }),
    }
}

/// What a message does to the state.
///
/// Standard: BRAID 2.5, `Receive`. Deployed: a message of a later epoch is an error; in the text it is ignored.
/// In: the state; a message. Out: the state, and the secret of the epoch if it comes out.
/// Errors: `EpochOutOfRange`, `BadMac`, `ErroneousData`, `CounterExhausted`; `InvalidState` for lengths that no state
/// has.
pub fn braid_receive(
    braid: Braid,
    message: &SparseMessage,
) -> Result<(Braid, Option<EpochOutput>), SparseError> {
    let epoch = braid_epoch(&braid);
    if message.epoch < epoch {
        Ok((braid, None))
    } else if message.epoch == epoch {
        receive_same_epoch(braid, message.payload)
    } else {
        receive_later_epoch(braid, message.epoch)
    }
}
