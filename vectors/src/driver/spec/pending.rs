crate::driver::pending::pending!(super::Spec);
