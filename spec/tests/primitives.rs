//! The primitives against the values printed in their standards, and against recorded values of the deployed protocol.
//!
//! The recordings are not part of this crate: where their file is absent, the tests that read it say so and pass.
use hacspec_lib::*;
use twinratchet_spec::keys::types::*;
use twinratchet_spec::primitives::aes::{decrypt_block, encrypt_block, key_expansion};
use twinratchet_spec::primitives::aes_cbc::{aes256_cbc_decrypt, aes256_cbc_encrypt, CbcError};
use twinratchet_spec::primitives::hkdf::{hkdf, hkdf_expand, hkdf_extract, no_salt};
use twinratchet_spec::primitives::hmac::hmac_sha256;
use twinratchet_spec::primitives::sha2::{sha256, sha512};

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

// FIPS 180-4 leaves its examples to the pages "SHA256.pdf" and "SHA512.pdf" of the NIST examples with intermediate values.

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
    // The lengths at which the padding needs another block: 55/56 of 64 bytes, 111/112 of 128. The digests of the zero
    // strings are hashed together, which a plain implementation gives as below.
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
