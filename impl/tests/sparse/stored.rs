//! Conversations, and stored states.
