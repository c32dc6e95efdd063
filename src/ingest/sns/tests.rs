use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, SigningKey};
use serde_json::{Value, json};

use super::*;

const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:alarms";

fn notification() -> Value {
    json!({
        "Type": "Notification", "MessageId": "m-1", "TopicArn": TOPIC, "Subject": "ALARM: \"disk\"",
        "Message": "{\"AlarmName\":\"disk\"}", "Timestamp": "2026-11-27T10:00:00.000Z", "SignatureVersion": "2",
        "Signature": "", "SigningCertURL": "https://sns.eu-central-1.amazonaws.com/cert.pem",
        "UnsubscribeURL": "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe",
    })
}

fn intake() -> Intake {
    Intake {
        sns_topics: [TOPIC.to_owned()].into(),
        ..Intake::default()
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn what_is_signed_is_as_the_guide_of_sns_says() {
    let body = notification().to_string();
    let message = Message::of(body.as_bytes()).unwrap();
    assert_eq!(
        message.signed(),
        format!(
            "Message\n{{\"AlarmName\":\"disk\"}}\nMessageId\nm-1\nSubject\nALARM: \"disk\"\nTimestamp\n2026-11-27T10:00:00.000Z\n\
             TopicArn\n{TOPIC}\nType\nNotification\n"
        )
    );
    let mut asks = notification();
    asks["Type"] = json!("SubscriptionConfirmation");
    asks["Token"] = json!("t");
    asks["SubscribeURL"] = json!("https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription");
    let body = asks.to_string();
    assert_eq!(
        Message::of(body.as_bytes()).unwrap().signed(),
        format!(
            "Message\n{{\"AlarmName\":\"disk\"}}\nMessageId\nm-1\nSubscribeURL\n\
             https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription\nTimestamp\n2026-11-27T10:00:00.000Z\n\
             Token\nt\nTopicArn\n{TOPIC}\nType\nSubscriptionConfirmation\n"
        )
    );
    assert_eq!(Message::of(br#"{"AlarmName":"disk"}"#), None, "no envelope");
}

#[test]
fn a_signature_holds_for_its_message_and_certificate_alone() {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let certificate = |key: &KeyPair| {
        let params = CertificateParams::new(vec!["sns.amazonaws.com".to_owned()]).unwrap();
        params.self_signed(key).unwrap().der().clone()
    };
    let mut body = notification();
    let text = body.to_string();
    let signed = Message::of(text.as_bytes()).unwrap().signed();
    body["Signature"] = json!(STANDARD.encode(key.sign(signed.as_bytes()).unwrap()));
    let holds = |body: &Value, key: &KeyPair| {
        let text = body.to_string();
        Message::of(text.as_bytes()).unwrap().is_signed_with(&certificate(key))
    };
    assert!(holds(&body, &key));
    let other = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    assert!(!holds(&body, &other));
    for field in ["Message", "MessageId", "Subject", "Timestamp", "TopicArn"] {
        let mut forged = body.clone();
        forged[field] = json!(format!("{}x", forged[field].as_str().unwrap()));
        assert!(!holds(&forged, &key), "{field}");
    }
    for signature in ["", "????", "AAAA"] {
        let mut forged = body.clone();
        forged["Signature"] = json!(signature);
        assert!(!holds(&forged, &key), "{signature}");
    }
}

#[tokio::test]
async fn nothing_is_fetched_for_what_is_wrong_already() {
    // Who asked this way out would be told that nobody listens.
    let outside = Outside::new(Some("http://127.0.0.1:1")).unwrap();
    let now = at("2026-11-27T10:01:00Z");
    let check = async |change: fn(&mut Value), now: Timestamp| {
        let mut body = notification();
        change(&mut body);
        let text = body.to_string();
        Message::of(text.as_bytes())
            .unwrap()
            .verify(&intake(), now, &outside)
            .await
            .unwrap_err()
            .field()
    };
    assert_eq!(
        check(|body| body["TopicArn"] = json!("arn:aws:sns:x:1:y"), now).await,
        "TopicArn"
    );
    assert_eq!(
        check(|body| body["SignatureVersion"] = json!("1"), now).await,
        "SignatureVersion"
    );
    assert_eq!(
        check(|body| body["Timestamp"] = json!("yesterday"), now).await,
        "Timestamp"
    );
    assert_eq!(check(|_| {}, at("2026-11-28T09:01:00Z")).await, "Timestamp", "too old");
    assert_eq!(
        check(|_| {}, at("2026-11-27T09:54:00Z")).await,
        "Timestamp",
        "of the future"
    );
    let elsewhere = |body: &mut Value| body["SigningCertURL"] = json!("https://evil.example/cert.pem");
    assert_eq!(check(elsewhere, now).await, "SigningCertURL");
    assert_eq!(check(|_| {}, now).await, "SigningCertURL", "nobody listens");
}

proptest! {
    #[test]
    fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Some(message) = Message::of(&body) {
            drop(message.signed());
        }
    }
}
