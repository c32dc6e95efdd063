//! The dashboard's page over a real socket, whether this binary was built with it or not.

use reqwest::Method;
use reqwest::header::HeaderMap;

use super::engine;
use crate::support::server::{Answer, Server, headers};

/// What a browser says of itself.
const BROWSER: &[u8] = b"text/html,application/xhtml+xml,*/*;q=0.8";

/// The nonce of a page's policy.
fn nonce(page: &Answer) -> &str {
    let policy = page.header("content-security-policy");
    let (_, rest) = policy.split_once("'nonce-").unwrap_or_else(|| panic!("{policy}"));
    rest.split_once('\'').unwrap().0
}

#[tokio::test]
async fn the_page_is_for_anybody_under_the_strictest_policy() {
    let server = Server::start(engine()).await;
    let first = server.ask(Method::GET, "/", HeaderMap::new(), "").await;
    let second = server.ask(Method::GET, "/", HeaderMap::new(), "").await;
    for page in [&first, &second] {
        assert_eq!(page.status, 200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(!page.header("content-security-policy").contains("unsafe"));
        assert!(!page.text.contains("__CSP_NONCE__"), "{}", page.text);
        assert!(nonce(page).len() >= 20);
    }
    assert_ne!(nonce(&first), nonce(&second));
    server.stop().await;
}

#[tokio::test]
async fn a_place_within_the_dashboard_is_its_page_and_what_programs_ask_for_never_is() {
    let server = Server::start(engine()).await;
    let ask = async |path: &str, accept: &[u8]| {
        let headers = headers(&[("accept", accept)]);
        server.ask(Method::GET, path, headers, "").await
    };
    let is_built = !ask("/", BROWSER).await.text.contains("built without the dashboard");
    let place = ask("/incidents/inc-1", BROWSER).await;
    if is_built {
        assert_eq!(
            (place.status, place.header("content-type")),
            (200, "text/html; charset=utf-8")
        );
        let (_, rest) = place.text.split_once("src=\"/assets/").unwrap();
        let name = rest.split_once('"').unwrap().0;
        let script = ask(&format!("/assets/{name}"), b"*/*").await;
        assert_eq!(
            (script.status, script.header("content-type"), script.header("vary")),
            (200, "text/javascript; charset=utf-8", "Accept-Encoding")
        );
        let tag = headers(&[("if-none-match", script.header("etag").as_bytes())]);
        let again = server.ask(Method::GET, &format!("/assets/{name}"), tag, "").await;
        assert_eq!((again.status, &*again.text), (304, ""));
    } else {
        place.problem(404);
    }
    ask("/incidents/inc-1", b"application/json").await.problem(404);
    for path in [
        "/api/nothing",
        "/api",
        "/mcp/nothing",
        "/metrics/nothing",
        "/assets/none-1.js",
        "/assets/a/b",
    ] {
        ask(path, BROWSER).await.problem(404);
    }
    let posted = server.ask(Method::POST, "/", headers(&[("accept", BROWSER)]), "").await;
    posted.problem(405);
    server.stop().await;
}
