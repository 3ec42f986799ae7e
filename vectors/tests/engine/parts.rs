//! The operations of the KEMs, of PQXDH and of the parts of SPQR, on both drivers.
use super::pair::{hex, Pair};
use serde_json::{json, Value};
use twinratchet_vectors::outcome::{ErrorClass, Outcome};

fn text<'a>(outcome: &'a Outcome, name: &str) -> &'a str {
    outcome.outputs[name].as_str().unwrap()
}

#[test]
fn the_kems_agree() {
    let mut pair = Pair::new();
    for set in ["kyber_1024", "ml_kem_1024", "ml_kem_768"] {
        let keys = pair.valid(json!({ "op": "kem_key_gen", "set": set, "seed": hex(1, 64) }));
        let (encapsulation, decapsulation) = (
            text(&keys, "encapsulationKey"),
            text(&keys, "decapsulationKey"),
        );
        let encaps = json!({
            "op": "kem_encaps", "set": set, "encapsulationKey": encapsulation, "random": hex(2, 32),
        });
        let sent = pair.valid(encaps.clone());
        let decaps = json!({
            "op": "kem_decaps", "set": set, "decapsulationKey": decapsulation,
            "ciphertext": text(&sent, "ciphertext"),
        });
        let secret = pair.output(decaps.clone(), "secret");
        assert_eq!(secret, sent.outputs["secret"]);
        let mut wrong = decaps.clone();
        wrong["ciphertext"] = json!(hex(3, text(&sent, "ciphertext").len() / 2));
        assert_ne!(pair.output(wrong.clone(), "secret"), secret);
        wrong["ciphertext"] = json!("00");
        pair.invalid(wrong, ErrorClass::BadKemCiphertextLength);
        let mut short = decaps;
        short["decapsulationKey"] = json!("");
        pair.invalid(short, ErrorClass::BadKemKeyLength);
        let mut key = encaps.clone();
        key["encapsulationKey"] = json!("00");
        pair.invalid(key.clone(), ErrorClass::BadKemKeyLength);
        key["encapsulationKey"] = json!(hex(0xff, encapsulation.len() / 2));
        if set == "kyber_1024" {
            pair.valid(key);
        } else {
            pair.invalid(key, ErrorClass::KemNotReduced);
        }
        let mut random = encaps;
        random["random"] = json!("00");
        pair.invalid(random, ErrorClass::BadInput);
    }
    pair.finish();
}

#[test]
fn a_kem_in_pieces_is_the_whole_one() {
    let mut pair = Pair::new();
    let keys = pair.valid(json!({ "op": "kem_generate", "seed": hex(1, 64) }));
    let (header, vector) = (text(&keys, "header"), text(&keys, "vector"));
    let first = json!({ "op": "kem_encaps1", "header": header, "random": hex(2, 32) });
    let first = pair.valid(first);
    let is_match =
        |header: &str| json!({ "op": "kem_is_match", "header": header, "vector": vector });
    assert_eq!(pair.output(is_match(header), "matches"), json!(true));
    assert_eq!(pair.output(is_match(&hex(9, 64)), "matches"), json!(false));
    assert_eq!(pair.output(is_match(""), "matches"), json!(false));
    let second = json!({ "op": "kem_encaps2", "vector": vector, "encapsState": text(&first, "encapsState") });
    let ciphertext2 = pair.output(second, "ciphertext2");
    let decaps = json!({
        "op": "kem_decaps_halves", "decapsulationKey": text(&keys, "decapsulationKey"),
        "ciphertext1": text(&first, "ciphertext1"), "ciphertext2": ciphertext2,
    });
    assert_eq!(
        pair.output(decaps.clone(), "secret"),
        first.outputs["secret"]
    );
    let mut short = decaps;
    short["ciphertext2"] = json!("00");
    pair.invalid(short, ErrorClass::BadKemCiphertextLength);
    let no_state = json!({ "op": "kem_encaps2", "vector": vector, "encapsState": "00" });
    pair.invalid(no_state, ErrorClass::BadInput);
    let whole = pair.valid(json!({ "op": "kem_key_gen", "set": "ml_kem_768", "seed": hex(1, 64) }));
    assert_eq!(
        whole.outputs["decapsulationKey"],
        keys.outputs["decapsulationKey"]
    );
    pair.finish();
}

#[test]
fn serialised_kem_keys_are_parsed() {
    let mut pair = Pair::new();
    let keys = pair.valid(json!({ "op": "kem_key_gen", "set": "kyber_1024", "seed": hex(1, 64) }));
    let public = format!("08{}", text(&keys, "encapsulationKey"));
    let both = format!("08{}", text(&keys, "decapsulationKey"));
    let parse = |op: &str, bytes: &str| json!({ "op": op, "bytes": bytes });
    let key = pair.output(parse("parse_kem_public_key", &public), "key");
    assert_eq!(key, json!(public));
    let parsed = pair.valid(parse("parse_kem_secret_key", &both));
    assert_eq!(
        (text(&parsed, "key"), text(&parsed, "public")),
        (&*both, &*public)
    );
    let ciphertext = hex(8, 1569);
    let parsed = pair.output(parse("parse_kem_ciphertext", &ciphertext), "ciphertext");
    assert_eq!(parsed, json!(ciphertext));
    for (op, length) in [
        ("parse_kem_public_key", ErrorClass::BadKemKeyLength),
        ("parse_kem_secret_key", ErrorClass::BadKemKeyLength),
        ("parse_kem_ciphertext", ErrorClass::BadKemCiphertextLength),
    ] {
        pair.invalid(parse(op, ""), ErrorClass::MissingKeyType);
        pair.invalid(parse(op, "07"), ErrorClass::BadKemKeyType);
        pair.invalid(parse(op, "08"), length);
    }
    pair.finish();
}

/// A serialised public key.
fn public(pair: &mut Pair, private: &str) -> Value {
    pair.output(
        json!({ "op": "parse_private_key", "bytes": private }),
        "public",
    )
}

fn signature(pair: &mut Pair, private: &str, message: &Value) -> Value {
    let sign = json!({
        "op": "xeddsa_sign", "form": "deployed", "private": private, "message": message, "random": hex(9, 64),
    });
    pair.output(sign, "signature")
}

#[test]
fn both_roles_of_pqxdh_agree() {
    let mut pair = Pair::new();
    let [identity, base, remote, signed, one_time] = [1, 2, 3, 4, 5].map(|n| hex(n, 32));
    let keys = pair.valid(json!({ "op": "kem_key_gen", "set": "kyber_1024", "seed": hex(6, 64) }));
    let kem_prekey = json!(format!("08{}", text(&keys, "encapsulationKey")));
    let signed_prekey = public(&mut pair, &signed);
    let bundle = json!({
        "registrationId": 1, "identityKey": public(&mut pair, &remote),
        "signedPrekeyId": 1, "signedPrekeySignature": signature(&mut pair, &remote, &signed_prekey),
        "signedPrekey": signed_prekey,
        "oneTimePrekeyId": 2, "oneTimePrekey": public(&mut pair, &one_time),
        "kemPrekeyId": 3, "kemPrekeySignature": signature(&mut pair, &remote, &kem_prekey),
        "kemPrekey": kem_prekey,
    });
    let initiator = json!({
        "op": "pqxdh_initiator", "identityPrivate": identity, "basePrivate": base, "kemRandom": hex(7, 32),
        "bundle": bundle,
    });
    let sent = pair.valid(initiator.clone());
    let responder = json!({
        "op": "pqxdh_responder", "identityPrivate": remote, "signedPrekeyPrivate": signed,
        "oneTimePrekeyPrivate": one_time, "kemSecretKey": format!("08{}", text(&keys, "decapsulationKey")),
        "remoteIdentity": public(&mut pair, &identity), "baseKey": public(&mut pair, &base),
        "kemCiphertext": text(&sent, "kemCiphertext"),
    });
    let received = pair.valid(responder.clone());
    for (name, value) in &received.outputs {
        assert_eq!(value, &sent.outputs[name]);
    }
    let kdf = pair.valid(json!({ "op": "pqxdh_kdf", "ikm": text(&sent, "ikm") }));
    for name in ["rootKey", "chainKey", "spqrAuthKey"] {
        assert_eq!(kdf.outputs[name], sent.outputs[name]);
    }
    let with = |step: &Value, path: &str, value: Value| {
        let mut changed = step.clone();
        *changed.pointer_mut(path).unwrap() = value;
        changed
    };
    let without = |names: &[&str]| {
        let mut changed = initiator.clone();
        for name in names {
            changed["bundle"].as_object_mut().unwrap().remove(*name);
        }
        changed
    };
    pair.invalid(
        without(&["kemPrekeyId", "kemPrekey", "kemPrekeySignature"]),
        ErrorClass::MissingKemPrekey,
    );
    pair.invalid(without(&["kemPrekeyId"]), ErrorClass::PrekeyFieldsMismatch);
    let forged = with(&initiator, "/bundle/kemPrekeySignature", json!(hex(0, 64)));
    pair.invalid(forged, ErrorClass::BadSignature);
    let kyber768 = with(&initiator, "/bundle/kemPrekey", json!("07"));
    pair.invalid(kyber768, ErrorClass::BadKemKeyType);
    let empty = with(&responder, "/kemCiphertext", json!("08"));
    pair.invalid(empty, ErrorClass::BadKemCiphertextLength);
    pair.invalid(
        with(&responder, "/kemSecretKey", json!("08")),
        ErrorClass::BadKemKeyLength,
    );
    pair.finish();
}

#[test]
fn the_key_of_spqr_is_the_salt_of_message_keys() {
    let mut pair = Pair::new();
    let keys = |salt: &str| json!({ "op": "message_keys", "seed": hex(1, 32), "spqrKey": salt });
    let without = pair.valid(json!({ "op": "message_keys", "seed": hex(1, 32) }));
    assert_eq!(pair.valid(keys(&hex(0, 32))).outputs, without.outputs);
    assert_ne!(pair.valid(keys(&hex(1, 32))).outputs, without.outputs);
    pair.invalid(keys(""), ErrorClass::BadInput);
    pair.finish();
}

#[test]
fn the_field_and_the_code_agree() {
    let mut pair = Pair::new();
    let two = |op: &str, a: u16, b: u16| json!({ "op": op, "a": a, "b": b });
    assert_eq!(
        pair.output(two("gf_mul", 0x8000, 2), "product"),
        json!(0x100b)
    );
    assert_eq!(
        pair.output(two("gf_div", 0x100b, 2), "quotient"),
        json!(0x8000)
    );
    assert_eq!(pair.output(two("gf_div", 7, 0), "quotient"), json!(0));
    assert_eq!(
        pair.output(json!({ "op": "gf_inv", "a": 1 }), "inverse"),
        json!(1)
    );

    let message = hex(0x5a, 70);
    let encode = |message: &str, skip: u32, count: u32| json!({ "op": "erasure_encode", "message": message, "skip": skip, "count": count });
    let chunks = |pair: &mut Pair, skip| pair.output(encode(&message, skip, 3), "chunks");
    let decode = |chunks: &Value| json!({ "op": "erasure_decode", "length": 70, "chunks": chunks });
    for skip in [0, 1, 3, 1000, 65533, 65536, 70000] {
        let chunks = chunks(&mut pair, skip);
        assert_eq!(pair.output(decode(&chunks), "decoded"), json!(message));
    }
    let mut few = chunks(&mut pair, 2);
    few.as_array_mut().unwrap().pop();
    assert!(!pair.valid(decode(&few)).outputs.contains_key("decoded"));
    few[0]["data"] = json!("00");
    pair.invalid(decode(&few), ErrorClass::BadInput);
    pair.invalid(encode("00", 0, 1), ErrorClass::OddLength);
    let odd = json!({ "op": "erasure_decode", "length": 1, "chunks": [] });
    pair.invalid(odd, ErrorClass::OddLength);
    let mut repeated = encode(&hex(1, 32), 0, 1);
    repeated["repeat"] = json!(1 << 15);
    pair.valid(repeated.clone());
    repeated["repeat"] = json!((1 << 15) + 1);
    pair.invalid(repeated.clone(), ErrorClass::MessageTooLong);
    repeated["repeat"] = json!((1 << 16) + 1);
    pair.invalid(repeated, ErrorClass::BadInput);
    pair.finish();
}

#[test]
fn messages_of_spqr_are_written_and_parsed() {
    let mut pair = Pair::new();
    let chunk = json!({ "index": 300, "data": hex(7, 32) });
    for (payload, with_chunk) in [
        ("none", false),
        ("hdr", true),
        ("ek", true),
        ("ek_ct1_ack", true),
        ("ct1_ack", false),
        ("ct1", true),
        ("ct2", true),
    ] {
        let mut step = json!({ "op": "spqr_encode_message", "epoch": "18446744073709551615", "index": 7, "payload": payload });
        let mut other = step.clone();
        let (right, wrong) = if with_chunk {
            (&mut step, &mut other)
        } else {
            (&mut other, &mut step)
        };
        right["chunk"] = chunk.clone();
        let (step, other) = if with_chunk {
            (right.clone(), wrong.clone())
        } else {
            (wrong.clone(), right.clone())
        };
        pair.invalid(other, ErrorClass::BadInput);
        let bytes = pair.output(step.clone(), "message");
        let parsed = pair.valid(json!({ "op": "spqr_parse_message", "bytes": bytes }));
        for (name, value) in &parsed.outputs {
            assert_eq!(value, &step[name]);
        }
    }
    for bytes in ["", "00", "0100", "01000000", "0101", "02010100"] {
        let parse = json!({ "op": "spqr_parse_message", "bytes": bytes });
        pair.invalid(parse, ErrorClass::InvalidSpqrMessage);
    }
    pair.finish();
}

#[test]
fn the_authenticator_of_spqr_agrees() {
    let mut pair = Pair::new();
    let keys = pair.valid(json!({ "op": "spqr_auth_new", "authKey": hex(1, 32), "epoch": "1" }));
    let (root_key, mac_key) = (text(&keys, "rootKey"), text(&keys, "macKey"));
    let with_keys = |op: &str, name: &str, value: String| {
        let mut step = json!({ "op": op, "rootKey": root_key, "macKey": mac_key, "epoch": "1" });
        step[name] = json!(value);
        step
    };
    let updated = pair.valid(with_keys("spqr_auth_update", "key", hex(2, 32)));
    assert_ne!(updated.outputs, keys.outputs);
    let header = pair.output(with_keys("spqr_mac_header", "header", hex(3, 64)), "mac");
    let ciphertext = with_keys("spqr_mac_ciphertext", "ciphertext", hex(3, 64));
    assert_ne!(pair.output(ciphertext, "mac"), header);
    pair.valid(json!({ "op": "spqr_epoch_secret", "kemSecret": hex(4, 32), "epoch": "1" }));
    pair.invalid(
        with_keys("spqr_auth_update", "key", hex(2, 31)),
        ErrorClass::BadInput,
    );
    pair.finish();
}
