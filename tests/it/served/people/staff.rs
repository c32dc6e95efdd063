//! Who administers whom, and that it holds at once.

use std::collections::BTreeSet;

use alert_whisperer::accounts::rights::Role;

use super::*;

#[tokio::test]
async fn a_change_of_rights_holds_at_once() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let globex = server.company("comp-globex").await;
    let root = server.msp_admin().await;
    let ann = server
        .person("ann@acme.example", Role::Technician, &[&acme, &globex])
        .await;
    let of = |company: &str| format!("/api/incidents?company_id={company}");
    assert_eq!(server.get_as(&ann, "/api/incidents").await.problem(400), "company_id");
    assert_eq!(server.get_as(&ann, &of("comp-globex")).await.status, 200);
    let patch = async |body: Value| {
        let path = format!("/api/users/{}", ann.id);
        server.ask(Method::PATCH, &path, root.headers(), body.to_string()).await
    };
    assert_eq!(patch(json!({"company_ids": ["comp-acme"]})).await.status, 200);
    assert!(!is_in(&server, &ann).await, "her access token has ended");
    let again = person(&renew(&server, &ann.refresh).await);
    assert_eq!(server.get_as(&again, "/api/incidents").await.status, 200);
    let anothers = server.get_as(&again, &of("comp-globex")).await;
    let unknown = server.get_as(&again, &of("comp-never")).await;
    assert_eq!(
        (anothers.problem(404), anothers.without_trace()),
        (unknown.problem(404), unknown.without_trace())
    );

    assert_eq!(patch(json!({"disabled": true})).await.status, 200);
    assert!(!is_in(&server, &again).await);
    renew(&server, &again.refresh).await.problem(401);
    login(&server, "ann@acme.example", PASSWORD).await.problem(401);
    assert_eq!(patch(json!({"disabled": false})).await.status, 200);
    assert_eq!(login(&server, "ann@acme.example", PASSWORD).await.status, 200);
    for (body, field) in [
        (json!({"company_ids": []}), "company_ids"),
        (json!({"company_ids": ["comp-never"]}), "company_ids"),
        (json!({"role": "god"}), "role"),
        (json!({"epoch": 7}), "epoch"),
        (json!({"password": "x"}), "password"),
    ] {
        let refused = patch(body.clone()).await;
        assert!([400, 404].contains(&refused.status), "{body}: {}", refused.text);
        assert_eq!(refused.json()["field"], field, "{body}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_companys_admin_administers_its_technicians_alone() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let globex = server.company("comp-globex").await;
    let boss = server.person("boss@acme.example", Role::CompanyAdmin, &[&acme]).await;
    let own = server.person("own@acme.example", Role::Technician, &[&acme]).await;
    let both = server
        .person("both@acme.example", Role::Technician, &[&acme, &globex])
        .await;
    let theirs = server.technician(&globex).await;
    let seen = server.get_as(&boss, "/api/users").await.json();
    let emails: BTreeSet<&str> = seen["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["email"].as_str().unwrap())
        .collect();
    assert_eq!(
        emails,
        BTreeSet::from(["boss@acme.example", "own@acme.example"]),
        "himself too, whom he may see and not change"
    );
    let himself = format!("/api/users/{}", boss.id);
    assert_eq!(server.get_as(&boss, &himself).await.status, 200);
    for method in [Method::PATCH, Method::DELETE] {
        server.ask(method, &himself, boss.headers(), "{}").await.problem(403);
    }
    let unknown = server.get_as(&boss, "/api/users/usr-unknown").await;
    for other in [&both, &theirs] {
        let path = format!("/api/users/{}", other.id);
        for method in [Method::GET, Method::PATCH, Method::DELETE] {
            let answer = server.ask(method, &path, boss.headers(), "{}").await;
            let mut body = answer.without_trace();
            body["instance"] = unknown.without_trace()["instance"].clone();
            assert_eq!((answer.status, body), (404, unknown.without_trace()));
        }
    }
    let new = |role: &str, company: &str| json!({"email": "new@acme.example", "role": role, "company_ids": [company]});
    assert_eq!(
        server
            .post_as(&boss, "/api/users", &new("company_admin", "comp-acme"))
            .await
            .problem(403),
        "role"
    );
    assert_eq!(
        server
            .post_as(&boss, "/api/users", &new("technician", "comp-globex"))
            .await
            .problem(400),
        "company_ids"
    );
    assert_eq!(
        server
            .post_as(&boss, "/api/users", &new("technician", "comp-acme"))
            .await
            .status,
        200
    );
    server
        .post_as(&own, "/api/users", &new("technician", "comp-acme"))
        .await
        .problem(403);
    server.get(&acme, "/api/users").await.problem(403);
    server.stop().await;
}

#[tokio::test]
async fn somebody_is_always_left_who_runs_the_platform() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = person(&login(&server, ROOT, PASSWORD).await);
    let path = format!("/api/users/{}", root.id);
    server.ask(Method::DELETE, &path, root.headers(), "").await.problem(409);
    let demote = json!({"role": "technician", "company_ids": [acme.id]}).to_string();
    server
        .ask(Method::PATCH, &path, root.headers(), demote)
        .await
        .problem(409);
    let other = server.msp_admin().await;
    assert_eq!(server.ask(Method::DELETE, &path, other.headers(), "").await.status, 200);
    assert!(!is_in(&server, &root).await);
    server.stop().await;
}

#[tokio::test]
async fn a_change_that_changes_nothing_does_nothing() {
    let server = Server::start(engine()).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    let ann = server.person("ann@acme.example", Role::Technician, &[&acme]).await;
    let path = format!("/api/users/{}", ann.id);
    let before = journalled(&server).await;
    let same = json!({"role": "technician", "company_ids": ["comp-acme"], "disabled": false});
    for body in [json!({}), same] {
        let answer = server.ask(Method::PATCH, &path, root.headers(), body.to_string()).await;
        assert_eq!((answer.status, &answer.json()["user_id"]), (200, &json!(ann.id)));
    }
    assert!(is_in(&server, &ann).await);
    assert_eq!(journalled(&server).await, before);
    for _ in 0..2 {
        assert_eq!(server.ask(Method::DELETE, &path, root.headers(), "").await.status, 200);
    }
    assert!(!is_in(&server, &ann).await);
    assert_eq!(journalled(&server).await.len(), before.len() + 1);
    server.stop().await;
}

#[tokio::test]
async fn an_address_is_changed_and_free_for_another() {
    let server = Server::start(engine()).await;
    let root = server.msp_admin().await;
    let acme = server.company("comp-acme").await;
    let ann = server.person("anne@acme.example", Role::Technician, &[&acme]).await;
    let bob = server.person("bob@acme.example", Role::Technician, &[&acme]).await;
    let change = async |person: &Person, email: &str| {
        let body = json!({"email": email}).to_string();
        server
            .ask(
                Method::PATCH,
                &format!("/api/users/{}", person.id),
                root.headers(),
                body,
            )
            .await
    };
    assert_eq!(change(&ann, "bob@acme.example").await.problem(409), "email");
    assert_eq!(change(&ann, "no address").await.problem(400), "email");
    assert_eq!(
        change(&ann, " Ann@Acme.example").await.json()["email"],
        "ann@acme.example"
    );
    assert_eq!(change(&bob, "anne@acme.example").await.status, 200, "it is free now");
    assert_eq!(
        server.get_as(&ann, "/api/auth/me").await.json()["email"],
        "ann@acme.example",
        "she is still logged in"
    );
    assert_eq!(
        login(&server, "ann@acme.example", PASSWORD).await.json()["user"]["user_id"],
        json!(ann.id)
    );
    assert_eq!(
        login(&server, "anne@acme.example", PASSWORD).await.json()["user"]["user_id"],
        json!(bob.id)
    );
    login(&server, "bob@acme.example", PASSWORD).await.problem(401);
    server.stop().await;
}
