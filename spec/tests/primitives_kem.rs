//! SHA-3 and the KEM against published values and against recorded values of the deployed protocol.
//!
//! The recordings are not part of this crate: where their files are absent, the tests that read them say so and pass.
use hacspec_lib::*;
use serde_json::Value;
use std::path::Path;
use twinratchet_spec::keys::types::*;
use twinratchet_spec::primitives::mlkem::incremental::{
    decaps_halves, encaps1, encaps2, generate, is_match, CIPHERTEXT1_LEN, CIPHERTEXT2_LEN,
    HEADER_LEN, VECTOR_LEN,
};
use twinratchet_spec::primitives::mlkem::k_pke::encoding::{
    byte_decode, byte_encode, compress, decompress,
};
use twinratchet_spec::primitives::mlkem::k_pke::ring::{
    add_polynomials, multiply_ntts, ntt, ntt_inverse, subtract_polynomials, N, Q,
};
use twinratchet_spec::primitives::mlkem::{
    check_encapsulation_key, ciphertext_len, decaps, decapsulation_key_len, encaps,
    encapsulation_key_len, key_gen, KemError, ParameterSet,
};
use twinratchet_spec::primitives::sha3::{sha3_256, sha3_512, shake128, shake256};

const SETS: [ParameterSet; 3] = [
    ParameterSet::Kyber1024,
    ParameterSet::MlKem1024,
    ParameterSet::MlKem768,
];

fn bytes(hexadecimal: &str) -> Vec<u8> {
    hex::decode(hexadecimal).unwrap()
}

fn secret(bytes: &[u8]) -> ByteSeq {
    ByteSeq::from_public_slice(bytes)
}

fn public(bytes: &[u8]) -> Seq<u8> {
    Seq::<u8>::from_native_slice(bytes)
}

fn seed(first: u8) -> KemSeed {
    let bytes: Vec<u8> = (0..64).map(|i| first.wrapping_add(i)).collect();
    KemSeed::from_public_slice(&bytes)
}

fn random(first: u8) -> KemRandom {
    KemRandom::from_public_slice(&[first; 32])
}

fn hex_of(secret: &KemSecret) -> String {
    ByteSeq::from_seq(secret).to_hex()
}

/// A polynomial whose coefficients look random.
fn polynomial(start: u32) -> KemPolynomial {
    let mut f = KemPolynomial::new();
    let mut x = start;
    for i in 0..N {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f[i] = ((x >> 8) % Q) as u16;
    }
    f
}

/// A file of recorded values, if it is there.
fn recorded(name: &str) -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/protocol")
        .join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(_) => {
            println!("SKIPPED: {} is absent", path.display());
            None
        }
    }
}

// FIPS 202 leaves its examples to the pages of the NIST examples with intermediate values.

#[test]
fn sha3_256_gives_the_published_examples() {
    let cases: [(&[u8], &str); 2] = [
        (
            b"",
            "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a",
        ),
        (
            b"abc",
            "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
        ),
    ];
    for (message, digest) in cases {
        assert_eq!(sha3_256(&secret(message)).to_hex(), digest);
    }
}

#[test]
fn sha3_512_gives_the_published_examples() {
    let cases: [(&[u8], &str); 2] = [
        (
            b"",
            "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6\
             15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26",
        ),
        (
            b"abc",
            "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e\
             10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
        ),
    ];
    for (message, digest) in cases {
        assert_eq!(sha3_512(&secret(message)).to_hex(), digest);
    }
}

#[test]
fn shake128_gives_the_published_examples() {
    let empty = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26";
    let abc = "5881092dd818bf5cf8a3ddb793fbcba74097d5c526a6d35f97b83351940f2cc8";
    assert_eq!(shake128(&secret(b""), 32).to_hex(), empty);
    assert_eq!(shake128(&secret(b"abc"), 32).to_hex(), abc);
}

#[test]
fn shake256_gives_the_published_examples() {
    let empty = "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f\
                 d75dc4ddd8c0f200cb05019d67b592f6fc821c49479ab48640292eacb3b7c4be";
    let abc = "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739\
               d5a15bef186a5386c75744c0527e1faa9f8726e462a12a4feb06bd8801e751e4";
    assert_eq!(shake256(&secret(b""), 64).to_hex(), empty);
    assert_eq!(shake256(&secret(b"abc"), 64).to_hex(), abc);
}

#[test]
fn shorter_outputs_begin_longer_ones_across_blocks() {
    let message = secret(&[0xa3; 300]);
    for length in [0, 1, 135, 136, 137, 167, 168, 169, 840] {
        let whole_128 = shake128(&message, 1000).slice(0, length);
        let whole_256 = shake256(&message, 1000).slice(0, length);
        assert_eq!(shake128(&message, length), whole_128);
        assert_eq!(shake256(&message, length), whole_256);
    }
}

#[test]
fn padding_fits_where_one_byte_is_left() {
    // 135 bytes leave one byte of the block, which holds both ends of the padding; the digests must all differ.
    let digests: Vec<String> = (130..140)
        .map(|length| sha3_256(&secret(&vec![0x5a; length])).to_hex())
        .collect();
    for (i, digest) in digests.iter().enumerate() {
        assert!(!digests[..i].contains(digest));
    }
}

#[test]
fn the_transform_is_inverted_and_multiplies_modulo_x_256_plus_1() {
    let (f, g) = (polynomial(1), polynomial(2));
    assert_eq!(ntt_inverse(&ntt(&f)), f);
    let product = ntt_inverse(&multiply_ntts(&ntt(&f), &ntt(&g)));
    for degree in 0..N {
        let mut sum = 0u64;
        for i in 0..N {
            let j = (N + degree - i) % N;
            let term = u64::from(f[i]) * u64::from(g[j]) % u64::from(Q);
            // X^256 = -1
            sum += if i <= degree {
                term
            } else {
                u64::from(Q) - term
            };
        }
        assert_eq!(u64::from(product[degree]), sum % u64::from(Q), "{degree}");
    }
}

#[test]
fn subtraction_undoes_addition() {
    let (f, g) = (polynomial(3), polynomial(4));
    assert_eq!(subtract_polynomials(&add_polynomials(&f, &g), &g), f);
}

#[test]
fn encoding_is_inverted_for_every_width() {
    for d in 1..=12 {
        let mut f = polynomial(5);
        if d < 12 {
            f = compress(&f, d);
        }
        let encoded = byte_encode(&f, d);
        assert_eq!(encoded.len(), 32 * d);
        assert_eq!(byte_decode(&encoded, d), f, "{d}");
    }
}

#[test]
fn compression_undoes_decompression_and_rounds_to_the_nearest() {
    for d in 1..12 {
        for y in 0..1u16 << d {
            let mut f = KemPolynomial::new();
            f[0usize] = y;
            assert_eq!(compress(&decompress(&f, d), d)[0usize], y, "{d} {y}");
        }
    }
    // FIPS 203, 4.2.1: of one bit, what is nearer to q/2 than to 0 and q.
    for (x, bit) in [(0, 0), (832, 0), (833, 1), (2496, 1), (2497, 0), (3328, 0)] {
        let mut f = KemPolynomial::new();
        f[0usize] = x;
        assert_eq!(compress(&f, 1)[0usize], bit, "{x}");
    }
}

#[test]
fn lengths_are_those_of_the_table() {
    let lengths = |set| {
        (
            encapsulation_key_len(set),
            decapsulation_key_len(set),
            ciphertext_len(set),
        )
    };
    assert_eq!(lengths(ParameterSet::Kyber1024), (1568, 3168, 1568));
    assert_eq!(lengths(ParameterSet::MlKem1024), (1568, 3168, 1568));
    assert_eq!(lengths(ParameterSet::MlKem768), (1184, 2400, 1088));
}

#[test]
fn both_sides_share_a_secret_and_a_flipped_bit_gives_another_one() {
    for set in SETS {
        let pair = key_gen(set, &seed(7));
        let (shared, ciphertext) = encaps(set, &pair.encapsulation_key, &random(9)).unwrap();
        let opened = decaps(set, &pair.decapsulation_key, &ciphertext).unwrap();
        assert_eq!(hex_of(&opened), hex_of(&shared), "{set:?}");
        for place in [0, ciphertext.len() / 2, ciphertext.len() - 1] {
            let mut flipped = ciphertext.clone();
            flipped[place] ^= 1;
            let rejected = decaps(set, &pair.decapsulation_key, &flipped).unwrap();
            assert_ne!(hex_of(&rejected), hex_of(&shared), "{set:?} {place}");
        }
    }
}

#[test]
fn the_three_mechanisms_differ() {
    let keys: Vec<Seq<u8>> = SETS
        .iter()
        .map(|set| key_gen(*set, &seed(1)).encapsulation_key)
        .collect();
    assert_ne!(keys[0], keys[1]);
    let secrets: Vec<String> = SETS[..2]
        .iter()
        .map(|set| hex_of(&encaps(*set, &keys[0], &random(2)).unwrap().0))
        .collect();
    assert_ne!(secrets[0], secrets[1]);
}

#[test]
fn a_wrong_length_is_refused() {
    for set in SETS {
        let pair = key_gen(set, &seed(3));
        let dk = &pair.decapsulation_key;
        for length in [
            0,
            1,
            encapsulation_key_len(set) - 1,
            encapsulation_key_len(set) + 1,
        ] {
            let refused = encaps(set, &Seq::<u8>::new(length), &random(1)).err();
            assert_eq!(refused, Some(KemError::BadEncapsulationKeyLength));
        }
        for length in [0, ciphertext_len(set) - 1, ciphertext_len(set) + 1] {
            let refused = decaps(set, dk, &Seq::<u8>::new(length)).err();
            assert_eq!(refused, Some(KemError::BadCiphertextLength));
        }
        let short = dk.slice(0, dk.len() - 1);
        let refused = decaps(set, &short, &Seq::<u8>::new(ciphertext_len(set))).err();
        assert_eq!(refused, Some(KemError::BadDecapsulationKeyLength));
    }
}

#[test]
fn the_modulus_is_checked_for_ml_kem_only() {
    for set in SETS {
        let ones = public(&vec![0xff; encapsulation_key_len(set)]);
        let kyber = set == ParameterSet::Kyber1024;
        let expected = if kyber {
            Ok(())
        } else {
            Err(KemError::NotReduced)
        };
        assert_eq!(check_encapsulation_key(set, &ones), expected);
        assert_eq!(encaps(set, &ones, &random(4)).is_ok(), kyber);
        // The first coefficient is q - 1, then q: 0xd00 and 0xd01.
        let mut key = key_gen(set, &seed(5)).encapsulation_key;
        key[0usize] = 0x00;
        key[1usize] = key[1usize] & 0xf0 | 0x0d;
        assert_eq!(check_encapsulation_key(set, &key), Ok(()));
        key[0usize] = 0x01;
        assert_eq!(check_encapsulation_key(set, &key), expected);
    }
}

#[test]
fn the_pieces_are_the_bytes_of_the_whole() {
    let (set, m) = (ParameterSet::MlKem768, random(6));
    for first in 0..4 {
        let whole = key_gen(set, &seed(first));
        let pair = generate(&seed(first));
        let ek = whole.encapsulation_key;
        assert_eq!(pair.vector.concat(&pair.header.slice(0, 32)), ek);
        assert_eq!(
            pair.decapsulation_key.to_hex(),
            whole.decapsulation_key.to_hex()
        );
        assert!(is_match(&pair.header, &pair.vector));
        let (shared, ciphertext) = encaps(set, &ek, &m).unwrap();
        let half = encaps1(&pair.header, &m).unwrap();
        let c2 = encaps2(&pair.vector, &half.state).unwrap();
        assert_eq!(half.ciphertext1.concat(&c2), ciphertext);
        assert_eq!(hex_of(&half.shared_secret), hex_of(&shared));
        let opened = decaps_halves(&pair.decapsulation_key, &half.ciphertext1, &c2).unwrap();
        assert_eq!(hex_of(&opened), hex_of(&shared));
    }
}

#[test]
fn a_piece_of_a_wrong_length_is_refused() {
    let pair = generate(&seed(1));
    let half = encaps1(&pair.header, &random(1)).unwrap();
    let zeros = |length| Seq::<u8>::new(length);
    for length in [0, HEADER_LEN - 1, HEADER_LEN + 1] {
        let refused = encaps1(&zeros(length), &random(1)).err();
        assert_eq!(refused, Some(KemError::BadEncapsulationKeyLength));
        assert!(!is_match(&zeros(length), &pair.vector));
    }
    for length in [0, VECTOR_LEN - 1, VECTOR_LEN + 1] {
        let refused = encaps2(&zeros(length), &half.state).err();
        assert_eq!(refused, Some(KemError::BadEncapsulationKeyLength));
        assert!(!is_match(&pair.header, &zeros(length)));
    }
    // The sum alone is not enough.
    for (first, second) in [
        (0, 0),
        (CIPHERTEXT1_LEN - 1, CIPHERTEXT2_LEN + 1),
        (CIPHERTEXT1_LEN, CIPHERTEXT2_LEN - 1),
        (0, CIPHERTEXT1_LEN + CIPHERTEXT2_LEN),
    ] {
        let refused = decaps_halves(&pair.decapsulation_key, &zeros(first), &zeros(second)).err();
        assert_eq!(refused, Some(KemError::BadCiphertextLength));
    }
    let refused = decaps_halves(
        &secret(b""),
        &zeros(CIPHERTEXT1_LEN),
        &zeros(CIPHERTEXT2_LEN),
    );
    assert_eq!(refused.err(), Some(KemError::BadDecapsulationKeyLength));
}

/// The ciphertext in a PreKeySignalMessage: field 8, after its type byte. The message is its version byte, fields and
/// nothing else.
fn kem_ciphertext(message: &[u8]) -> Option<Vec<u8>> {
    fn varint(bytes: &[u8], at: &mut usize) -> usize {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = bytes[*at];
            *at += 1;
            value |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return value;
            }
        }
    }
    let mut at = 1;
    while at < message.len() {
        let key = varint(message, &mut at);
        let value = varint(message, &mut at);
        if key % 8 == 2 {
            if key / 8 == 8 {
                assert_eq!((value, message[at]), (1569, 8));
                return Some(message[at + 1..at + value].to_vec());
            }
            at += value;
        }
    }
    None
}

#[test]
fn recorded_handshakes_give_the_recorded_secret() {
    let Some(file) = recorded("known-answers.json") else {
        return;
    };
    let mut seen = 0;
    for conversation in file["conversations"].as_array().unwrap() {
        let mut owners: Vec<(String, Vec<u8>)> = Vec::new();
        let events = conversation["events"].as_array().unwrap();
        for event in events {
            if let Some(key) = event["private"]["kem_secret_key"].as_str() {
                let public_key = event["kem_pre_key"].as_str().unwrap().to_owned();
                owners.push((public_key, bytes(key)));
            }
            seen += check_handshake(event, events, &owners);
        }
    }
    println!("{seen} recorded handshakes");
    assert!(seen > 0, "no recorded handshake was found");
}

/// How many handshakes the event holds; each gives the recorded secret with one of the keys.
fn check_handshake(event: &Value, events: &[Value], owners: &[(String, Vec<u8>)]) -> usize {
    let Some(expected) = event["handshake"]["kem_shared_secret"].as_str() else {
        return 0;
    };
    let sent = |other: &&Value| other["id"] == event["id"] && other["op"] == "send";
    let message = events.iter().find(sent).expect("the message delivered");
    let message = bytes(message["ciphertext"].as_str().unwrap());
    let ciphertext = kem_ciphertext(&message).expect("a KEM ciphertext");
    let set = ParameterSet::Kyber1024;
    let found = owners.iter().any(|(public_key, key)| {
        assert_eq!(key[0], 8);
        let dk = secret(&key[1..]);
        let ek = dk.slice(1536, 1568).to_hex();
        assert_eq!(format!("08{ek}"), *public_key);
        hex_of(&decaps(set, &dk, &public(&ciphertext)).unwrap()) == expected
    });
    assert!(found, "{}", event["id"]);
    1
}

#[test]
fn recorded_pieces_of_the_deployed_ratchet_are_reproduced() {
    let Some(file) = recorded("known-answers-spqr.json") else {
        return;
    };
    let cases = file["incremental_mlkem768"]["cases"].as_array().unwrap();
    println!("{} recorded cases", cases.len());
    for case in cases {
        let text = |name: &str| case[name].as_str().unwrap().to_owned();
        let hex_public = |seq: &Seq<u8>| hex::encode(seq.native_slice());
        let pair = generate(&KemSeed::from_public_slice(&bytes(&text(
            "keygen_random_d_z",
        ))));
        assert_eq!(hex_public(&pair.header), text("hdr"));
        assert_eq!(hex_public(&pair.vector), text("ek"));
        assert_eq!(pair.decapsulation_key.to_hex(), text("dk"));
        let m = KemRandom::from_public_slice(&bytes(&text("encaps_random_m")));
        let half = encaps1(&pair.header, &m).unwrap();
        assert_eq!(hex_public(&half.ciphertext1), text("ct1"));
        assert_eq!(hex_of(&half.shared_secret), text("raw_shared_secret"));
        assert_eq!(
            ByteSeq::from_seq(&half.state).to_hex(),
            text("encaps_state")
        );
        let c2 = encaps2(&pair.vector, &half.state).unwrap();
        assert_eq!(hex_public(&c2), text("ct2"));
        assert_eq!(case["ct2_from_byte_swapped_state_equal"], true);
        let mut swapped = bytes(&text("encaps_state"));
        swapped[..2048]
            .chunks_mut(2)
            .for_each(|pair| pair.swap(0, 1));
        let swapped = KemEncapsState::from_public_slice(&swapped);
        assert_eq!(encaps2(&pair.vector, &swapped).unwrap(), c2);
        let mut wrong = c2.clone();
        wrong[0usize] ^= 1;
        for (second, name) in [(c2, "decaps"), (wrong, "decaps_with_ct2_byte0_xor_1")] {
            let dk = &pair.decapsulation_key;
            let opened = decaps_halves(dk, &half.ciphertext1, &second).unwrap();
            assert_eq!(hex_of(&opened), text(name));
        }
    }
    assert!(!cases.is_empty());
}
