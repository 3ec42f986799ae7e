//! The protocol through the public interface: recorded answers, conversations, limits, errors, hostile bytes.
#[path = "protocol/atomicity.rs"]
mod atomicity;
#[path = "protocol/conversations.rs"]
mod conversations;
#[path = "protocol/hostile_bytes.rs"]
mod hostile_bytes;
#[path = "protocol/known_answers.rs"]
mod known_answers;
#[path = "protocol/limits.rs"]
mod limits;
#[path = "protocol/parties.rs"]
mod parties;
