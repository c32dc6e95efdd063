//! What a request says of the form that an answer may have (RFC 9110, 12.5).

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, HeaderName};

/// How a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// `br` (RFC 7932).
    Brotli,
    /// `gzip` (RFC 1952).
    Gzip,
    /// As it is.
    Identity,
}

impl Coding {
    /// What stands behind the name of a file that is kept so.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }

    /// As `Content-Encoding` has it.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    fn is(self, name: &str) -> bool {
        match self {
            Self::Brotli => name == "br",
            Self::Gzip => name == "gzip" || name == "x-gzip",
            Self::Identity => name == "identity",
        }
    }
}

/// What a request takes, best first. A file as it is comes last, and is sent where nothing else will do: to send nothing
/// helps nobody.
pub fn taken(headers: &HeaderMap) -> Vec<Coding> {
    let said = weighed(headers, ACCEPT_ENCODING);
    let weight = |coding: Coding| {
        let named = said.iter().find(|(name, _)| coding.is(name));
        named
            .or_else(|| said.iter().find(|(name, _)| name == "*"))
            .map(|(_, weight)| *weight)
    };
    let plain = weight(Coding::Identity).unwrap_or(1);
    let mut taken: Vec<(u16, Coding)> = [Coding::Brotli, Coding::Gzip]
        .into_iter()
        .filter_map(|coding| Some((weight(coding)?, coding)))
        .filter(|(weight, _)| *weight > 0)
        .collect();
    // A stable sort: of two that are as welcome the smaller one comes first.
    taken.sort_by_key(|(weight, _)| u16::MAX - weight);
    let is_said = said.iter().any(|(name, _)| Coding::Identity.is(name));
    taken
        .into_iter()
        .filter(|(weight, _)| !is_said || *weight >= plain)
        .map(|(_, coding)| coding)
        .chain([Coding::Identity])
        .collect()
}

/// Whether a page is asked for by name.
pub fn accepts_html(headers: &HeaderMap) -> bool {
    let said = weighed(headers, ACCEPT);
    said.iter().any(|(name, weight)| name == "text/html" && *weight > 0)
}

/// The members of such a header in lower case, with their weights in thousandths; a weight that cannot be read is none.
fn weighed(headers: &HeaderMap, name: HeaderName) -> Vec<(String, u16)> {
    let values = headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let members = values.flat_map(|value| value.split(','));
    let member = |text: &str| {
        let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
        let name = parts.next().filter(|name| !name.is_empty())?;
        let weight = parts.find_map(|part| part.strip_prefix("q=").map(thousandths));
        Some((name, weight.unwrap_or(1_000)))
    };
    members.filter_map(member).collect()
}

fn thousandths(text: &str) -> u16 {
    let read: f32 = text.parse().unwrap_or(0.0);
    (read.clamp(0.0, 1.0) * 1_000.0).round() as u16
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::Coding::{Brotli, Gzip, Identity};
    use super::*;

    fn of(accept: &'static str) -> Vec<Coding> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(accept));
        taken(&headers)
    }

    #[test]
    fn what_is_most_welcome_comes_first() {
        assert_eq!(taken(&HeaderMap::new()), [Identity]);
        for (accept, expected) in [
            ("", &[Identity][..]),
            ("gzip, deflate, br, zstd", &[Brotli, Gzip, Identity]),
            ("GZIP", &[Gzip, Identity]),
            ("x-gzip", &[Gzip, Identity]),
            ("br;q=0.5, gzip", &[Gzip, Brotli, Identity]),
            ("br;q=0, gzip;q=0.1", &[Gzip, Identity]),
            ("br ; q=0.000 , gzip;q=0", &[Identity]),
            ("*", &[Brotli, Gzip, Identity]),
            ("br;q=0, *;q=0.3", &[Gzip, Identity]),
            ("*;q=0", &[Identity]),
            ("identity, br;q=0.5", &[Identity]),
            ("identity;q=0, gzip;q=0.2", &[Gzip, Identity]),
            ("gzip;q=much", &[Identity]),
            (";;,,;q=1", &[Identity]),
        ] {
            assert_eq!(of(accept), expected, "{accept}");
        }
    }

    #[test]
    fn a_page_is_asked_for_by_name() {
        for (accept, expected) in [
            ("text/html", true),
            ("application/xml;q=0.9, text/html;level=1", true),
            ("text/html;q=0", false),
            ("*/*", false),
            ("text/htmlx", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(accepts_html(&headers), expected, "{accept}");
        }
    }
}
