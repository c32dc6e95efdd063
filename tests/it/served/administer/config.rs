//! What a company has, and its configuration as one document.

use super::*;

#[tokio::test]
async fn assets_are_kept_and_a_critical_one_makes_its_incidents_more_urgent() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = boss(&server, &acme).await;
    assert_eq!(send(&server, &acme).await, 200);
    server.settle(&acme).await;
    let sent = ask(
        &server,
        &boss,
        Method::POST,
        "/api/companies/comp-acme/test-alert",
        Value::Null,
    )
    .await
    .json();
    server.settle(&acme).await;
    let seen = server
        .get(&acme, &format!("/api/alerts/{}", sent["alert_id"].as_str().unwrap()))
        .await
        .json();
    assert_eq!(
        (&seen["state"], &seen["labels"]["test"]),
        (&json!("placed"), &json!("true"))
    );
    let of_web = "/api/incidents?signature=disk";
    let urgency = async || {
        server.get(&acme, of_web).await.json()["items"][0]["priority_score"]
            .as_i64()
            .unwrap()
    };
    let ordinary = urgency().await;
    let assets = "/api/companies/comp-acme/assets";
    let put = async |name: &str, body: Value| ask(&server, &boss, Method::PUT, &format!("{assets}/{name}"), body).await;
    assert_eq!(
        put("web-1", json!({"depends_on": ["db-1"]})).await.problem(400),
        "assets",
        "there is no db-1 yet"
    );
    assert_eq!(put("db-1", json!({"criticality": "high"})).await.status, 200);
    assert_eq!(
        put("web-1", json!({"criticality": "critical", "depends_on": ["db-1"]}))
            .await
            .status,
        200
    );
    assert_eq!(urgency().await, ordinary + 20);
    assert_eq!(
        put("db-1", json!({"depends_on": ["web-1"]})).await.problem(400),
        "assets",
        "a circle"
    );
    assert_eq!(
        put("db-1", json!({"criticality": "grave"})).await.problem(400),
        "criticality"
    );
    let remove = async |name: &str| ask(&server, &boss, Method::DELETE, &format!("{assets}/{name}"), Value::Null).await;
    remove("db-1").await.problem(400);
    assert_eq!((remove("web-1").await.status, remove("db-1").await.status), (200, 200));
    remove("db-1").await.problem(404);
    assert_eq!(urgency().await, ordinary);
    let odd = "r%C3%A4ck%20%2F1";
    assert_eq!(put(odd, json!({})).await.json()["name"], "räck /1");
    assert_eq!(server.get(&acme, assets).await.json()["items"][0]["name"], "räck /1");
    server.stop().await;
}

#[tokio::test]
async fn a_configuration_is_taken_out_compared_and_put_in_force_whole() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let boss = boss(&server, &acme).await;
    let path = "/api/companies/comp-acme/config";
    let before = ask(&server, &boss, Method::GET, path, Value::Null).await.json();
    let again = ask(&server, &boss, Method::PUT, path, before.clone()).await.json();
    assert_eq!(
        again,
        json!({"applied": true, "changes": {}}),
        "what was taken out changes nothing"
    );
    let mut wanted = before.clone();
    wanted["name"] = json!("Acme & Sons");
    wanted["correlation"]["window_minutes"] = json!(5);
    wanted["assets"] = json!({"db-1": {"criticality": "critical"}, "web-1": {"depends_on": ["db-1"]}});
    let dry = ask(
        &server,
        &boss,
        Method::PUT,
        &format!("{path}?dry_run=true"),
        wanted.clone(),
    )
    .await
    .json();
    assert_eq!(dry["applied"], false);
    assert_eq!(
        dry["changes"]["correlation.window_minutes"],
        json!({"before": 15, "after": 5})
    );
    let names: Vec<&String> = dry["changes"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["assets.db-1", "assets.web-1", "correlation.window_minutes", "name"]
    );
    assert_eq!(
        ask(&server, &boss, Method::GET, path, Value::Null).await.json(),
        before,
        "nothing was done"
    );
    let done = ask(&server, &boss, Method::PUT, path, wanted.clone()).await.json();
    assert_eq!((&done["applied"], &done["changes"]), (&json!(true), &dry["changes"]));
    let after = ask(&server, &boss, Method::GET, path, Value::Null).await.json();
    assert_eq!(
        (&after["name"], &after["assets"]["web-1"]["depends_on"]),
        (&json!("Acme & Sons"), &json!(["db-1"]))
    );
    let company = server.get(&acme, "/api/companies/comp-acme").await.json();
    assert_eq!(company["correlation"]["window_minutes"], 5);
    wanted["assets"]["web-1"]["depends_on"] = json!(["nobody"]);
    wanted["name"] = json!("Never");
    assert_eq!(
        ask(&server, &boss, Method::PUT, path, wanted.clone())
            .await
            .problem(400),
        "assets"
    );
    wanted["mystery"] = json!(1);
    assert_eq!(
        ask(&server, &boss, Method::PUT, path, wanted).await.problem(400),
        "mystery"
    );
    assert_eq!(
        ask(&server, &boss, Method::GET, path, Value::Null).await.json(),
        after,
        "whole or not at all"
    );
    server.stop().await;
}

#[tokio::test]
async fn a_configuration_that_another_has_changed_since_is_not_put_in_force() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    server.company("comp-globex").await;
    let (boss, root) = (boss(&server, &acme).await, server.msp_admin().await);
    let path = "/api/companies/comp-acme/config";
    let taken_out = ask(&server, &boss, Method::GET, path, Value::Null).await;
    let (tag, document) = (taken_out.header("etag").to_owned(), taken_out.json());
    assert_eq!(document["company_id"], "comp-acme");
    assert_eq!(
        document["correlation"]["version"],
        Value::Null,
        "that is ours, and noise in git"
    );
    let put = async |tag: &str, document: &Value| {
        let mut headers = boss.headers();
        headers.insert("if-match", tag.parse().unwrap());
        server.ask(Method::PUT, path, headers, document.to_string()).await
    };
    // Another changes what is not even in the same section.
    let asset = format!("{}/assets/db-1", path.trim_end_matches("/config"));
    ask(&server, &boss, Method::PUT, &asset, json!({"criticality": "critical"})).await;
    let mut mine = document.clone();
    mine["name"] = json!("Mine");
    let stale = put(&tag, &mine).await;
    assert_eq!(stale.problem(412), "If-Match");
    let now = ask(&server, &boss, Method::GET, path, Value::Null).await;
    assert_eq!(
        (&now.json()["name"], &now.json()["assets"]["db-1"]["criticality"]),
        (&document["name"], &json!("critical"))
    );
    mine["assets"] = now.json()["assets"].clone();
    assert_eq!(put(now.header("etag"), &mine).await.json()["applied"], true);
    assert_eq!(
        put(now.header("etag"), &mine).await.status,
        412,
        "one's own change counts too"
    );
    let other = "/api/companies/comp-globex/config";
    assert_eq!(
        ask(&server, &root, Method::PUT, other, mine.clone()).await.problem(400),
        "company_id"
    );
    mine.as_object_mut().unwrap().remove("company_id");
    assert_eq!(
        ask(&server, &root, Method::PUT, other, mine).await.json()["applied"],
        true,
        "as a pattern"
    );
    server.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_named_where_it_stands() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    let wrong = [
        (
            Method::PUT,
            "/api/companies/comp-acme/correlation",
            json!({"window_minutes": 99}),
            "window_minutes",
        ),
        (
            Method::PUT,
            "/api/companies/comp-acme/rate-limit",
            json!({"burst_size": 1}),
            "burst_size",
        ),
        (
            Method::PUT,
            "/api/companies/comp-acme/config",
            json!({"name": "x", "rate_limit": {"burst_size": 1}}),
            "rate_limit.burst_size",
        ),
        (Method::POST, "/api/companies", json!({"name": "a\u{202e}b"}), "name"),
        (Method::POST, "/api/companies", json!({"name": "x", "id": ".."}), "id"),
        (
            Method::POST,
            "/api/users",
            json!({"email": "a@b.example", "role": "technician", "company_ids": ["comp-none"]}),
            "company_ids",
        ),
        (
            Method::POST,
            "/api/users",
            json!({"email": "ro\u{200b}ot@example.com", "role": "msp_admin"}),
            "email",
        ),
    ];
    for (method, path, body, field) in wrong {
        assert_eq!(
            ask(&server, &root, method, path, body.clone()).await.problem(400),
            field,
            "{body}"
        );
    }
    let path = "/api/companies/comp-acme/assets/%FF";
    assert_eq!(
        ask(&server, &root, Method::PUT, path, json!({})).await.problem(400),
        "path"
    );
    drop(acme);
    server.stop().await;
}
