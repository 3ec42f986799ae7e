//! SPQR through the public interface: recorded answers, conversations, refused messages, stored states of any kind.
#[path = "sparse/conversations.rs"]
mod conversations;
#[path = "sparse/hostile_bytes.rs"]
mod hostile_bytes;
#[path = "sparse/known_answers.rs"]
mod known_answers;
#[path = "sparse/parties.rs"]
mod parties;
#[path = "sparse/traces.rs"]
mod traces;
