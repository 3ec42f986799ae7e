//! Decapsulation: what a wrong ciphertext gives, and wrong lengths.
use super::{encaps, key_gen, random, Case, Material, NAME};
use crate::families::build::{flipped, output, random64, resized, Plan};

fn rejected(comment: impl Into<String>, step: crate::step::Step) -> Case {
    (comment.into(), "Rejection", step)
}

/// Right and wrong ciphertexts.
pub fn cases(made: &Material) -> Plan<Vec<Case>> {
    let (key, c) = (&made.decapsulation_key, &made.ciphertext);
    let mut cases = vec![(
        "a ciphertext as made".to_owned(),
        "Normal",
        made.decaps(key, c),
    )];
    // The polynomials of u come first, then v.
    let v = c.len() - if c.len() == 1088 { 128 } else { 160 };
    for (part, at, bits) in [
        ("the first bit of u", 0, 1),
        ("the middle of u", v / 2, 0x10),
        ("the last bit of u", v - 1, 0x80),
        ("the first bit of v", v, 1),
        ("the last bit of v", c.len() - 1, 0x80),
    ] {
        let altered = flipped(c, at, bits);
        cases.push(rejected(
            format!("{part} flipped"),
            made.decaps(key, &altered),
        ));
    }
    for (comment, byte) in [("a ciphertext of zeros", 0), ("a ciphertext of ff", 0xff)] {
        cases.push(rejected(comment, made.decaps(key, &vec![byte; c.len()])));
    }
    cases.push(rejected(
        "a ciphertext for another key",
        made.decaps(key, &foreign(made)?),
    ));
    // z stands last in the key, H(ek) before it.
    let (z, hash) = (key.len() - 32, key.len() - 64);
    cases.extend([
        rejected(
            "a wrong ciphertext, and another z in the key",
            made.decaps(&flipped(key, z, 1), &flipped(c, 0, 1)),
        ),
        rejected(
            "another hash in the key: a right ciphertext is wrong",
            made.decaps(&flipped(key, hash, 1), c),
        ),
    ]);
    Ok(cases)
}

/// A ciphertext for another key of the same set.
fn foreign(made: &Material) -> Plan<Vec<u8>> {
    let generate = key_gen(made.set, random64(NAME, 0, "another seed"));
    let key = output(&generate, "encapsulationKey")?;
    output(&encaps(made.set, &key, random("foreign")), "ciphertext")
}

/// Wrong lengths of keys and ciphertexts.
pub fn lengths(made: &Material) -> Vec<Case> {
    let (key, c) = (&made.decapsulation_key, &made.ciphertext);
    let typed = |bytes: &[u8]| [&[8], bytes].concat();
    let other = if c.len() == 1088 { 1568 } else { 1088 };
    let case = |comment: String, key: &[u8], c: &[u8]| (comment, "Length", made.decaps(key, c));
    let mut cases: Vec<Case> = [0, c.len() - 1, other]
        .map(|n| case(format!("a ciphertext of {n} bytes"), key, &resized(c, n)))
        .into();
    cases.extend([
        case("a ciphertext with a type byte".to_owned(), key, &typed(c)),
        case("no key".to_owned(), &[], c),
        case(
            format!("a key of {} bytes", key.len() - 1),
            &key[..key.len() - 1],
            c,
        ),
        case("a key with a type byte".to_owned(), &typed(key), c),
        case(
            "neither key nor ciphertext: the key comes first".to_owned(),
            &[],
            &[],
        ),
    ]);
    cases
}
