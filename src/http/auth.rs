//! Logging in and out, and one's own account: `/api/auth/*`.
//!
//! A program gets its refresh token in the answer's body. A page asks for a cookie (`cookie: true`) that no script
//! can read, and then has to send `X-CSRF: 1` with every request that uses it, which another site's page cannot.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use actors::domain::ids::LoginId;
use actors::domain::{CompanyId, Origin};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{COOKIE, HeaderValue, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::REQUEST_BYTES;
use super::caller::{Place, presented};
use super::gate::Anyone;
use super::problem::Problem;
use super::rights::Oneself;
use super::{Edge, body};
use crate::accounts::refusals::Refusal;
use crate::accounts::sign_in::{Credentials, SignInError, SignedIn};
use crate::accounts::staff::{Keep, StaffError, shown};
use crate::accounts::token::ACCESS_LIFE;
use crate::accounts::user::{User, normal_email};
use crate::accounts::visit::FirstDo;
use crate::json;

/// The cookie of a page's refresh token; only sent to these routes.
const REFRESH_COOKIE: &str = "aw_refresh";
const COOKIE_PATH: &str = "/api/auth";
const CSRF: &str = "x-csrf";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    email: String,
    password: SecretString,
    /// A code of the second factor, or a recovery code.
    #[serde(default)]
    totp: Option<String>,
    /// Whether the refresh token is to come as a cookie.
    #[serde(default)]
    cookie: bool,
}

/// `POST login {email, password, totp?, cookie?}`.
pub(super) async fn login(
    _: Anyone,
    State(edge): State<Arc<Edge>>,
    place: Place,
    sent: Body,
) -> Result<Response, Problem> {
    let login: Login = body::json(sent).await?;
    let shown = Credentials {
        email: &login.email,
        password: &login.password,
        code: login.totp.as_deref(),
    };
    let address = place.address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let signed_in = edge
        .accounts
        .sign_in(shown, address, &|actor| place.origin(actor))
        .await
        .inspect_err(|error| {
            if !matches!(error, SignInError::Call(_) | SignInError::Busy) {
                refused(&edge, &place, &login.email);
            }
        })?;
    Ok(tokens(&edge, &signed_in, login.cookie))
}

/// Notes a login that was refused: under the person's name where there is such a one.
fn refused(edge: &Edge, place: &Place, email: &str) {
    let Some(user) = edge.accounts.people.by_email(&normal_email(email)) else {
        return place.refused(edge, "login");
    };
    let refusal = Refusal {
        company_id: CompanyId::platform(),
        who: user.value.user_id.to_string(),
        what: "login",
        address: place.address,
    };
    edge.refusals.note(refusal, edge.clock.now());
}

/// `POST refresh`, with the refresh token in `Authorization: Bearer`, the body, or the cookie.
pub(super) async fn refresh(
    _: Anyone,
    State(edge): State<Arc<Edge>>,
    place: Place,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Problem> {
    let shown = refresh_token(&headers, sent).await?.ok_or_else(no_refresh_token)?;
    let renewed = edge
        .accounts
        .renew(shown.token.expose_secret(), &|actor| place.origin(actor))
        .await;
    match renewed {
        Ok(signed_in) => Ok(tokens(&edge, &signed_in, shown.by_cookie)),
        Err(error) => {
            if error == SignInError::NotInForce {
                place.refused(&edge, "refresh");
            }
            let mut problem = Problem::from(error);
            if shown.by_cookie && problem.status == StatusCode::UNAUTHORIZED {
                problem.headers.push((SET_COOKIE, no_cookie()));
            }
            Err(problem)
        }
    }
}

/// `POST logout`, by the access token or a refresh token.
pub(super) async fn logout(
    _: Anyone,
    State(edge): State<Arc<Edge>>,
    place: Place,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Problem> {
    let now = edge.clock.now();
    let by_access = presented(&headers).and_then(|token| edge.accounts.visit(token, now));
    let whose = match by_access {
        Some(visit) => Some((visit.user.clone(), visit.login_id.clone())),
        None => {
            let shown = refresh_token(&headers, sent).await?.ok_or_else(no_refresh_token)?;
            edge.accounts.login_of(shown.token.expose_secret())
        }
    };
    if let Some((user, login)) = whose {
        let origin = place.origin(user.user_id.as_str());
        edge.accounts.sign_out(&user, &login, &origin).await?;
    }
    // Who has no login is logged out already.
    let mut response = Json(json!({"message": "Logged out"})).into_response();
    response.headers_mut().append(SET_COOKIE, no_cookie());
    Ok(response)
}

/// `POST logout-all`: ends all of one's logins and access tokens.
pub(super) async fn logout_all(oneself: Oneself, State(edge): State<Arc<Edge>>) -> Result<Response, Problem> {
    let id = &oneself.visit.user.user_id;
    edge.accounts
        .change_user(id, Keep::None, &oneself.origin(), |user, _| Ok(user.clone()))
        .await?;
    let mut response = Json(json!({"message": "Logged out everywhere"})).into_response();
    response.headers_mut().append(SET_COOKIE, no_cookie());
    Ok(response)
}

/// `GET me`: who one is, and what one has to do first.
pub(super) async fn me(oneself: Oneself) -> Json<Value> {
    let visit = &oneself.visit;
    let mut me = shown(&visit.user);
    me["login_id"] = json!(visit.login_id);
    me["access_until"] = json!(visit.expires_at);
    me["first_do"] = json!(visit.first_do.map(FirstDo::code));
    Json(me)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    current_password: SecretString,
    new_password: SecretString,
}

/// `PUT password {current_password, new_password}`: ends one's other logins, and gives this one a new access token.
pub(super) async fn password(
    oneself: Oneself,
    State(edge): State<Arc<Edge>>,
    sent: Body,
) -> Result<Json<Value>, Problem> {
    let asked: NewPassword = body::json(sent).await?;
    let visit = &oneself.visit;
    let address = oneself.address();
    edge.accounts
        .confirm(&visit.user, &asked.current_password, address)
        .await
        .map_err(|error| of_password(error, "current_password"))?;
    if asked.new_password.expose_secret() == asked.current_password.expose_secret() {
        return Err(Problem::invalid("new_password", "must be another than the current one"));
    }
    let changed = edge
        .accounts
        .choose_password(&visit.user, &visit.login_id, &asked.new_password, &oneself.origin())
        .await
        .map_err(|error| match error {
            StaffError::Invalid { detail, .. } => Problem::invalid("new_password", detail),
            other => other.into(),
        })?;
    Ok(Json(json!({
        "message": "Password changed; your other logins have ended",
        "access_token": access_token(&edge, &changed, &visit.login_id)?,
        "token_type": "bearer",
        "expires_in": ACCESS_LIFE.as_secs(),
    })))
}

/// `GET sessions`: one's logins that live, oldest first.
pub(super) async fn sessions(oneself: Oneself, State(edge): State<Arc<Edge>>) -> Json<Value> {
    let visit = &oneself.visit;
    let logins = edge.accounts.people.logins_of(&visit.user.user_id, edge.clock.now());
    let items: Vec<Value> = logins
        .iter()
        .map(|login| {
            let login = &login.value;
            json!({
                "login_id": login.login_id, "created_at": login.created_at, "renewed_at": login.rotated_at,
                "ends_at": login.idle_at.min(login.ends_at), "address": login.address, "agent": login.agent,
                "current": login.login_id == visit.login_id,
            })
        })
        .collect();
    Json(json!({"items": items}))
}

/// `DELETE sessions/{login_id}`: ends one of one's logins.
pub(super) async fn end_session(
    oneself: Oneself,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let unknown = || Problem::not_found("login");
    let id: LoginId = id.parse().map_err(|_| unknown())?;
    match edge
        .accounts
        .sign_out(&oneself.visit.user, &id, &oneself.origin())
        .await?
    {
        true => Ok(Json(json!({"message": "Logged out", "login_id": id}))),
        false => Err(unknown()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Totp {
    #[serde(default)]
    password: Option<SecretString>,
    #[serde(default)]
    code: Option<String>,
}

/// `POST totp {password}` offers a second factor; `POST totp {code}` confirms it with a code of it.
pub(super) async fn totp(oneself: Oneself, State(edge): State<Arc<Edge>>, sent: Body) -> Result<Json<Value>, Problem> {
    let asked: Totp = body::json(sent).await?;
    let visit = &oneself.visit;
    match (asked.password, asked.code) {
        (Some(password), None) => {
            edge.accounts
                .confirm(&visit.user, &password, oneself.address())
                .await
                .map_err(|error| of_password(error, "password"))?;
            let offer = edge
                .accounts
                .offer_second_factor(&visit.user, &oneself.origin())
                .await?;
            let codes: Vec<&str> = offer.recovery.iter().map(ExposeSecret::expose_secret).collect();
            Ok(Json(json!({
                "message": "Enter the secret in your authenticator, keep the recovery codes, then POST {code}",
                "secret": offer.secret.expose_secret(), "uri": offer.uri.expose_secret(), "recovery_codes": codes,
            })))
        }
        (None, Some(code)) => {
            let changed = edge
                .accounts
                .confirm_second_factor(
                    &visit.user,
                    &visit.login_id,
                    &code,
                    oneself.address(),
                    &oneself.origin(),
                )
                .await?;
            Ok(Json(json!({
                "message": "Second factor set up; your other logins have ended",
                "access_token": access_token(&edge, &changed, &visit.login_id)?,
                "token_type": "bearer",
                "expires_in": ACCESS_LIFE.as_secs(),
            })))
        }
        _ => Err(Problem::invalid(
            "password",
            "give either password, to begin, or code, to confirm",
        )),
    }
}

/// A new access token after a change that has ended the one before.
fn access_token(edge: &Edge, user: &User, login: &LoginId) -> Result<String, Problem> {
    let token = edge.accounts.access_token(user, login);
    Ok(token.expose_secret().to_owned())
}

/// A wrong password is the field's fault here, not the caller's.
fn of_password(error: SignInError, field: &'static str) -> Problem {
    match error {
        SignInError::Wrong => {
            Problem::new(StatusCode::FORBIDDEN, "wrong_password", "this is not your password").of_field(field)
        }
        other => other.into(),
    }
}

/// A refresh token as it was sent.
struct Shown {
    token: SecretString,
    by_cookie: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RefreshBody {
    refresh_token: Option<SecretString>,
}

async fn refresh_token(headers: &HeaderMap, sent: Body) -> Result<Option<Shown>, Problem> {
    let shown = |token: SecretString| Shown {
        token,
        by_cookie: false,
    };
    if let Some(token) = presented(headers) {
        return Ok(Some(shown(token.into())));
    }
    let bytes = body::read(sent, REQUEST_BYTES).await?;
    if !bytes.is_empty() {
        let sent: RefreshBody = json::object(json::strict(&bytes)?)?;
        if let Some(token) = sent.refresh_token {
            return Ok(Some(shown(token)));
        }
    }
    let Some(token) = cookie(headers, REFRESH_COOKIE) else {
        return Ok(None);
    };
    if !headers.contains_key(CSRF) {
        let detail = "a request that uses the cookie has to send the header X-CSRF: 1";
        return Err(Problem::new(StatusCode::FORBIDDEN, "csrf", detail).of_field("X-CSRF"));
    }
    Ok(Some(Shown {
        token: token.into(),
        by_cookie: true,
    }))
}

/// A cookie's value (RFC 6265, 5.4).
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(other, _)| *other == name)
        .map(|(_, value)| value)
}

fn set_cookie(value: &str, life: Duration) -> HeaderValue {
    let text = format!(
        "{REFRESH_COOKIE}={value}; Path={COOKIE_PATH}; Max-Age={}; HttpOnly; Secure; SameSite=Strict",
        life.as_secs()
    );
    let mut value = HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

fn no_cookie() -> HeaderValue {
    set_cookie("", Duration::ZERO)
}

fn no_refresh_token() -> Problem {
    let detail = "send the refresh token in Authorization: Bearer, as refresh_token in the body, or as the cookie";
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
}

/// `{access_token, refresh_token, token_type, expires_in, user}`.
fn tokens(edge: &Edge, signed_in: &SignedIn, as_cookie: bool) -> Response {
    let user = &signed_in.user;
    let mut answer = json!({
        "access_token": signed_in.access_token.expose_secret(),
        "token_type": "bearer",
        "expires_in": ACCESS_LIFE.as_secs(),
        "user": {"user_id": user.user_id, "email": user.email, "name": user.name, "role": user.role,
                 "company_ids": user.company_ids},
        "first_do": signed_in.first_do.map(FirstDo::code),
    });
    if !as_cookie {
        answer["refresh_token"] = signed_in.refresh_token.expose_secret().into();
        return Json(answer).into_response();
    }
    let life = signed_in.refresh_until.since(edge.clock.now());
    let mut response = Json(answer).into_response();
    let cookie = set_cookie(signed_in.refresh_token.expose_secret(), life);
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        let said = error.to_string();
        let unauthorized = |code| Self::new(StatusCode::UNAUTHORIZED, code, said.clone());
        match error {
            SignInError::Wrong => unauthorized("wrong_credentials"),
            SignInError::CodeNeeded => unauthorized("second_factor_needed").of_field("totp"),
            SignInError::WrongCode => unauthorized("wrong_code").of_field("totp"),
            SignInError::NotInForce => unauthorized("unauthorized"),
            SignInError::Throttled(wait) => {
                let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", said);
                problem.retry_after = Some(wait);
                problem
            }
            SignInError::Busy => Self::unavailable("overloaded", said, Duration::from_secs(2)),
            SignInError::Call(error) => error.into(),
        }
    }
}

impl From<StaffError> for Problem {
    fn from(error: StaffError) -> Self {
        let said = error.to_string();
        match error {
            StaffError::Invalid { field, detail } => Self::invalid(field, detail),
            StaffError::Taken => Self::new(StatusCode::CONFLICT, "conflict", said).of_field("email"),
            StaffError::Unknown => Self::not_found("user"),
            StaffError::LastAdmin => Self::new(StatusCode::CONFLICT, "last_admin", said),
            StaffError::HasSecondFactor | StaffError::NoOffer => Self::new(StatusCode::CONFLICT, "conflict", said),
            StaffError::WrongCode => Self::new(StatusCode::FORBIDDEN, "wrong_code", said).of_field("code"),
            StaffError::Throttled(wait) => SignInError::Throttled(wait).into(),
            StaffError::Busy => SignInError::Busy.into(),
            StaffError::Call(error) => error.into(),
        }
    }
}

impl Oneself {
    /// As one is journalled.
    fn origin(&self) -> Origin {
        self.caller.origin()
    }

    fn address(&self) -> IpAddr {
        self.caller.address().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }
}
