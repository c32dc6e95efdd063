//! The disk is full, or does not keep what it was given: nothing is acknowledged from then on, the
//! process ends, and a restart finds all that was.

use std::process::ExitStatus;
use std::sync::atomic::Ordering;

use alert_whisperer::client::ClientError;
use serde_json::json;

use crate::support::engine::Engine;
use crate::support::judge::judge;
use crate::support::load::{Load, Tenant, acknowledged};
use crate::support::process::{PATIENCE, Place, Server, eventually};
use crate::support::shim;

/// `EX_IOERR`.
const IO_ERROR: i32 = 74;

/// Sends one alert after the other until the server ends; after the first failure nothing may be
/// acknowledged, and every refusal must say for how long.
async fn send_until_the_end(place: &Place, tenant: &Tenant, server: &mut Server) -> ExitStatus {
    let client = tenant.client(&server.url);
    let mut failed = false;
    for number in 0.. {
        let ledger_ids = [format!("lone-{number}")];
        let body = json!({
            "asset_name": "lone-1", "signature": "disk-space-critical", "severity": "high",
            // Large, so that a file limit is reached soon.
            "message": "x".repeat(2_000), "labels": { "ledger": ledger_ids[0] },
        });
        place.ledger.sent(&tenant.company_id, &ledger_ids);
        match client.deliver(&ledger_ids[0], &body.to_string()).await {
            Ok(answer) => {
                assert!(!failed, "acknowledged after a failure: {}", answer.body);
                let (alert_ids, duplicate) = acknowledged(&answer.body);
                place
                    .ledger
                    .acked(&tenant.company_id, &ledger_ids, alert_ids, duplicate);
            }
            Err(ClientError::Refused {
                status, retry_after, ..
            }) => {
                assert_eq!(status, 503, "{}", server.log());
                assert!(retry_after.is_some(), "503 without Retry-After");
                failed = true;
            }
            Err(ClientError::Unreachable { .. }) => break,
            Err(other) => panic!("{other}"),
        }
    }
    server.ended(PATIENCE).await
}

async fn judge_after_a_restart(place: &Place) {
    let server = place.start().await;
    judge(&server.url, &place.tenants, &place.ledger).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_ends_the_process_and_loses_nothing() {
    let place = Place::with_companies(Engine::Sqlite, &["comp-a"]).await;
    // 2 MiB a file (POSIX counts 512 bytes); ignoring the signal makes writes past it fail.
    let limited = place.serve_after("trap '' XFSZ; ulimit -f 4096");
    let mut server = Server::start(limited).await.unwrap();
    let status = send_until_the_end(&place, &place.tenants[0], &mut server).await;
    assert_eq!(status.code(), Some(IO_ERROR), "{}", server.log());
    assert!(
        place.ledger.acknowledged() > 0,
        "nothing was acknowledged before the disk was full"
    );
    judge_after_a_restart(&place).await;
}

/// Fails `fsync` and `fdatasync` while a file exists.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int broken(void) {
    const char *trigger = getenv("FAIL_FSYNC_WHILE");
    return trigger && access(trigger, F_OK) == 0;
}

int fsync(int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    if (broken()) { errno = EIO; return -1; }
    return real(fd);
}

int fdatasync(int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    if (broken()) { errno = EIO; return -1; }
    return real(fd);
}
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_fsync_ends_the_process_and_loses_nothing() {
    let place = Place::with_companies(Engine::Sqlite, &["comp-a", "comp-b"]).await;
    let trigger = place.home.scratch().join("fsync-fails");
    let mut serve = place.serve();
    serve.env("LD_PRELOAD", shim::compile(place.home.scratch(), SHIM).await);
    serve.env("FAIL_FSYNC_WHILE", &trigger);
    let mut server = Server::start(serve).await.unwrap();

    // One company is under load when it happens; the other is watched request by request.
    let load = Load::start(&place.tenants[1..], 2, &place.ledger);
    load.aim(&server.url);
    let acked = || load.seen().acked.load(Ordering::SeqCst);
    eventually("load", PATIENCE, async || (acked() >= 20).then_some(())).await;
    std::fs::write(&trigger, "").unwrap();
    let status = send_until_the_end(&place, &place.tenants[0], &mut server).await;
    assert_eq!(status.code(), Some(IO_ERROR), "{}", server.log());
    load.abandon().await;
    judge_after_a_restart(&place).await;
}
