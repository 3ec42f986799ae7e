crate::driver::pending::pending!(super::Implementation);
