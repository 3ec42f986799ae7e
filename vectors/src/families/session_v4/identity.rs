//! Identities and addresses.
use super::super::build::Plan;
use super::super::script::Setting;
use super::super::session::identity::BOTH_VERSIONS;
use super::super::TestPlan;
use super::IDENTITY as NAME;

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    Setting::v4(NAME).all(BOTH_VERSIONS)
}
