//! How a refresh token comes and goes: as a program sends it, or as a page's cookie.

use std::collections::BTreeSet;
use std::time::Duration;

use actors::domain::CompanyId;
use actors::domain::ids::UserId;
use axum::Json;
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderValue, ORIGIN, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::rights::Role;
use crate::accounts::sign_in::SignedIn;
use crate::accounts::token::ACCESS_LIFE;
use crate::accounts::visit::FirstDo;
use crate::http::Edge;
use crate::http::caller::presented;
use crate::http::describe::{Answer, Description};
use crate::http::problem::{Code, Problem};

const CSRF: &str = "x-csrf";

/// The cookie of a page's refresh token.
#[derive(Clone, Copy)]
pub(super) struct Cookie {
    name: &'static str,
    path: &'static str,
}

impl Cookie {
    /// Under TLS. By its name a browser takes it from this host alone, so that no other of the domain can set one
    /// (RFC 6265bis, 4.1.3.2; OWASP ASVS 3.3.3).
    const OF_THIS_HOST: Self = Self {
        name: "__Host-aw_refresh",
        path: "/",
    };
    /// Without TLS, on one's own machine, where browsers take no cookie of such a name.
    const PLAIN: Self = Self {
        name: "aw_refresh",
        path: "/api/auth",
    };

    /// The one for the page that asks. A browser says in `Origin` whether the page came under TLS (RFC 6454, 7.3).
    pub(super) fn for_page(headers: &HeaderMap) -> Self {
        match headers.get(ORIGIN) {
            Some(origin) if origin.as_bytes().starts_with(b"https://") => Self::OF_THIS_HOST,
            _ => Self::PLAIN,
        }
    }

    /// Its value in a request (RFC 6265, 5.4).
    fn read(self, headers: &HeaderMap) -> Option<&str> {
        let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        all.flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == self.name)
            .map(|(_, value)| value)
    }

    fn set(self, value: &str, life: Duration) -> HeaderValue {
        let Self { name, path } = self;
        let seconds = life.as_secs();
        let text = format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; Secure; SameSite=Strict");
        let mut value = HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }

    /// Has the browser forget it.
    pub(super) fn clear(self) -> HeaderValue {
        self.set("", Duration::ZERO)
    }
}

/// A refresh token as it was sent.
pub(super) struct Shown {
    pub(super) token: SecretString,
    pub(super) by_cookie: bool,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefreshRequest)]
pub(in crate::http) struct RefreshBody {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    refresh_token: Option<SecretString>,
}

pub(super) fn refresh_token(headers: &HeaderMap, sent: RefreshBody) -> Result<Option<Shown>, Problem> {
    let shown = |token: SecretString| Shown {
        token,
        by_cookie: false,
    };
    if let Some(token) = presented(headers)? {
        return Ok(Some(shown(token.into())));
    }
    if let Some(token) = sent.refresh_token {
        return Ok(Some(shown(token)));
    }
    let Some(token) = Cookie::for_page(headers).read(headers) else {
        return Ok(None);
    };
    if headers.get(CSRF).is_none_or(|value| value != "1") {
        let detail = "a request that uses the cookie has to send the header X-CSRF: 1";
        return Err(Problem::new(Code::Csrf, detail).of_field("X-CSRF"));
    }
    Ok(Some(Shown {
        token: token.into(),
        by_cookie: true,
    }))
}

pub(super) fn no_refresh_token() -> Problem {
    let detail = "send the refresh token in Authorization: Bearer, as refresh_token in the body, or as the cookie";
    Problem::new(Code::Unauthorized, detail)
}

/// What one logs in with gives.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Tokens {
    access_token: String,
    /// Not where it comes as a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refresh_token: Option<String>,
    /// `bearer`.
    token_type: &'static str,
    /// In seconds.
    expires_in: u64,
    user: LoggedIn,
    first_do: Option<FirstDo>,
}

/// Who has logged in.
#[derive(Serialize, ToSchema)]
struct LoggedIn {
    user_id: UserId,
    email: String,
    name: String,
    role: Role,
    company_ids: BTreeSet<CompanyId>,
}

/// That a login has ended.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct LoggedOut {
    message: &'static str,
}

/// An answer that sets the cookie of a page's refresh token.
pub(in crate::http) struct WithCookie<T> {
    answer: T,
    cookie: Option<HeaderValue>,
}

impl<T: Serialize> IntoResponse for WithCookie<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.answer).into_response();
        if let Some(cookie) = self.cookie {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

impl<T: Serialize + ToSchema> Answer for WithCookie<T> {
    fn describe(description: &mut Description) {
        Json::<T>::describe(description);
        description.refuses(&[401, 403, 429]);
    }
}

pub(super) fn logged_out(message: &'static str, cookie: Cookie) -> WithCookie<LoggedOut> {
    WithCookie {
        answer: LoggedOut { message },
        cookie: Some(cookie.clear()),
    }
}

pub(super) fn tokens(edge: &Edge, signed_in: &SignedIn, as_cookie: Option<Cookie>) -> WithCookie<Tokens> {
    let user = &signed_in.user;
    let refresh_token = signed_in.refresh_token.expose_secret();
    let life = signed_in.refresh_until.since(edge.clock.now());
    WithCookie {
        answer: Tokens {
            access_token: signed_in.access_token.expose_secret().to_owned(),
            refresh_token: as_cookie.is_none().then(|| refresh_token.to_owned()),
            token_type: "bearer",
            expires_in: ACCESS_LIFE.as_secs(),
            user: LoggedIn {
                user_id: user.user_id.clone(),
                email: user.email.clone(),
                name: user.name.clone(),
                role: user.role,
                company_ids: user.company_ids.clone(),
            },
            first_do: signed_in.first_do,
        },
        cookie: as_cookie.map(|cookie| cookie.set(refresh_token, life)),
    }
}
