//! SPQR through the public interface: recorded answers, conversations, refused messages, stored states of any kind.
#[path = "sparse/known_answers.rs"]
mod known_answers;
#[path = "sparse/parties.rs"]
mod parties;
#[path = "sparse/stored.rs"]
mod stored;
#[path = "sparse/traces.rs"]
mod traces;
