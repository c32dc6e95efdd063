//! What the tests need of others, installed by the scripts beside them.

use std::path::PathBuf;

use tokio::process::Command;

/// What an installing script prints.
pub async fn installed(script: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
    let output = Command::new(path).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
