//! Settings that are kept in Secrets Manager.

use std::process::Output;

use tokio::time::timeout;

use super::engine;
use crate::support::moto;
use crate::support::process::{PATIENCE, Place, Server, said};

const KEY: &str = "4c1b9e6f0d2a7758c3e19b604fd2a8817be55012c6f3d9a0";

/// A server to be, as somebody to moto.
async fn serve(place: &Place, secret_key: &str) -> tokio::process::Command {
    let mut command = place.serve();
    command.envs([
        ("AWS_ACCESS_KEY_ID", "AKIAOURSELVES"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
        ("AWS_ENDPOINT_URL", &moto::url()),
        ("SECRET_KEY", secret_key),
    ]);
    command
}

async fn refused(place: &Place, secret_key: &str) -> Output {
    let output = timeout(PATIENCE, serve(place, secret_key).await.output())
        .await
        .unwrap();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(
        !said(&output).contains("IMDS"),
        "nobody asked the machine for anything: {}",
        said(&output)
    );
    output
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_servers_key_may_be_kept_there() {
    let place = Place::with_companies(engine(), &[]).await;
    let arn = moto::secret(KEY).await;
    let server = Server::start(serve(&place, &arn).await).await.unwrap();
    server.stop().await;
    // It is the key itself that counts, wherever it was kept.
    let server = Server::start(serve(&place, KEY).await).await.unwrap();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_cannot_be_read_stops_the_start_and_is_named() {
    let place = Place::with_companies(engine(), &[]).await;
    let gone = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:gone-AbCdEf";
    let output = said(&refused(&place, gone).await);
    assert!(
        output.contains("SECRET_KEY") && output.contains("ResourceNotFound"),
        "{output}"
    );
    let output = said(&refused(&place, "arn:aws:s3:::a-bucket-of-ours-with-a-long-name").await);
    assert!(output.contains("SECRET_KEY begins like a reference"), "{output}");
    let weak = moto::secret("short").await;
    let output = said(&refused(&place, &weak).await);
    assert!(
        output.contains("SECRET_KEY is weak") && !output.contains("short"),
        "{output}"
    );
}
