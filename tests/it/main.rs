//! Promises, tested over real sockets and stores.
