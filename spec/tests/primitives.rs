//! The primitives against the values printed in their standards, and against recorded values of the deployed
//! protocol.
//!
//! The recordings are not part of this crate: where their file is absent, the tests that read it say so and pass.
#[path = "support/recordings.rs"]
mod recordings;

use hacspec_lib::*;
use recordings::recording;
use serde_json::Value;
use twinratchet_spec::keys::types::*;
use twinratchet_spec::notation::field::{fe_from_bytes, fe_literal, fe_pow, fe_to_bytes};
use twinratchet_spec::notation::scalar::{
    scalar_from_bytes, scalar_from_wide_bytes, scalar_to_bytes,
};
use twinratchet_spec::primitives::aes::{decrypt_block, encrypt_block, key_expansion};
use twinratchet_spec::primitives::aes_cbc::{aes256_cbc_decrypt, aes256_cbc_encrypt, CbcError};
use twinratchet_spec::primitives::edwards25519::{
    add, base_point, compress, decompress, double, identity, integer_mul, is_canonical,
    is_identity, is_torsion_free, montgomery_to_edwards, negate_point, point_of_y, scalar_mul_base,
    Sign,
};
use twinratchet_spec::primitives::field25519::{inverse, is_square, parity, square_root};
use twinratchet_spec::primitives::hkdf::{hkdf, hkdf_expand, hkdf_extract, no_salt};
use twinratchet_spec::primitives::hmac::hmac_sha256;
use twinratchet_spec::primitives::scalar25519::{bit, negate_scalar, ORDER};
use twinratchet_spec::primitives::sha2::{sha256, sha512};
use twinratchet_spec::primitives::x25519::{clamp, dh, public_key, x25519, DhError};
use twinratchet_spec::primitives::xeddsa::{sign, verify, Form};

/// Secret bytes from hex, spaces ignored.
fn secret(hexadecimal: &str) -> ByteSeq {
    ByteSeq::from_public_slice(&hex::decode(hexadecimal.replace(' ', "")).unwrap())
}

/// Hex of a 32-byte digest.
fn hex256(digest: &Sha256Digest) -> String {
    ByteSeq::from_seq(digest).to_hex()
}

/// Hex of a 64-byte digest.
fn hex512(digest: &Sha512Digest) -> String {
    ByteSeq::from_seq(digest).to_hex()
}

// FIPS 180-4 leaves its examples to the pages "SHA256.pdf" and "SHA512.pdf" of the NIST examples with intermediate
// values.

#[test]
fn sha256_gives_the_published_examples() {
    let cases: [(&[u8], &str); 3] = [
        (
            b"abc",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            b"",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
    ];
    for (message, digest) in cases {
        assert_eq!(
            hex256(&sha256(&ByteSeq::from_public_slice(message))),
            digest
        );
    }
}

#[test]
fn sha512_gives_the_published_examples() {
    let cases: [(&[u8], &str); 3] = [
        (
            b"abc",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        (
            b"",
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce\
             47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
        ),
        (
            b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno\
              ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018\
             501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
        ),
    ];
    for (message, digest) in cases {
        assert_eq!(
            hex512(&sha512(&ByteSeq::from_public_slice(message))),
            digest
        );
    }
}

#[test]
fn one_million_letters_give_the_published_digests() {
    let message = ByteSeq::from_public_slice(&vec![b'a'; 1_000_000]);
    assert_eq!(
        hex256(&sha256(&message)),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    );
    assert_eq!(
        hex512(&sha512(&message)),
        "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb\
         de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"
    );
}

#[test]
fn every_length_around_a_block_is_padded() {
    // The lengths at which the padding needs another block: 55/56 of 64 bytes, 111/112 of 128. The digests of the
    // zero strings are hashed together, which a plain implementation gives as below.
    let mut all = ByteSeq::new(0);
    for length in 0..260 {
        all = all.concat(&sha256(&ByteSeq::new(length)));
        all = all.concat(&sha512(&ByteSeq::new(length)));
    }
    assert_eq!(
        hex256(&sha256(&all)),
        "8b552849d29c9aae1d1aa189f777439c3b1e679855d8c1f1ad2ce1bdab12c7de"
    );
}

#[test]
fn hmac_gives_the_values_of_rfc_4231() {
    let long_key = "aa".repeat(131);
    let data_3 = "dd".repeat(50);
    let data_4 = "cd".repeat(50);
    let larger = hex::encode("Test Using Larger Than Block-Size Key - Hash Key First");
    let larger_data = hex::encode(
        "This is a test using a larger than block-size key and a larger than block-size data. \
         The key needs to be hashed before being used by the HMAC algorithm.",
    );
    // (section, key, data, tag)
    let cases = [
        (
            "4.2",
            "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
            "4869205468657265",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            "4.3",
            "4a656665",
            "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            "4.4",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            data_3.as_str(),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        ),
        (
            "4.5",
            "0102030405060708090a0b0c0d0e0f10111213141516171819",
            data_4.as_str(),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
        (
            "4.6, truncated to 128 bits",
            "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c",
            "546573742057697468205472756e636174696f6e",
            "a3b6167473100ee06e0c796c2955552b",
        ),
        (
            "4.7",
            long_key.as_str(),
            larger.as_str(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            "4.8",
            long_key.as_str(),
            larger_data.as_str(),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (section, key, data, tag) in cases {
        let computed = hex256(&hmac_sha256(&secret(key), &secret(data)));
        assert_eq!(&computed[..tag.len()], tag, "RFC 4231, {section}");
    }
}

#[test]
fn hkdf_gives_the_values_of_rfc_5869() {
    let count = |from: u8, to: u8| hex::encode((from..=to).collect::<Vec<u8>>());
    let ikm = "0b".repeat(22);
    // (section, ikm, salt, info, length, prk, okm)
    let cases = [
        (
            "A.1",
            ikm.clone(),
            secret("000102030405060708090a0b0c"),
            "f0f1f2f3f4f5f6f7f8f9".to_string(),
            42,
            "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf\
             34007208d5b887185865",
        ),
        (
            "A.2",
            count(0x00, 0x4f),
            secret(&count(0x60, 0xaf)),
            count(0xb0, 0xff),
            82,
            "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c\
             59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71\
             cc30c58179ec3e87c14c01d5c1f3434f1d87",
        ),
        (
            "A.3",
            ikm,
            no_salt(),
            String::new(),
            42,
            "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d\
             9d201395faa4b61a96c8",
        ),
    ];
    for (section, ikm, salt, info, length, prk, okm) in cases {
        let ikm = secret(&ikm);
        let info = secret(&info);
        assert_eq!(
            hex256(&hkdf_extract(&salt, &ikm)),
            prk,
            "RFC 5869, {section}"
        );
        assert_eq!(
            hkdf(&salt, &ikm, &info, length).to_hex(),
            okm,
            "RFC 5869, {section}"
        );
    }
}

#[test]
fn hkdf_expand_gives_every_length() {
    let prk = Sha256Digest::from_hex(&"07".repeat(32));
    let longest = hkdf_expand(&prk, &secret("01"), 255).to_hex();
    for length in 0..=255 {
        let okm = hkdf_expand(&prk, &secret("01"), length).to_hex();
        assert_eq!(okm, longest[..2 * length as usize]);
    }
}

#[test]
fn aes_256_gives_the_example_of_fips_197() {
    // FIPS 197 (2001), C.3.
    let key =
        CipherKey::from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    let plaintext = AesState::from_hex("00112233445566778899aabbccddeeff");
    let expanded = key_expansion(&key);
    let ciphertext = encrypt_block(&expanded, plaintext);
    assert_eq!(ciphertext.to_hex(), "8ea2b7ca516745bfeafc49904b496089");
    assert_eq!(decrypt_block(&expanded, ciphertext), plaintext);
}

#[test]
fn aes_256_expands_the_key_of_fips_197() {
    // FIPS 197, A.3: the last words, w[56] to w[59].
    let key =
        CipherKey::from_hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    let expanded = key_expansion(&key);
    assert_eq!(expanded.len(), 240);
    assert_eq!(
        hex::encode(expanded.slice(224, 16).native_slice()),
        "fe4890d1e6188d0b046df344706c631e"
    );
}

/// Key, initialisation vector, plaintext and ciphertext of SP 800-38A, F.2.5 and F.2.6.
fn sp_800_38a() -> (CipherKey, Iv, ByteSeq, ByteSeq) {
    (
        CipherKey::from_hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
        Iv::from_hex("000102030405060708090a0b0c0d0e0f"),
        secret(
            "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51 \
             30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710",
        ),
        secret(
            "f58c4c04d6e5f1ba779eabfb5f7bfbd6 9cfc4e967edb808d679f777bc6702c7d \
             39f23369a9d9bacfa530e26304231461 b2eb05e2c39be9fcda6c19078c6a9d1b",
        ),
    )
}

#[test]
fn cbc_gives_the_examples_of_sp_800_38a() {
    let (key, iv, plaintext, ciphertext) = sp_800_38a();
    // The example has no padding: ours is the same four blocks and a fifth.
    let sealed = aes256_cbc_encrypt(&key, &iv, &plaintext);
    assert_eq!(sealed.len(), 80);
    assert_eq!(sealed.slice(0, 64).to_hex(), ciphertext.to_hex());
    let opened = aes256_cbc_decrypt(&key, &iv, &sealed).unwrap();
    assert_eq!(opened.to_hex(), plaintext.to_hex());
}

#[test]
fn cbc_pads_every_length() {
    let (key, iv, _, _) = sp_800_38a();
    for length in 0..50 {
        let plaintext = ByteSeq::from_public_slice(&vec![0x5a; length]);
        let sealed = aes256_cbc_encrypt(&key, &iv, &plaintext);
        assert_eq!(sealed.len(), (length / 16 + 1) * 16);
        let opened = aes256_cbc_decrypt(&key, &iv, &sealed).unwrap();
        assert_eq!(opened.to_hex(), plaintext.to_hex());
    }
}

#[test]
fn cbc_refuses_wrong_lengths_and_padding() {
    let (key, iv, _, ciphertext) = sp_800_38a();
    for length in [0, 1, 15, 17, 63] {
        let cut = ciphertext.slice(0, length);
        assert_eq!(
            aes256_cbc_decrypt(&key, &iv, &cut).err(),
            Some(CbcError::BadCiphertext)
        );
    }
    // One block whose plaintext ends with the bytes given: seal it with padding, and drop the padding's block.
    let open_unpadded = |end: &str| {
        let block = format!("{}{end}", "00".repeat(16 - end.len() / 2));
        let sealed = aes256_cbc_encrypt(&key, &iv, &secret(&block)).slice(0, 16);
        aes256_cbc_decrypt(&key, &iv, &sealed).map(|plaintext| plaintext.len())
    };
    for end in ["00", "11", "ff", "0102", "020303", "1010", "04040304"] {
        assert_eq!(open_unpadded(end), Err(CbcError::BadCiphertext), "{end}");
    }
    assert_eq!(open_unpadded("01"), Ok(15));
    assert_eq!(open_unpadded("0202"), Ok(14));
    assert_eq!(open_unpadded("030303"), Ok(13));
    assert_eq!(open_unpadded(&"10".repeat(16)), Ok(0));
}

/// A public key from hex.
fn public(hexadecimal: &str) -> PublicKey {
    PublicKey::from_hex(hexadecimal)
}

/// Hex of a shared secret.
fn hex_shared(shared: &SharedSecret) -> String {
    ByteSeq::from_seq(shared).to_hex()
}

/// p - k for a small k, least significant byte first.
fn p_minus(k: u8) -> Integer256 {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xed - k;
    bytes[31] = 0x7f;
    Integer256(bytes)
}

#[test]
fn field_elements_are_integers_modulo_p() {
    let one = fe_literal(1);
    let minus_one = fe_literal(0) - one;
    assert_eq!(fe_to_bytes(minus_one), p_minus(1));
    assert_eq!(fe_from_bytes(p_minus(0)), fe_literal(0));
    assert_eq!(minus_one + one, fe_literal(0));
    assert_eq!(minus_one * minus_one, one);
    // 2^256 - 1 = 2 p + 37
    assert_eq!(fe_from_bytes(Integer256([0xff; 32])), fe_literal(37));
    assert_eq!(fe_literal(0) - fe_literal(0), fe_literal(0));
    assert_eq!(fe_pow(fe_literal(0), Integer256::new()), one);
    let mut three = Integer256::new();
    three[0] = 3u8;
    assert_eq!(fe_pow(fe_literal(5), three), fe_literal(125));
    assert_eq!(fe_literal(121_666) * inverse(fe_literal(121_666)), one);
    assert_eq!(inverse(fe_literal(0)), fe_literal(0));
    // 2 is not a square, -1 is one: p is 5 modulo 8.
    assert!(!is_square(fe_literal(2)) && square_root(fe_literal(2)).is_none());
    for square in [fe_literal(0), one, fe_literal(4), minus_one] {
        assert!(is_square(square));
        let root = square_root(square).unwrap();
        assert_eq!(root * root, square);
    }
    assert_eq!((parity(one), parity(minus_one)), (1, 0));
}

#[test]
fn scalars_are_integers_modulo_q() {
    let zero = scalar_from_bytes(Integer256::new());
    let mut one_bytes = Integer256::new();
    one_bytes[0] = 1u8;
    let one = scalar_from_bytes(one_bytes);
    assert_eq!(scalar_from_bytes(ORDER), zero);
    assert_eq!(negate_scalar(one) + one, zero);
    assert_eq!(negate_scalar(one) * negate_scalar(one), one);
    assert_eq!(negate_scalar(zero), zero);
    assert_eq!(one - one, zero);
    // 2^256 q + 1
    let mut wide = Integer512::new();
    wide[0] = 1u8;
    wide = wide.update(32, &ORDER);
    assert_eq!(scalar_from_wide_bytes(wide), one);
    // 2^512 - 1
    assert_eq!(
        scalar_to_bytes(scalar_from_wide_bytes(Integer512([0xff; 64]))).to_hex(),
        "000f9c44e31106a447938568a71b0ed065bef517d273ecce3d9a307c1b419903"
    );
    assert_eq!((bit(ORDER, 0), bit(ORDER, 252), bit(ORDER, 253)), (1, 1, 0));
}

#[test]
fn x25519_gives_the_vectors_of_rfc_7748() {
    // RFC 7748, 5.2.
    let cases = [
        (
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        ),
        (
            "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
            "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
        ),
    ];
    for (k, u, expected) in cases {
        let shared = x25519(PrivateKey::from_hex(k), public(u));
        assert_eq!(hex_shared(&shared), expected);
    }
}

#[test]
fn x25519_iterates_as_in_rfc_7748() {
    // RFC 7748, 5.2: k, u = X25519(k, u), k, from k = u = 9.
    let mut k = [0; 32];
    k[0] = 9;
    let mut u = k;
    for i in 1..=1000 {
        let next = x25519(PrivateKey::from_public_array(k), PublicKey(u));
        u = k;
        k = next.to_public_array();
        if i == 1 {
            let first = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";
            assert_eq!(hex::encode(k), first);
        }
    }
    let thousandth = "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51";
    assert_eq!(hex::encode(k), thousandth);
}

#[test]
fn x25519_agrees_as_in_rfc_7748() {
    // RFC 7748, 6.1.
    let a =
        PrivateKey::from_hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    let b =
        PrivateKey::from_hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    let public_a = public("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    let public_b = public("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    let shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    assert_eq!(public_key(a), public_a);
    assert_eq!(public_key(b), public_b);
    assert_eq!(hex_shared(&dh(&a, public_b).unwrap()), shared);
    assert_eq!(hex_shared(&dh(&b, public_a).unwrap()), shared);
}

#[test]
fn clamping_fixes_five_bits() {
    let clamped = |byte: u8| ByteSeq::from_seq(&clamp(PrivateKey::from_public_array([byte; 32])));
    assert_eq!(clamped(0x00).to_hex(), format!("00{}40", "00".repeat(30)));
    assert_eq!(clamped(0xff).to_hex(), format!("f8{}7f", "ff".repeat(30)));
}

#[test]
fn agreement_with_a_point_of_small_order_is_refused() {
    let private = PrivateKey::from_public_array([0x77; 32]);
    let mut one = PublicKey::new();
    one[0] = 1u8;
    let reduced_to_zero = PublicKey::from_seq(&p_minus(0));
    let minus_one = PublicKey::from_seq(&p_minus(1));
    for u in [PublicKey::new(), one, reduced_to_zero, minus_one] {
        assert_eq!(dh(&private, u).err(), Some(DhError::InvalidAgreement));
    }
}

#[test]
fn agreement_masks_and_reduces_the_public_key() {
    let private = PrivateKey::from_public_array([0x77; 32]);
    let nine = public(&format!("09{}", "00".repeat(31)));
    let masked = public(&format!("09{}80", "00".repeat(30)));
    let reduced = public(&format!("f6{}7f", "ff".repeat(30)));
    let expected = hex_shared(&dh(&private, nine).unwrap());
    assert_eq!(hex_shared(&dh(&private, masked).unwrap()), expected);
    assert_eq!(hex_shared(&dh(&private, reduced).unwrap()), expected);
}

#[test]
fn the_base_point_is_the_one_of_the_standards() {
    // RFC 8032, 5.1, table 1, and 5.1.2: y = 4/5, x even.
    let encoded = compress(base_point());
    assert_eq!(encoded.to_hex(), format!("58{}", "66".repeat(31)));
    assert_eq!(compress(decompress(encoded).unwrap()), encoded);
    assert!(is_torsion_free(base_point()));
    // RFC 7748, 4.1: it corresponds to u = 9.
    let nine = public(&format!("09{}", "00".repeat(31)));
    assert_eq!(
        compress(montgomery_to_edwards(nine, Sign::Zero).unwrap()),
        encoded
    );
}

#[test]
fn edwards_multiples_agree_with_sums_and_with_x25519() {
    let mut sum = identity();
    for n in 0..20u8 {
        let mut bytes = Integer256::new();
        bytes[0] = n;
        let product = scalar_mul_base(scalar_from_bytes(bytes));
        assert_eq!(compress(product), compress(sum));
        assert_eq!(compress(double(sum)), compress(add(sum, sum)));
        assert!(is_identity(add(sum, negate_point(sum))));
        sum = add(sum, base_point());
    }
    assert!(is_identity(integer_mul(ORDER, base_point())));
    for byte in [0x01, 0x5a, 0xc3] {
        let private = PrivateKey::from_public_array([byte; 32]);
        let k = Integer256::from_seq(&ByteSeq::from_seq(&clamp(private)).declassify());
        let point = compress(scalar_mul_base(scalar_from_bytes(k)));
        let signs = [Sign::Zero, Sign::One];
        assert!(signs.iter().any(|sign| {
            compress(montgomery_to_edwards(public_key(private), *sign).unwrap()) == point
        }));
    }
}

#[test]
fn decompression_accepts_canonical_encodings_only() {
    // RFC 8032, 5.1.3: y >= p; x = 0 with sign 1; no x for this y.
    let with_sign = |bytes: Integer256| {
        let mut signed = CompressedPoint::from_seq(&bytes);
        signed[31] |= 0x80u8;
        signed
    };
    let mut one = Integer256::new();
    one[0] = 1u8;
    assert!(is_identity(
        decompress(CompressedPoint::from_seq(&one)).unwrap()
    ));
    assert!(decompress(with_sign(one)).is_none());
    assert!(decompress(CompressedPoint::from_seq(&p_minus(1))).is_some());
    assert!(decompress(with_sign(p_minus(1))).is_none());
    assert!(decompress(CompressedPoint::from_seq(&p_minus(0))).is_none());
    let mut above_p = p_minus(0);
    above_p[0] += 1u8;
    assert!(decompress(CompressedPoint::from_seq(&above_p)).is_none());
    let mut two = Integer256::new();
    two[0] = 2u8;
    assert!(decompress(CompressedPoint::from_seq(&two)).is_none());
    // The same y is good for a point when the sign comes from elsewhere.
    assert!(point_of_y(fe_literal(1), Sign::One).is_some());
}

#[test]
fn u_of_minus_one_has_no_edwards_point() {
    let minus_one = PublicKey::from_seq(&p_minus(1));
    assert!(montgomery_to_edwards(minus_one, Sign::Zero).is_none());
    assert!(!is_canonical(minus_one));
}

#[test]
fn points_of_small_order_have_edwards_points() {
    // u = 0 has order 2, u = 1 has order 4, with either sign.
    let mut one = PublicKey::new();
    one[0] = 1u8;
    for sign in [Sign::Zero, Sign::One] {
        let p = montgomery_to_edwards(PublicKey::new(), sign).unwrap();
        assert!(!is_identity(p) && is_identity(double(p)));
        let p = montgomery_to_edwards(one, sign).unwrap();
        assert!(!is_identity(double(p)) && is_identity(double(double(p))));
    }
}

/// A signature with the bits of `mask` flipped in the byte at `position`.
fn flipped(signature: Signature, position: usize, mask: u8) -> Signature {
    let mut changed = signature;
    changed[position] ^= mask;
    changed
}

#[test]
fn signatures_verify_in_both_forms_and_break_when_changed() {
    let random = SignatureRandom::from_public_array([0x33; 64]);
    let message = secret("00ff");
    let mut signs = [0, 0];
    for byte in 1..9 {
        let private = clamp(PrivateKey::from_public_array([byte * 7; 32]));
        let u = public_key(private);
        let deployed = sign(Form::Deployed, &private, &message, &random);
        let published = sign(Form::PublicText, &private, &message, &random);
        let sign_bit = deployed[63] >> 7;
        signs[sign_bit as usize] += 1;
        assert_eq!(published[63] >> 7, 0u8);
        assert!(verify(Form::Deployed, u, &message, deployed));
        assert!(verify(Form::Deployed, u, &message, published));
        assert!(verify(Form::PublicText, u, &message, published));
        assert_eq!(
            verify(Form::PublicText, u, &message, deployed),
            sign_bit == 0u8
        );
        assert!(!verify(Form::Deployed, u, &secret("00fe"), deployed));
        for (position, mask) in [
            (0, 1),
            (31, 0x80),
            (32, 1),
            (63, 0x10),
            (63, 0x20),
            (63, 0x80),
        ] {
            let changed = flipped(deployed, position, mask);
            assert!(
                !verify(Form::Deployed, u, &message, changed),
                "{position} {mask}"
            );
        }
    }
    assert!(
        signs[0] > 0 && signs[1] > 0,
        "both signs of A occur: {signs:?}"
    );
}

/// The string in a field of a recording.
fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field]
        .as_str()
        .unwrap_or_else(|| panic!("no string `{field}` in {case}"))
}

/// The public key in a field of a recording, with or without its type byte.
fn recorded_key(case: &Value, field: &str) -> PublicKey {
    let hexadecimal = text(case, field);
    public(&hexadecimal[hexadecimal.len() - 64..])
}

#[test]
fn recorded_signatures_with_fixed_randomness_are_reproduced() {
    let Some(section) = recording("xeddsa") else {
        return;
    };
    let cases = section["signing_with_fixed_random"].as_array().unwrap();
    for case in cases {
        let form = if text(case, "style").starts_with("public") {
            Form::PublicText
        } else {
            Form::Deployed
        };
        let private = PrivateKey::from_hex(text(case, "private"));
        let message = secret(text(case, "message"));
        let random = SignatureRandom::from_hex(text(case, "random"));
        assert_eq!(public_key(private), recorded_key(case, "public"));
        let signature = sign(form, &private, &message, &random);
        assert_eq!(signature.to_hex(), text(case, "signature"), "{form:?}");
    }
    assert_eq!(cases.len(), 2);
}

#[test]
fn recorded_edge_cases_of_verification_are_decided_alike() {
    let Some(section) = recording("xeddsa") else {
        return;
    };
    for case in section["edge_cases"].as_array().unwrap() {
        let message = secret(text(case, "message"));
        let signature = Signature::from_hex(text(case, "signature"));
        let u = recorded_key(case, "public");
        let deployed = verify(Form::Deployed, u, &message, signature);
        let published = verify(Form::PublicText, u, &message, signature);
        assert_eq!(deployed, case["libsignal_verify"], "{}", case["case"]);
        assert_eq!(published, case["public_spec_verify"], "{}", case["case"]);
    }
    for case in section["fixed_verify"].as_array().unwrap() {
        let message = secret(text(case, "message"));
        let signature = Signature::from_hex(text(case, "signature"));
        let accepted = verify(
            Form::Deployed,
            recorded_key(case, "public"),
            &message,
            signature,
        );
        assert_eq!(accepted, case["accept"]);
    }
}

#[test]
fn recorded_peer_signatures_verify() {
    let Some(section) = recording("xeddsa_peer_signatures") else {
        return;
    };
    for case in section.as_array().unwrap() {
        let u = recorded_key(case, "public");
        let message = secret(text(case, "message"));
        let signature = Signature::from_hex(text(case, "signature"));
        assert_eq!(public_key(PrivateKey::from_hex(text(case, "private"))), u);
        assert_eq!(
            verify(Form::Deployed, u, &message, signature),
            case["verifies"]
        );
        assert_eq!(
            u64::from(signature[63] >> 7),
            case["sign_bit"].as_u64().unwrap()
        );
    }
}

#[test]
fn recorded_key_derivations_are_reproduced() {
    let Some(section) = recording("hkdf") else {
        return;
    };
    for case in section.as_array().unwrap() {
        let salt = case["salt"].as_str().map_or_else(no_salt, secret);
        let length = u8::try_from(case["length"].as_u64().unwrap()).unwrap();
        let okm = hkdf(
            &salt,
            &secret(text(case, "ikm")),
            &secret(text(case, "info")),
            length,
        );
        assert_eq!(okm.to_hex(), text(case, "out"));
    }
}

#[test]
fn recorded_chain_step_is_reproduced() {
    let Some(case) = recording("chain_step") else {
        return;
    };
    let chain_key = secret(text(&case, "chain_key"));
    let seed = ByteSeq::from_seq(&hmac_sha256(&chain_key, &secret("01")));
    assert_eq!(seed.to_hex(), text(&case, "message_key_seed"));
    let next = hmac_sha256(&chain_key, &secret("02"));
    assert_eq!(hex256(&next), text(&case, "next_chain_key"));
    let label = ByteSeq::from_public_slice(b"WhisperMessageKeys");
    let keys = hkdf(&no_salt(), &seed, &label, 80);
    assert_eq!(keys.slice(0, 32).to_hex(), text(&case, "cipher_key"));
    assert_eq!(keys.slice(32, 32).to_hex(), text(&case, "mac_key"));
    assert_eq!(keys.slice(64, 16).to_hex(), text(&case, "iv"));
}

#[test]
fn recorded_base_keys_are_canonical_or_not() {
    let Some(section) = recording("canonical_base_key") else {
        return;
    };
    for case in section["cases"].as_array().unwrap() {
        let canonical = is_canonical(recorded_key(case, "u"));
        // The peer went on to the tag of the message, or refused the key.
        let expected = match text(case, "result") {
            "decryption_failed" => true,
            "invalid_base_key" => false,
            other => panic!("unknown result {other}"),
        };
        assert_eq!(canonical, expected, "{}", case["case"]);
    }
}

#[test]
fn a_canonical_key_has_no_high_bit() {
    let mut nine = public(&format!("09{}", "00".repeat(31)));
    assert!(is_canonical(nine));
    nine[31] = 0x80u8;
    assert!(!is_canonical(nine));
}

#[test]
fn recorded_agreement_is_reproduced() {
    let Some(section) = recording("keys") else {
        return;
    };
    let cases = section["cases"].as_array().unwrap();
    let case = cases
        .iter()
        .find(|case| case["case"] == "fixed agreement")
        .unwrap();
    let private = PrivateKey::from_hex(text(case, "a_private"));
    let shared = dh(&private, recorded_key(case, "b_public")).unwrap();
    assert_eq!(hex_shared(&shared), text(case, "out"));
}
