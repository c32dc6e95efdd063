//! A company's API keys and webhook secrets.

use super::*;

#[tokio::test]
async fn a_key_is_good_from_its_making_to_its_end() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = boss(&server, &acme).await;
    let keys = "/api/companies/comp-acme/api-keys";
    server.clock.advance(Duration::from_secs(1));
    let end = server.clock.now().plus(Duration::from_secs(3600));
    let asked = json!({"name": "zabbix", "scopes": ["ingest"], "expires_at": end});
    let made = ask(&server, &boss, Method::POST, keys, asked).await.json();
    let zabbix = Company {
        key: made["api_key"].as_str().unwrap().to_owned(),
        ..acme.clone()
    };
    let listed = ask(&server, &boss, Method::GET, keys, Value::Null).await;
    assert!(
        !listed.text.contains("awk_") && !listed.text.contains("hash"),
        "{}",
        listed.text
    );
    let item = |listed: &Answer| listed.json()["items"][1].clone();
    assert_eq!(
        (&item(&listed)["name"], &item(&listed)["last_used_at"]),
        (&json!("zabbix"), &Value::Null)
    );
    assert_eq!(send(&server, &zabbix).await, 200);
    server.get(&zabbix, "/api/incidents").await.problem(403);
    let used = item(&ask(&server, &boss, Method::GET, keys, Value::Null).await);
    assert!(used["last_used_at"].is_string(), "{used}");

    server.clock.advance(Duration::from_secs(3600));
    assert_eq!(send(&server, &zabbix).await, 401, "it has expired");
    let boss = server.person("boss2@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let first = ask(&server, &boss, Method::GET, keys, Value::Null).await.json()["items"][0]["key_id"].clone();
    let path = format!("{keys}/{}", first.as_str().unwrap());
    assert_eq!(send(&server, &acme).await, 200);
    let mut stream = server
        .stream(
            Method::GET,
            "/api/events",
            crate::support::server::key(&acme),
            String::new(),
        )
        .await;
    for _ in 0..2 {
        assert_eq!(
            ask(&server, &boss, Method::DELETE, &path, Value::Null).await.status,
            200
        );
    }
    assert_eq!(send(&server, &acme).await, 401, "it is revoked");
    while stream.next().await.is_some_and(|event| event.name != "ended") {}
    for (body, field) in [
        (json!({"name": "x", "scopes": []}), "scopes"),
        (json!({"name": "x", "scopes": ["act"]}), "scopes[0]"),
        (json!({"name": "", "scopes": ["read"]}), "name"),
        (
            json!({"name": "x", "scopes": ["read"], "expires_at": "2001-01-01T00:00:00Z"}),
            "expires_at",
        ),
        (
            json!({"name": "x", "scopes": ["read"], "company_id": "comp-other"}),
            "company_id",
        ),
        (json!({"name": "x", "scopes": ["read"], "key_hash": "00"}), "key_hash"),
    ] {
        assert_eq!(
            ask(&server, &boss, Method::POST, keys, body.clone()).await.problem(400),
            field,
            "{body}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn two_secrets_live_while_one_takes_over_from_the_other() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = boss(&server, &acme).await;
    let secrets = "/api/companies/comp-acme/webhook-secrets";
    server.clock.advance(Duration::from_secs(1));
    let made = ask(&server, &boss, Method::POST, secrets, json!({"overlap_minutes": 60}))
        .await
        .json();
    let next = Company {
        secret: made["webhook_secret"].as_str().unwrap().to_owned(),
        ..acme.clone()
    };
    assert_eq!((send(&server, &acme).await, send(&server, &next).await), (200, 200));
    ask(&server, &boss, Method::POST, secrets, Value::Null)
        .await
        .problem(409);
    server.clock.advance(Duration::from_secs(3600));
    assert_eq!((send(&server, &acme).await, send(&server, &next).await), (401, 200));
    let boss = server.person("boss2@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let listed = ask(&server, &boss, Method::GET, secrets, Value::Null).await;
    assert!(
        !listed.text.contains("whsec_") && !listed.text.contains("sealed"),
        "{}",
        listed.text
    );
    let live: Vec<bool> = listed.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["live"] == true)
        .collect();
    assert_eq!(live, [false, true]);
    let only = format!("{secrets}/{}", made["secret_id"].as_str().unwrap());
    ask(&server, &boss, Method::DELETE, &only, Value::Null)
        .await
        .problem(409);
    let third = ask(&server, &boss, Method::POST, secrets, Value::Null).await.json();
    let third = Company {
        secret: third["webhook_secret"].as_str().unwrap().to_owned(),
        ..acme.clone()
    };
    assert_eq!(
        ask(&server, &boss, Method::DELETE, &only, Value::Null).await.status,
        200
    );
    assert_eq!((send(&server, &next).await, send(&server, &third).await), (401, 200));
    server.stop().await;
}

#[tokio::test]
async fn when_a_key_was_last_used_is_known_after_a_restart() {
    let home = Home::on(engine());
    let server = Server::start_in(&home).await;
    let acme = server.company("comp-acme").await;
    let boss = boss(&server, &acme).await;
    let used_at = async |server: &Server| {
        let keys = server.get_as(&boss, "/api/companies/comp-acme/api-keys").await.json();
        keys["items"][0]["last_used_at"].clone()
    };
    assert_eq!(used_at(&server).await, Value::Null);
    server.clock.advance(Duration::from_secs(60));
    server.get(&acme, "/api/incidents").await;
    let now = json!(server.clock.now());
    assert_eq!(used_at(&server).await, now);
    server.stop().await;
    let server = Server::start_in(&home).await;
    assert_eq!(used_at(&server).await, now);
    server.stop().await;
}
