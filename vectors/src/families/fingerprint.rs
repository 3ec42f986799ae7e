//! Fingerprints: safety numbers, and the codes that are scanned.
use super::build::{
    counting, group, output, random64, secret, test, with_sources, Plan, SIGNAL_V3,
};
use super::keys::public_of;
use super::protobuf::Fields;
use super::x25519::{near_p, serialized, small, with_bit_255};
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::step::Step;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "The deployed number of iterations, 5200.",
        effect: "Other safety numbers than the peer shows.",
    },
    FlagNote {
        flag: "Iterations",
        description: "How many hashes: the first counts; 2 to 1000000.",
        effect: "Other safety numbers, or a computation without end.",
    },
    FlagNote {
        flag: "Identifier",
        description: "The identifier is any bytes, of any length.",
        effect: "Other safety numbers than the peer shows.",
    },
    FlagNote {
        flag: "Key",
        description: "The identity key as serialised: it is hashed as it was received.",
        effect: "Other safety numbers than the peer shows.",
    },
    FlagNote {
        flag: "KeyEncoding",
        description: "A key that cannot be parsed; bytes after the 33rd are ignored.",
        effect: "A crash, or a fingerprint of no key.",
    },
    FlagNote {
        flag: "Digits",
        description: "Five bytes, the high one first, modulo 100000, always five digits; the first 30 bytes count.",
        effect: "Other safety numbers than the peer shows.",
    },
    FlagNote {
        flag: "Order",
        description: "The smaller of the two strings of digits comes first.",
        effect: "The two sides show different numbers.",
    },
    FlagNote {
        flag: "Scannable",
        description: "The code holds the version and the first 32 bytes of each fingerprint.",
        effect: "Codes that the peer cannot read.",
    },
    FlagNote {
        flag: "Version",
        description: "Versions of any size, 0 too, which is written.",
        effect: "Codes that the peer refuses.",
    },
    FlagNote {
        flag: "Compare",
        description: "Both sides match crosswise.",
        effect: "A person between the two is not noticed, or honest sides do not match.",
    },
    FlagNote {
        flag: "VersionMismatch",
        description: "The scanned code has another version: this is said first. An absent version is 0.",
        effect: "The user is told that somebody stands between, when one side only needs an update.",
    },
    FlagNote {
        flag: "ParseError",
        description: "The scanned code is malformed, or a fingerprint is absent.",
        effect: "A crash, or nothing compared at all.",
    },
    FlagNote {
        flag: "LastOneWins",
        description: "Fields that come twice, in another order, or that are not known.",
        effect: "Codes of later versions cannot be read, or two readers see different codes.",
    },
    FlagNote {
        flag: "Recorded",
        description: "As recorded from other software.",
        effect: "Other safety numbers than the peer shows.",
    },
    FlagNote {
        flag: "BadInput",
        description: "Fingerprints are 64 bytes.",
        effect: "A crash.",
    },
];

const NAME: &str = "fingerprint";
/// The deployed number of iterations.
const DEPLOYED: u32 = 5200;
/// Few enough where the number does not matter.
const FEW: u32 = 2;

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: NAME,
        algorithm: "Fingerprints (safety numbers) and the codes that are scanned",
        header: &[
            "Hash 1: SHA-512(00 00 || key || id || key); hash i: SHA-512(hash i - 1 || key), so many as iterations; the last is the fingerprint.",
            "Digits: of the first 30 bytes, 5 bytes modulo 100000 each. Code: protobuf, 1: version, 2 and 3: {1: 32 bytes} of the own and the other side.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("fingerprint", SIGNAL_V3, fingerprints()),
            group("fingerprint_display", SIGNAL_V3, displays()),
            group("fingerprint_scannable", SIGNAL_V3, codes()),
            group("fingerprint_compare", SIGNAL_V3, comparisons()?),
            group("parse_fingerprint_code", SIGNAL_V3, parsed()),
            group("encode_fingerprint_code", SIGNAL_V3, encoded()),
        ],
    })
}

fn key(label: &str) -> Vec<u8> {
    serialized(&public_of(&secret(NAME, 0, label)))
}

fn fingerprint(iterations: u32, id: &[u8], key: Vec<u8>) -> Step {
    Step::Fingerprint {
        iterations,
        id: id.into(),
        key: Bytes(key),
    }
}

fn fingerprints() -> Vec<TestPlan> {
    let phone = b"+14152222222".as_slice();
    let account = secret(NAME, 0, "account").0[..16].to_vec();
    let alice = || key("alice");
    let mut cases = vec![
        (
            "a phone number".to_owned(),
            "Normal",
            fingerprint(DEPLOYED, phone, alice()),
        ),
        (
            "a service id".to_owned(),
            "Normal",
            fingerprint(DEPLOYED, &account, alice()),
        ),
        (
            "another key".to_owned(),
            "Normal",
            fingerprint(DEPLOYED, phone, key("bob")),
        ),
    ];
    for iterations in [0, 1, 2, 3, 1024, 5199, 5201, 1_000_000, 1_000_001, u32::MAX] {
        let comment = format!("{iterations} iterations");
        cases.push((
            comment,
            "Iterations",
            fingerprint(iterations, phone, alice()),
        ));
    }
    for length in [0usize, 1, 43, 44, 45, 46, 128, 1000] {
        let comment = format!("an identifier of {length} bytes");
        let step = fingerprint(FEW, &counting(length).0, alice());
        cases.push((comment, "Identifier", step));
    }
    for (comment, u) in [
        ("u = 0", small(0)),
        ("u = p + 9: not the fingerprint of 9", near_p(9)),
        ("u = 9", small(9)),
        ("u = 9 with bit 255", with_bit_255(small(9))),
    ] {
        cases.push((
            comment.to_owned(),
            "Key",
            fingerprint(FEW, phone, serialized(&u)),
        ));
    }
    let mut longer = alice();
    longer.push(7);
    let mut other_type = alice();
    other_type[0] = 6;
    for (comment, bytes) in [
        ("a key with a byte after it: the same fingerprint", longer),
        ("the key without it", alice()),
        ("a key of 32 bytes", alice()[..32].to_vec()),
        ("a key of another type", other_type),
        ("no key", Vec::new()),
    ] {
        cases.push((
            comment.to_owned(),
            "KeyEncoding",
            fingerprint(FEW, phone, bytes),
        ));
    }
    // The number is looked at after the key, which is an input of its own.
    (101..)
        .zip(cases)
        .map(|(id, (comment, flag, step))| test(id, comment, flag, step))
        .collect()
}

/// A fingerprint whose first 30 bytes are six times these.
fn of_groups(group: [u8; 5]) -> Vec<u8> {
    let mut bytes = group.repeat(6);
    bytes.resize(64, 0xaa);
    bytes
}

fn displays() -> Vec<TestPlan> {
    let any = |label| random64(NAME, 0, label).0;
    let mut last_group = of_groups([0; 5]);
    last_group[29] = 1;
    let mut beyond = of_groups([0; 5]);
    beyond[30] = 1;
    let nines = of_groups([0, 0, 1, 0x86, 0x9f]);
    let cases = [
        ("two sides", "Order", any("alice"), any("bob")),
        (
            "the same the other way round",
            "Order",
            any("bob"),
            any("alice"),
        ),
        ("the same side twice", "Order", any("alice"), any("alice")),
        ("zeros", "Digits", of_groups([0; 5]), of_groups([0; 5])),
        ("99999", "Digits", nines.clone(), of_groups([0; 5])),
        (
            "100000: zeros",
            "Digits",
            of_groups([0, 0, 1, 0x86, 0xa0]),
            nines,
        ),
        (
            "leading zeros: 00007",
            "Digits",
            of_groups([0, 0, 0, 0, 7]),
            of_groups([0, 0, 0, 1, 0]),
        ),
        ("ff throughout", "Digits", vec![0xff; 64], vec![0; 64]),
        (
            "the last group decides the order",
            "Order",
            last_group,
            of_groups([0; 5]),
        ),
        (
            "bytes after the 30th do not count",
            "Digits",
            beyond,
            of_groups([0; 5]),
        ),
        ("63 bytes", "BadInput", vec![1; 63], vec![1; 64]),
        ("65 bytes", "BadInput", vec![1; 64], vec![1; 65]),
        ("no bytes", "BadInput", Vec::new(), vec![1; 64]),
    ];
    (201..)
        .zip(cases)
        .map(|(id, (comment, flag, local, remote))| {
            let step = Step::FingerprintDisplay {
                local: Bytes(local),
                remote: Bytes(remote),
            };
            test(id, comment, flag, step)
        })
        .collect()
}

/// The fingerprint of a person in the tests of codes.
fn side(label: &str) -> Bytes {
    random64(NAME, 0, label)
}

fn scannable(version: u32, local: Bytes, remote: Bytes) -> Step {
    Step::FingerprintScannable {
        version,
        local,
        remote,
    }
}

fn codes() -> Vec<TestPlan> {
    let versions = [0, 1, 2, 127, 128, u32::MAX];
    let mut tests: Vec<TestPlan> = (301..)
        .zip(versions)
        .map(|(id, version)| {
            let step = scannable(version, side("alice"), side("bob"));
            test(id, format!("version {version}"), "Version", step)
        })
        .collect();
    tests.push(test(
        351,
        "the other side",
        "Scannable",
        scannable(1, side("bob"), side("alice")),
    ));
    tests.push(test(
        352,
        "a fingerprint of 32 bytes",
        "BadInput",
        scannable(1, side("alice"), counting(32)),
    ));
    tests
}

/// A LogicalFingerprint.
fn logical(content: &[u8]) -> Vec<u8> {
    Fields::new().bytes(1, content).0
}

/// Bob's code of version 1 for Alice, in parts: version, Bob's side, Alice's.
fn bobs_parts() -> (Fields, Vec<u8>, Vec<u8>) {
    let version = Fields::new().integer(1, 1);
    let part = |label| logical(&side(label).0[..32]);
    (version, part("bob"), part("alice"))
}

/// A code: what it shows, its flag, its bytes.
type Scanned = (&'static str, &'static str, Vec<u8>);

/// Codes that Bob could show to Alice, whose version is 1.
fn scanned_codes() -> Plan<Vec<Scanned>> {
    let codes = [well_formed()?, of_versions()?, malformed(), unusual()];
    Ok(codes.concat())
}

fn well_formed() -> Plan<Vec<Scanned>> {
    let code =
        |version, local, remote| output(&scannable(version, side(local), side(remote)), "code");
    let (version, bob, alice) = bobs_parts();
    let start = || Fields(version.0.clone());
    let whole = start().bytes(2, &bob).bytes(3, &alice).0;
    let short = |label: &str, length: usize| logical(&side(label).0[..length]);
    let with = |bob: &[u8], alice: &[u8]| start().bytes(2, bob).bytes(3, alice).0;
    let mut bit = whole;
    bit[20] ^= 1;
    Ok(vec![
        (
            "the code of the other side",
            "Compare",
            code(1, "bob", "alice")?,
        ),
        ("the own code", "Compare", code(1, "alice", "bob")?),
        ("somebody else's", "Compare", code(1, "carol", "alice")?),
        (
            "the other side's for somebody else",
            "Compare",
            code(1, "bob", "carol")?,
        ),
        ("a bit is another", "Compare", bit),
        (
            "31 bytes of a fingerprint",
            "Compare",
            with(&short("bob", 31), &alice),
        ),
        (
            "33 bytes of a fingerprint",
            "Compare",
            with(&bob, &short("alice", 33)),
        ),
        (
            "fingerprints of no bytes",
            "Compare",
            with(&logical(&[]), &logical(&[])),
        ),
    ])
}

/// Other versions, and parts that are absent.
fn of_versions() -> Plan<Vec<Scanned>> {
    let code =
        |version, local, remote| output(&scannable(version, side(local), side(remote)), "code");
    let (version, bob, alice) = bobs_parts();
    let start = || Fields(version.0.clone());
    let with = |bob: &[u8], alice: &[u8]| start().bytes(2, bob).bytes(3, alice).0;
    Ok(vec![
        ("version 0", "VersionMismatch", code(0, "bob", "alice")?),
        ("version 2", "VersionMismatch", code(2, "bob", "alice")?),
        (
            "version 2 of somebody else",
            "VersionMismatch",
            code(2, "carol", "carol")?,
        ),
        ("no bytes: version 0", "VersionMismatch", Vec::new()),
        (
            "no version",
            "VersionMismatch",
            Fields::new().bytes(2, &bob).bytes(3, &alice).0,
        ),
        ("a version alone", "ParseError", start().0),
        (
            "another version alone",
            "VersionMismatch",
            Fields::new().integer(1, 9).0,
        ),
        (
            "no own fingerprint",
            "ParseError",
            start().bytes(3, &alice).0,
        ),
        (
            "no fingerprint of the other side",
            "ParseError",
            start().bytes(2, &bob).0,
        ),
        ("an empty part", "ParseError", with(&[], &alice)),
    ])
}

fn malformed() -> Vec<Scanned> {
    let (version, bob, alice) = bobs_parts();
    let start = || Fields(version.0.clone());
    let with = |bob: &[u8], alice: &[u8]| start().bytes(2, bob).bytes(3, alice).0;
    let mut cut = with(&bob, &alice);
    cut.pop();
    vec![
        ("garbage", "ParseError", vec![0xff, 0xff, 0xff]),
        ("the last byte is missing", "ParseError", cut),
        (
            "a part is malformed",
            "ParseError",
            with(&[0x0a, 0x20, 1], &alice),
        ),
        (
            "a part is malformed in another version",
            "ParseError",
            Fields::new().integer(1, 2).bytes(2, &[0x0a, 0x20]).0,
        ),
        (
            "the version as bytes",
            "ParseError",
            Fields::new()
                .bytes(1, &[1])
                .bytes(2, &bob)
                .bytes(3, &alice)
                .0,
        ),
        (
            "a part as a number",
            "ParseError",
            start().integer(2, 1).bytes(3, &alice).0,
        ),
    ]
}

/// Well-formed, and not as they are written here.
fn unusual() -> Vec<Scanned> {
    let (version, bob, alice) = bobs_parts();
    let start = || Fields(version.0.clone());
    let whole = start().bytes(2, &bob).bytes(3, &alice).0;
    vec![
        (
            "parts in another order",
            "LastOneWins",
            Fields::new()
                .bytes(3, &alice)
                .bytes(2, &bob)
                .integer(1, 1)
                .0,
        ),
        (
            "the version twice",
            "LastOneWins",
            Fields::new().integer(1, 7).raw(&whole).0,
        ),
        (
            "a part twice",
            "LastOneWins",
            start().bytes(2, &alice).bytes(2, &bob).bytes(3, &alice).0,
        ),
        (
            "a part, and again without its content: they are merged",
            "LastOneWins",
            start().bytes(2, &bob).bytes(2, &[]).bytes(3, &alice).0,
        ),
        (
            "fields that are not known",
            "LastOneWins",
            Fields(whole).bytes(4, b"later").integer(5, 1).0,
        ),
        (
            "a version of 2^32 + 1: as 1",
            "LastOneWins",
            Fields::new()
                .integer(1, (1 << 32) + 1)
                .bytes(2, &bob)
                .bytes(3, &alice)
                .0,
        ),
    ]
}

fn comparisons() -> Plan<Vec<TestPlan>> {
    let compare = |version, local: Bytes, scanned: Vec<u8>| Step::FingerprintCompare {
        version,
        local,
        remote: side("bob"),
        scanned: Bytes(scanned),
    };
    let mut tests: Vec<TestPlan> = (401..)
        .zip(scanned_codes()?)
        .map(|(id, (comment, flag, scanned))| {
            test(id, comment, flag, compare(1, side("alice"), scanned))
        })
        .collect();
    let (_, bob, alice) = bobs_parts();
    let without_version = Fields::new().bytes(2, &bob).bytes(3, &alice).0;
    for (id, (comment, flag, step)) in (451..).zip([
        (
            "no version, and the own one is 0",
            "VersionMismatch",
            compare(0, side("alice"), without_version),
        ),
        (
            "no bytes, and the own version is 0",
            "ParseError",
            compare(0, side("alice"), Vec::new()),
        ),
        (
            "an own fingerprint of 32 bytes",
            "BadInput",
            compare(1, counting(32), Vec::new()),
        ),
    ]) {
        tests.push(test(id, comment, flag, step));
    }
    Ok(tests)
}

fn parsed() -> Vec<TestPlan> {
    let (version, bob, alice) = bobs_parts();
    let start = || Fields(version.0.clone());
    let whole = start().bytes(2, &bob).bytes(3, &alice).0;
    let cases = [
        ("a code", "Scannable", whole.clone()),
        (
            "no version",
            "ParseError",
            Fields::new().bytes(2, &bob).bytes(3, &alice).0,
        ),
        (
            "no own fingerprint",
            "ParseError",
            start().bytes(3, &alice).0,
        ),
        (
            "no fingerprint of the other side",
            "ParseError",
            start().bytes(2, &bob).0,
        ),
        ("no bytes", "ParseError", Vec::new()),
        (
            "fingerprints of other lengths",
            "Scannable",
            start()
                .bytes(2, &logical(&[]))
                .bytes(3, &logical(&[7; 40]))
                .0,
        ),
        (
            "fields twice, and one that is not known",
            "LastOneWins",
            Fields::new().integer(1, 3).bytes(9, b"").raw(&whole).0,
        ),
        (
            "a byte too few",
            "ParseError",
            whole[..whole.len() - 1].to_vec(),
        ),
    ];
    (501..)
        .zip(cases)
        .map(|(id, (comment, flag, bytes))| {
            let bytes = Bytes(bytes);
            test(id, comment, flag, Step::ParseFingerprintCode { bytes })
        })
        .collect()
}

fn encoded() -> Vec<TestPlan> {
    let cases = [
        ("32 bytes each", 1, 32, 32),
        ("version 0 is written", 0, 32, 32),
        ("no bytes", 1, 0, 0),
        ("bytes of other lengths", u32::MAX, 31, 130),
    ];
    (601..)
        .zip(cases)
        .map(|(id, (comment, version, local, remote))| {
            let step = Step::EncodeFingerprintCode {
                version,
                local: counting(local),
                remote: counting(remote),
            };
            test(id, comment, "Scannable", step)
        })
        .collect()
}
