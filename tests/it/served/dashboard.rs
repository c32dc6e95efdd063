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

/// What is no page is not rendered as one, whatever asks for it, and is told to nobody else.
#[tokio::test]
async fn every_answer_says_that_it_is_no_page_and_for_tls_alone_where_it_came_so() {
    let server = Server::start_with(engine(), |flags| flags.trusted_proxies = Some(vec!["127.0.0.1".into()])).await;
    let company = server.company("comp-acme").await;
    let answers = [
        server.ask(Method::GET, "/healthz", HeaderMap::new(), "").await,
        server.ask(Method::GET, "/api/incidents", HeaderMap::new(), "").await,
        server.ask(Method::DELETE, "/api/incidents", HeaderMap::new(), "").await,
        server
            .ask(Method::GET, "/nothing", headers(&[("accept", b"*/*")]), "")
            .await,
        server.ask(Method::POST, "/mcp", HeaderMap::new(), "").await,
        server.ask(Method::POST, "/nodes/amend", HeaderMap::new(), "").await,
        server.get(&company, "/api/incidents").await,
        server.get(&company, "/api/openapi.json").await,
    ];
    for answer in &answers {
        let policy = answer.header("content-security-policy");
        for directive in [
            "default-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "sandbox",
        ] {
            assert!(policy.contains(directive), "{directive}: {policy}");
        }
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    for (path, accept) in [("/", BROWSER), ("/api/docs/", b"*/*"), ("/api/incidents", b"*/*")] {
        let ask = async |proto: &[u8]| {
            let asked = headers(&[("accept", accept), ("x-forwarded-proto", proto)]);
            server.ask(Method::GET, path, asked, "").await
        };
        let answer = ask(b"https").await;
        assert_eq!(
            answer.header("strict-transport-security"),
            "max-age=31536000; includeSubDomains",
            "{path}"
        );
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("base-uri 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(ask(b"http").await.headers.get("strict-transport-security").is_none());
    }
    server.stop().await;
}
