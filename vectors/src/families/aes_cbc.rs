//! AES-256-CBC with PKCS#7 padding.
use super::build::{counting, group, secret, spec_bytes, test, with_sources, Plan, SPEC};
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::step::Step;
use hacspec_lib::ByteSeq;
use twinratchet_spec::keys::{CipherKey, Iv};
use twinratchet_spec::primitives::aes_cbc::aes256_cbc_encrypt;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "PrintedValue",
        description: "Blocks that the standard prints, before a block of padding.",
        effect: "The cipher is another one.",
    },
    FlagNote {
        flag: "Padding",
        description: "Padding is always added, also to whole blocks.",
        effect: "Messages of some lengths cannot be exchanged.",
    },
    FlagNote {
        flag: "BadPadding",
        description: "Every byte of the padding is checked.",
        effect: "Altered ciphertexts are accepted, or bytes of the message are lost.",
    },
    FlagNote {
        flag: "BadLength",
        description: "A ciphertext is at least one block, and whole blocks.",
        effect: "A crash, or reading past the end.",
    },
    FlagNote {
        flag: "BadInput",
        description: "A key is 32 bytes and an initialisation vector 16.",
        effect: "A crash, or another key than the one given.",
    },
];

const NAME: &str = "aes_cbc";
const BLOCK: usize = 16;

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: NAME,
        algorithm: "AES-256-CBC with PKCS#7 padding",
        header: &[
            "FIPS 197, SP 800-38A 6.2, RFC 5652 6.3. Padding is always added, so a printed ciphertext",
            "stands at the start of the output here, and a block of padding after it.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("aes256_cbc_encrypt", SPEC, encryptions()),
            group("aes256_cbc_decrypt", SPEC, decryptions()),
            group("aes256_cbc_decrypt", SPEC, bad_paddings()),
            group("aes256_cbc_decrypt", SPEC, bad_lengths()),
            group("aes256_cbc_encrypt", SPEC, bad_inputs()),
        ],
    })
}

fn key() -> Bytes {
    secret(NAME, 0, "key")
}

fn iv() -> Bytes {
    Bytes(secret(NAME, 0, "iv").0[..BLOCK].to_vec())
}

fn encrypt(plaintext: Bytes) -> Step {
    Step::Aes256CbcEncrypt {
        key: key(),
        iv: iv(),
        plaintext,
    }
}

fn decrypt(ciphertext: Bytes) -> Step {
    Step::Aes256CbcDecrypt {
        key: key(),
        iv: iv(),
        ciphertext,
    }
}

/// What the specification makes of a plaintext.
fn encrypted(plaintext: &[u8]) -> Vec<u8> {
    let key = CipherKey::from_public_slice(&key().0);
    let iv = Iv::from_public_slice(&iv().0);
    let sealed = aes256_cbc_encrypt(&key, &iv, &ByteSeq::from_public_slice(plaintext));
    spec_bytes(&sealed)
}

/// The ciphertext of whole blocks as they are, without padding.
fn encrypted_raw(blocks: &[u8]) -> Bytes {
    let mut sealed = encrypted(blocks);
    sealed.truncate(blocks.len());
    Bytes(sealed)
}

fn lengths() -> impl Iterator<Item = usize> {
    (0..=17).chain([31, 32, 33, 160, 1000])
}

fn encryptions() -> Vec<TestPlan> {
    (101..)
        .zip(lengths())
        .map(|(id, n)| test(id, format!("{n} bytes"), "Padding", encrypt(counting(n))))
        .collect()
}

fn decryptions() -> Vec<TestPlan> {
    (131..)
        .zip(lengths())
        .map(|(id, n)| {
            let sealed = Bytes(encrypted(&counting(n).0));
            test(
                id,
                format!("{n} bytes of plaintext"),
                "Padding",
                decrypt(sealed),
            )
        })
        .collect()
}

/// Two blocks that end with these bytes.
fn ending(end: &[u8]) -> Vec<u8> {
    let mut blocks = vec![0xaa; 2 * BLOCK];
    blocks[2 * BLOCK - end.len()..].copy_from_slice(end);
    blocks
}

/// Padding of `n` bytes in which the byte at `wrong` is another.
fn padding_with(n: u8, wrong: usize) -> Vec<u8> {
    let mut padding = vec![n; usize::from(n)];
    padding[wrong] ^= 1;
    padding
}

fn bad_paddings() -> Vec<TestPlan> {
    let lasts =
        [0u8, 17, 18, 32, 127, 128, 255].map(|n| (format!("the last byte is {n}"), ending(&[n])));
    let firsts = (2..=16u8).map(|n| {
        let comment = format!("padding of {n} bytes, the first of them wrong");
        (comment, ending(&padding_with(n, 0)))
    });
    let seconds = (3..=16u8).map(|n| {
        let comment = format!("padding of {n} bytes, the last but one wrong");
        (comment, ending(&padding_with(n, usize::from(n) - 2)))
    });
    let others = [
        ("32 bytes of 32: more than a block", vec![32; 32]),
        ("a single block of zeros", vec![0; 16]),
        (
            "zeros and a length, the padding of ANSI X9.23",
            ending(&[0, 0, 0, 4]),
        ),
        (
            "80 and zeros, the padding of ISO/IEC 7816-4",
            ending(&[0x80, 0, 0, 0]),
        ),
    ]
    .map(|(comment, blocks)| (comment.to_owned(), blocks));
    (201..)
        .zip(lasts.into_iter().chain(firsts).chain(seconds).chain(others))
        .map(|(id, (comment, blocks))| {
            test(id, comment, "BadPadding", decrypt(encrypted_raw(&blocks)))
        })
        .collect()
}

fn bad_lengths() -> Vec<TestPlan> {
    let sealed = encrypted(&counting(20).0);
    let mut tests: Vec<TestPlan> = (301..)
        .zip([0usize, 1, 15, 17, 31])
        .map(|(id, n)| {
            let cut = Bytes(sealed[..n].to_vec());
            test(
                id,
                format!("{n} bytes of ciphertext"),
                "BadLength",
                decrypt(cut),
            )
        })
        .collect();
    let cut = Bytes(sealed[..BLOCK].to_vec());
    tests.push(test(
        306,
        "the last block is missing",
        "BadPadding",
        decrypt(cut),
    ));
    tests
}

fn bad_inputs() -> Vec<TestPlan> {
    [
        (321, 31, 16),
        (322, 33, 16),
        (323, 16, 16),
        (324, 32, 15),
        (325, 32, 17),
        (326, 32, 0),
    ]
    .into_iter()
    .map(|(id, key, iv)| {
        let step = Step::Aes256CbcEncrypt {
            key: counting(key),
            iv: counting(iv),
            plaintext: counting(3),
        };
        test(
            id,
            format!("a key of {key} bytes, an IV of {iv}"),
            "BadInput",
            step,
        )
    })
    .collect()
}
