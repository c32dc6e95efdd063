//! What is answered of the dashboard's files: a plain function of the files and the request's headers.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, HeaderValue,
    IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::coding::{self, Coding};

/// The page itself.
const PAGE: &str = "index.html";
/// Where what it is made of lies.
const ASSETS: &str = "assets/";
/// What stands in the page for the nonce of its own styles.
const NONCE: &str = "__CSP_NONCE__";
/// Names hold a hash of the content, so that a file never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// What the files of a dashboard are.
pub(super) const MEDIA: [&str; 4] = ["text/javascript", "text/css", "font/woff2", "image/svg+xml"];

/// What is said where there is no dashboard.
const NOT_BUILT: &str = "<!doctype html>
<html lang=\"en\">
<head><meta charset=\"utf-8\"><title>Alert Whisperer</title></head>
<body>
<h1>Alert Whisperer</h1>
<p>This binary was built without the dashboard. <code>make run</code> builds both and starts them; \
<code>make web</code> builds the dashboard alone, and the next build of the binary holds it.</p>
<p>The interface is described at <a href=\"/api/docs/\">/api/docs/</a>.</p>
</body>
</html>
";

/// A file.
pub(super) struct File {
    pub(super) bytes: Cow<'static, [u8]>,
    /// Its SHA-256.
    pub(super) hash: [u8; 32],
}

/// Files by their paths.
pub(super) trait Files {
    fn file(&self, path: &str) -> Option<File>;
}

/// Whether there is a dashboard.
pub(super) fn is_there(files: &impl Files) -> bool {
    files.file(PAGE).is_some()
}

/// The page, with its nonce; where there is none, how to make it. It is not kept anywhere, because its nonce is good for
/// one answer.
pub(super) fn page(files: &impl Files, nonce: &str) -> Response {
    let text = match files.file(PAGE) {
        Some(file) => String::from_utf8_lossy(&file.bytes).replace(NONCE, nonce),
        None => NOT_BUILT.to_owned(),
    };
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    let nothing = HeaderValue::from_static("camera=(), microphone=(), geolocation=()");
    headers.insert(PERMISSIONS_POLICY, nothing);
    let strictest = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    let policy = HeaderValue::from_str(&policy(nonce)).unwrap_or(strictest);
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    response
}

/// What the page may do: its own scripts, styles, pictures and fonts, and requests to this server.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
}

/// A file that the page is made of, in the form that is most welcome. None of another name.
pub(super) fn asset(files: &impl Files, name: &str, asked: &HeaderMap) -> Option<Response> {
    let path = format!("{ASSETS}{name}");
    // What is kept compressed is another form of a file, no file of its own.
    let is_form = [Coding::Brotli, Coding::Gzip]
        .iter()
        .any(|coding| name.ends_with(coding.suffix()));
    let plain = files.file(&path).filter(|_| !is_form)?;
    let kept = |coding: Coding| Some((coding, files.file(&format!("{path}{}", coding.suffix()))?));
    let (coding, file) = coding::taken(asked)
        .into_iter()
        .find_map(kept)
        .unwrap_or((Coding::Identity, plain));
    let tag = format!("\"{}\"", hex::encode(&file.hash[..16]));
    let is_had = has(asked, &tag);
    let mut response = Response::new(if is_had { Body::empty() } else { Body::from(file.bytes) });
    if is_had {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, FOR_EVER);
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if !is_had {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media(name)));
        if let Some(coding) = coding.name() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
    }
    Some(response)
}

/// Whether who asks has the file already (RFC 9110, 13.1.2).
fn has(asked: &HeaderMap, tag: &str) -> bool {
    let seen = asked
        .get_all(IF_NONE_MATCH)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    seen.flat_map(|value| value.split(','))
        .map(|seen| seen.trim())
        .any(|seen| seen == "*" || seen.strip_prefix("W/").unwrap_or(seen) == tag)
}

/// What a file is, by its name.
fn media(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use axum::http::header::ACCEPT_ENCODING;
    use http_body_util::BodyExt;
    use sha2::{Digest, Sha256};

    use super::*;

    struct InMemory(BTreeMap<&'static str, &'static [u8]>);

    impl Files for InMemory {
        fn file(&self, path: &str) -> Option<File> {
            let bytes: &'static [u8] = self.0.get(path)?;
            Some(File {
                bytes: bytes.into(),
                hash: Sha256::digest(bytes).into(),
            })
        }
    }

    fn built() -> InMemory {
        InMemory(BTreeMap::from([
            (
                "index.html",
                &b"<meta content=__CSP_NONCE__><style nonce=__CSP_NONCE__>"[..],
            ),
            ("assets/app-1.js", b"script"),
            ("assets/app-1.js.br", b"as brotli"),
            ("assets/app-1.js.gz", b"as gzip"),
            ("assets/font-1.woff2", b"font"),
            ("secret.txt", b"not an asset"),
        ]))
    }

    fn asking(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().cloned();
        pairs
            .map(|(name, value)| (name, HeaderValue::from_static(value)))
            .collect()
    }

    fn header<'a>(response: &'a Response, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    async fn body(response: Response) -> String {
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn the_page_has_the_nonce_of_its_policy_wherever_it_stands() {
        let answer = page(&built(), "abc");
        let policy = header(&answer, "content-security-policy");
        assert!(policy.contains("style-src 'self' 'nonce-abc';"), "{policy}");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(policy.ends_with("require-trusted-types-for 'script'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
            ("x-content-type-options", "nosniff"),
            ("etag", ""),
        ] {
            assert_eq!(header(&answer, name), value, "{name}");
        }
        assert_eq!(body(answer).await, "<meta content=abc><style nonce=abc>");
    }

    #[tokio::test]
    async fn without_a_dashboard_the_page_says_how_to_make_it() {
        let none = InMemory(BTreeMap::new());
        assert!(!is_there(&none) && is_there(&built()));
        let answer = page(&none, "abc");
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(header(&answer, "content-security-policy").contains("'nonce-abc'"));
        let text = body(answer).await;
        assert!(text.contains("make web") && text.contains("/api/docs/"), "{text}");
        assert!(!text.contains("<script") && !text.contains("style"), "{text}");
        assert!(asset(&none, "app-1.js", &HeaderMap::new()).is_none());
    }

    #[tokio::test]
    async fn an_asset_comes_in_the_form_that_is_most_welcome() {
        for (accept, coding, expected) in [
            ("", "", "script"),
            ("gzip, br", "br", "as brotli"),
            ("gzip;q=1, br;q=0.9", "gzip", "as gzip"),
            ("br;q=0, gzip", "gzip", "as gzip"),
            ("br;q=0, gzip;q=0", "", "script"),
        ] {
            let asked = asking(&[(ACCEPT_ENCODING, accept)]);
            let answer = asset(&built(), "app-1.js", &asked).unwrap();
            assert_eq!(header(&answer, "content-encoding"), coding, "{accept}");
            assert_eq!(header(&answer, "content-type"), "text/javascript; charset=utf-8");
            assert_eq!(header(&answer, "cache-control"), "public, max-age=31536000, immutable");
            assert_eq!(header(&answer, "vary"), "Accept-Encoding");
            assert_eq!(body(answer).await, expected, "{accept}");
        }
        // What does not shrink is kept in one form.
        let asked = asking(&[(ACCEPT_ENCODING, "br, gzip")]);
        let answer = asset(&built(), "font-1.woff2", &asked).unwrap();
        assert_eq!(
            (header(&answer, "content-encoding"), header(&answer, "content-type")),
            ("", "font/woff2")
        );
        assert_eq!(body(answer).await, "font");
    }

    #[tokio::test]
    async fn what_one_has_is_not_sent_again() {
        let first = asset(&built(), "app-1.js", &HeaderMap::new()).unwrap();
        let tag = header(&first, "etag").to_owned();
        let other = asset(&built(), "app-1.js", &asking(&[(ACCEPT_ENCODING, "br")])).unwrap();
        assert_ne!(header(&other, "etag"), tag, "another form is another entity");
        for (seen, status) in [
            (tag.clone(), 304),
            (format!("\"x\", W/{tag}"), 304),
            ("*".to_owned(), 304),
            ("\"x\"".to_owned(), 200),
        ] {
            let mut asked = HeaderMap::new();
            asked.insert(IF_NONE_MATCH, HeaderValue::from_str(&seen).unwrap());
            let answer = asset(&built(), "app-1.js", &asked).unwrap();
            assert_eq!(answer.status(), status, "{seen}");
            assert_eq!(
                (header(&answer, "etag"), header(&answer, "vary")),
                (&*tag, "Accept-Encoding")
            );
            assert_eq!(body(answer).await.is_empty(), status == 304, "{seen}");
        }
    }

    #[test]
    fn nothing_else_is_an_asset() {
        for name in [
            "none.js",
            "../index.html",
            "../secret.txt",
            "app-1.js.br",
            "app-1.js.gz",
            "",
        ] {
            assert!(asset(&built(), name, &HeaderMap::new()).is_none(), "{name}");
        }
    }
}
