//! C that stands between a process and its libc (`LD_PRELOAD`).

use std::path::{Path, PathBuf};

/// Sends connections to another port than they were made for (`RELAYS=from:to,...`), so that whoever is told addresses
/// by others is cut off, too; and lets a process have another wall clock (`AHEAD_SECONDS`).
const WORLD: &str = r#"
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static in_port_t relayed(in_port_t port) {
    const char *at = getenv("RELAYS");
    while (at && *at) {
        char *end;
        unsigned long from = strtoul(at, &end, 10);
        unsigned long to = strtoul(end + 1, &end, 10);
        if (ntohs(port) == from) return htons(to);
        at = *end == ',' ? end + 1 : end;
    }
    return port;
}

int connect(int fd, const struct sockaddr *to, socklen_t length) {
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
    if (to->sa_family != AF_INET || length < sizeof(struct sockaddr_in)) return real(fd, to, length);
    struct sockaddr_in other;
    memcpy(&other, to, sizeof other);
    other.sin_port = relayed(other.sin_port);
    return real(fd, (const struct sockaddr *)&other, sizeof other);
}

int clock_gettime(clockid_t which, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    static long ahead;
    if (!real) {
        const char *seconds = getenv("AHEAD_SECONDS");
        ahead = seconds ? atol(seconds) : 0;
        real = dlsym(RTLD_NEXT, "clock_gettime");
    }
    int result = real(which, now);
    if (result == 0 && which == CLOCK_REALTIME) now->tv_sec += ahead;
    return result;
}
"#;

/// The world's library.
pub async fn world(dir: &Path) -> PathBuf {
    compile(dir, WORLD).await
}

/// Compiles a library.
pub async fn compile(dir: &Path, code: &str) -> PathBuf {
    let (source, library) = (dir.join("shim.c"), dir.join("shim.so"));
    std::fs::write(&source, code).unwrap();
    let mut cc = tokio::process::Command::new("cc");
    cc.args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(&source)
        .arg("-ldl");
    assert!(cc.status().await.unwrap().success(), "cc cannot compile the shim");
    library
}
