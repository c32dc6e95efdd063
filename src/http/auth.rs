//! Logging in and out, and one's own account: `/api/auth/*`.
//!
//! A program gets its refresh token in the answer's body. A page asks for a cookie (`cookie: true`) that no script
//! can read, and then has to send `X-CSRF: 1` with every request that uses it, which another site's page cannot. Such a
//! login is for pages of ours alone, by their `Origin`.

mod problems;
mod refresh_token;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actors::domain::ids::LoginId;
use actors::domain::{CompanyId, Origin, Timestamp};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::problems::of_password;
use self::refresh_token::{
    Cookie, LoggedOut, RefreshBody, Tokens, WithCookie, logged_out, no_refresh_token, refresh_token, tokens,
};
use super::Edge;
use super::body::{Sent, SentOrNot};
use super::caller::{API_KEY, Place, presented};
use super::gate::Anyone;
use super::origin;
use super::page::Items;
use super::problem::{Code, Problem};
use super::rights::Oneself;
use crate::accounts::refusals::Refusal;
use crate::accounts::sign_in::{Credentials, SignInError};
use crate::accounts::staff::{Keep, ShownUser, StaffError, shown};
use crate::accounts::token::ACCESS_LIFE;
use crate::accounts::user::{User, normal_email};
use crate::accounts::visit::FirstDo;
use crate::telemetry;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LoginRequest)]
pub(super) struct Login {
    email: String,
    #[schema(value_type = String)]
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
    headers: HeaderMap,
    Sent(login): Sent<Login>,
) -> Result<WithCookie<Tokens>, Problem> {
    if login.cookie {
        // Another site's page must not have a browser go on as somebody else (CWE-352).
        origin::of_ours(&edge, &headers)?;
    }
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
        .inspect_err(|error| not_let_in(&edge, &place, &login.email, error))?;
    let as_cookie = login.cookie.then(|| Cookie::for_page(&headers));
    Ok(tokens(&edge, &signed_in, as_cookie))
}

/// Counts a login that was refused, and notes it for the journal where something was judged.
fn not_let_in(edge: &Edge, place: &Place, email: &str, error: &SignInError) {
    let why = match error {
        SignInError::Call(_) => return,
        SignInError::Busy => "busy",
        SignInError::Throttled(_) => "throttled",
        _ => "wrong",
    };
    metrics::counter!(telemetry::LOGINS_REFUSED, "why" => why).increment(1);
    if *error != SignInError::Busy {
        refused(edge, place, email);
    }
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
    SentOrNot(sent): SentOrNot<RefreshBody>,
) -> Result<WithCookie<Tokens>, Problem> {
    let shown = refresh_token(&headers, sent)?.ok_or_else(no_refresh_token)?;
    let cookie = Cookie::for_page(&headers);
    let renewed = edge
        .accounts
        .renew(shown.token.expose_secret(), &|actor| place.origin(actor))
        .await;
    match renewed {
        Ok(signed_in) => Ok(tokens(&edge, &signed_in, shown.by_cookie.then_some(cookie))),
        Err(error) => {
            if error == SignInError::NotInForce {
                place.refused(&edge, "refresh");
            }
            let mut problem = Problem::from(error);
            if shown.by_cookie && problem.status == StatusCode::UNAUTHORIZED {
                problem.headers.push((SET_COOKIE, cookie.clear()));
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
    SentOrNot(sent): SentOrNot<RefreshBody>,
) -> Result<WithCookie<LoggedOut>, Problem> {
    let now = edge.clock.now();
    let shown = presented(&headers)?;
    if headers.contains_key(API_KEY) || shown.is_some_and(|token| edge.keyring.bearer(token, now).is_some()) {
        let detail = "an API key has no login that could end; send an access token or a refresh token";
        return Err(Problem::new(Code::Unauthorized, detail));
    }
    if let Some(visit) = shown.and_then(|token| edge.accounts.visit(token, now)) {
        let origin = place.origin(visit.user.user_id.as_str());
        edge.accounts.sign_out(&visit.user, &visit.login_id, &origin).await?;
    } else {
        let shown = refresh_token(&headers, sent)?.ok_or_else(no_refresh_token)?;
        let token = shown.token.expose_secret();
        edge.accounts.give_back(token, &|actor| place.origin(actor)).await?;
    }
    // Who has no login is logged out already.
    Ok(logged_out("Logged out", Cookie::for_page(&headers)))
}

/// `POST logout-all`: ends all of one's logins and access tokens.
pub(super) async fn logout_all(
    oneself: Oneself,
    State(edge): State<Arc<Edge>>,
    headers: HeaderMap,
) -> Result<WithCookie<LoggedOut>, Problem> {
    let id = &oneself.visit.user.user_id;
    edge.accounts
        .change_user(id, Keep::None, &oneself.origin(), |user, _| Ok(user.clone()))
        .await?;
    Ok(logged_out("Logged out everywhere", Cookie::for_page(&headers)))
}

/// Who one is.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    #[serde(flatten)]
    user: ShownUser,
    login_id: LoginId,
    /// How long the access token is good.
    access_until: Timestamp,
    first_do: Option<FirstDo>,
}

/// `GET me`: who one is, and what one has to do first.
pub(super) async fn me(oneself: Oneself) -> Json<Me> {
    let visit = &oneself.visit;
    Json(Me {
        user: shown(&visit.user),
        login_id: visit.login_id.clone(),
        access_until: visit.expires_at,
        first_do: visit.first_do,
    })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordChange)]
pub(super) struct NewPassword {
    #[schema(value_type = String)]
    current_password: SecretString,
    #[schema(value_type = String)]
    new_password: SecretString,
}

/// `PUT password {current_password, new_password}`: ends one's other logins, and gives this one a new access token.
pub(super) async fn password(
    oneself: Oneself,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<NewPassword>,
) -> Result<Json<NewAccess>, Problem> {
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
    let message = "Password changed; your other logins have ended";
    Ok(Json(NewAccess::of(&edge, message, &changed, &visit.login_id)))
}

/// A login.
#[derive(Serialize, ToSchema)]
pub(super) struct LoginLine {
    login_id: LoginId,
    created_at: Timestamp,
    renewed_at: Timestamp,
    /// When it ends unless it is renewed.
    ends_at: Timestamp,
    address: Option<String>,
    /// What the client called itself.
    agent: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

/// `GET sessions`: one's logins that live, oldest first.
pub(super) async fn sessions(oneself: Oneself, State(edge): State<Arc<Edge>>) -> Json<Items<LoginLine>> {
    let visit = &oneself.visit;
    let logins = edge.accounts.people.logins_of(&visit.user.user_id, edge.clock.now());
    let lines = logins.iter().map(|login| {
        let login = &login.value;
        LoginLine {
            login_id: login.login_id.clone(),
            created_at: login.created_at,
            renewed_at: login.rotated_at,
            ends_at: login.idle_at.min(login.ends_at),
            address: login.address.clone(),
            agent: login.agent.clone(),
            current: login.login_id == visit.login_id,
        }
    });
    Json(lines.collect())
}

/// An ended login.
#[derive(Serialize, ToSchema)]
pub(super) struct EndedLogin {
    message: &'static str,
    login_id: LoginId,
}

/// `DELETE sessions/{login_id}`: ends one of one's logins.
pub(super) async fn end_session(
    oneself: Oneself,
    State(edge): State<Arc<Edge>>,
    Path(id): Path<String>,
) -> Result<Json<EndedLogin>, Problem> {
    let unknown = || Problem::not_found("login");
    let id: LoginId = id.parse().map_err(|_| unknown())?;
    match edge
        .accounts
        .sign_out(&oneself.visit.user, &id, &oneself.origin())
        .await?
    {
        true => Ok(Json(EndedLogin {
            message: "Logged out",
            login_id: id,
        })),
        false => Err(unknown()),
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecondFactorRequest)]
pub(super) struct Totp {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    password: Option<SecretString>,
    #[serde(default)]
    code: Option<String>,
}

/// `POST totp {password}` offers a second factor; `POST totp {code}` confirms it with a code of it.
pub(super) async fn totp(
    oneself: Oneself,
    State(edge): State<Arc<Edge>>,
    Sent(asked): Sent<Totp>,
) -> Result<Json<SecondFactorStep>, Problem> {
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
            let codes = offer.recovery.iter().map(|code| code.expose_secret().to_owned());
            Ok(Json(SecondFactorStep::Offered {
                message: "Enter the secret in your authenticator, keep the recovery codes, then POST {code}",
                secret: offer.secret.expose_secret().to_owned(),
                uri: offer.uri.expose_secret().to_owned(),
                recovery_codes: codes.collect(),
            }))
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
            let message = "Second factor set up; your other logins have ended";
            let access = NewAccess::of(&edge, message, &changed, &visit.login_id);
            Ok(Json(SecondFactorStep::Confirmed(access)))
        }
        _ => Err(Problem::invalid(
            "password",
            "give either password, to begin, or code, to confirm",
        )),
    }
}

/// A step of setting a second factor up.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum SecondFactorStep {
    /// To be confirmed with a code.
    Offered {
        message: &'static str,
        /// In Base32. Shown once.
        secret: String,
        /// `otpauth://`, for a QR code.
        uri: String,
        /// Each good once, where the authenticator is lost. Shown once.
        recovery_codes: Vec<String>,
    },
    /// In force.
    Confirmed(NewAccess),
}

/// A new access token after a change that has ended the one before.
#[derive(Serialize, ToSchema)]
pub(super) struct NewAccess {
    message: &'static str,
    access_token: String,
    /// `bearer`.
    token_type: &'static str,
    /// In seconds.
    expires_in: u64,
}

impl NewAccess {
    fn of(edge: &Edge, message: &'static str, user: &User, login: &LoginId) -> Self {
        Self {
            message,
            access_token: edge.accounts.access_token(user, login).expose_secret().to_owned(),
            token_type: "bearer",
            expires_in: ACCESS_LIFE.as_secs(),
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
