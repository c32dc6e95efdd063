//! Amazon SNS as a double: a topic that signs what it sends, a certificate, and links that confirm.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, SigningKey};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::serving::serve;

pub const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:alarms";
const HOST: &str = "https://sns.eu-central-1.amazonaws.com";

/// The double; it ends with the test.
pub struct Sns {
    pub url: String,
    /// Its certificate.
    pub pem: String,
    key: KeyPair,
    /// How often the certificate was fetched, and a subscription confirmed.
    pub fetched: Arc<AtomicUsize>,
    pub confirmed: Arc<AtomicUsize>,
    _serving: JoinSet<()>,
}

impl Sns {
    pub async fn start() -> Self {
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let params = CertificateParams::new(vec!["sns.amazonaws.com".to_owned()]).unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let (fetched, confirmed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counted = fetched.clone();
        let served = pem.clone();
        let certificate = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            std::future::ready(served.clone())
        };
        let counted = confirmed.clone();
        let confirm = move |RawQuery(query): RawQuery| {
            let query = query.unwrap_or_default();
            let answer: Response = match query.contains("Token=elsewhere") {
                true => Redirect::temporary("http://127.0.0.1:1/").into_response(),
                false => {
                    counted.fetch_add(1, Ordering::SeqCst);
                    StatusCode::OK.into_response()
                }
            };
            std::future::ready(answer)
        };
        let app = Router::new()
            .route("/cert.pem", get(certificate))
            .route("/long.pem", get(|| std::future::ready("x".repeat(100_000))))
            .route("/odd.pem", get(|| std::future::ready("no certificate")))
            .route("/", get(confirm));
        let (url, serving) = serve(app).await;
        Self {
            url,
            pem,
            key,
            fetched,
            confirmed,
            _serving: serving,
        }
    }

    /// A message as SNS sends it; what is changed in it is signed, but for the signature itself.
    pub fn message(&self, kind: &str, at: &str, change: impl FnOnce(&mut Value)) -> Value {
        let mut message = json!({
            "Type": kind, "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": TOPIC,
            "Message": "{}", "Timestamp": at, "SignatureVersion": "2", "SigningCertURL": format!("{HOST}/cert.pem"),
        });
        match kind {
            "Notification" => message["UnsubscribeURL"] = json!(format!("{HOST}/?Action=Unsubscribe")),
            _ => {
                message["Token"] = json!("t");
                message["SubscribeURL"] = json!(format!("{HOST}/?Action=ConfirmSubscription&Token=t"));
            }
        }
        change(&mut message);
        let names: &[&str] = match kind {
            "Notification" => &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
            _ => &[
                "Message",
                "MessageId",
                "SubscribeURL",
                "Timestamp",
                "Token",
                "TopicArn",
                "Type",
            ],
        };
        let told = names.iter().filter_map(|name| Some((name, message[name].as_str()?)));
        let signed: String = told.map(|(name, value)| format!("{name}\n{value}\n")).collect();
        let signature = self.key.sign(signed.as_bytes()).unwrap();
        message["Signature"] = json!(STANDARD.encode(signature));
        message
    }
}
