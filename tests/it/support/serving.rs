//! A double's listener: on a free port of 127.0.0.1, until its test ends.

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Serves; the URL, and what ends it when it is dropped.
pub async fn serve(app: Router) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut serving = JoinSet::new();
    serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, serving)
}
