//! The HTTP interface and its OpenAPI document say the same: schemathesis asks whatever the document allows, as each
//! role, and knows every answer.

use std::collections::BTreeMap;
use std::process::Stdio;

use alert_whisperer::accounts::rights::Role;
use alert_whisperer::http::router::listed;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::engine::Engine;
use crate::support::server::{Company, Person, Server, alert};

/// Streams, which do not end, and a connection that becomes another.
const ENDLESS: &str = "^/ws$|^/api/events$|/stream$";
/// What ends the login that is asked with.
const FAREWELL: &str = "^/api/auth/(logout|sessions/)";

/// What begins so is asked in one test, what begins so in another, the rest in a third: each takes less than a minute.
const COMPANIES: &str = "^/api/companies";
const ADMINISTERED: &str = "^/api/(audit|auth|memory|runbooks|system|users)";

/// How many requests each role makes, about: `SCHEMA_CASES`, or 250: half a minute each, of the forty that all tests may take.
fn cases() -> usize {
    let asked = std::env::var("SCHEMA_CASES").ok();
    asked.map_or(250, |cases| cases.parse().expect("SCHEMA_CASES must be a number"))
}

/// Asks as somebody; how many requests that were, or what did not agree.
async fn ask(server: &Server, person: &Person, known: &Value, arguments: &[&str]) -> Result<usize, String> {
    let run = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemathesis/run");
    let done = Command::new(run)
        .arg(&server.url)
        .args(arguments)
        .env("TOKEN", &person.token)
        .env("KNOWN", known.to_string())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let asked = said
        .lines()
        .find_map(|line| line.trim().split_once(" generated")?.0.parse().ok());
    match (done.status.success(), asked) {
        (true, Some(asked)) => Ok(asked),
        _ => Err(format!("{said}\n{}", String::from_utf8_lossy(&done.stderr))),
    }
}

/// Things that there are, by the names of the parameters that take them.
async fn known(server: &Server, acme: &Company, root: &Person) -> Value {
    for asset in ["web-1", "web-2", "db-1"] {
        let sent = server.deliver(acme, None, alert(asset, "disk").to_string()).await;
        assert_eq!(sent.status, 200);
    }
    server.settle(acme).await;
    let path = format!("/api/companies/{}/assets/web-1", acme.id);
    let set = server
        .ask(Method::PUT, &path, root.headers(), r#"{"criticality":"critical"}"#)
        .await;
    assert_eq!(set.status, 200, "{}", set.text);
    let all = async |path: &str, id: &str| {
        let page = server.get_as(root, path).await.json();
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item[id].clone()).collect::<Vec<Value>>()
    };
    let of = |what: &str| format!("/api/companies/{}/{what}", acme.id);
    let victim = server.person("victim@acme.example", Role::Technician, &[acme]).await;
    json!({
        "company_id": [acme.id],
        "incident_id": all(&format!("/api/incidents?company_id={}", acme.id), "incident_id").await,
        "alert_id": all(&format!("/api/alerts?company_id={}", acme.id), "alert_id").await,
        "key_id": all(&of("api-keys"), "key_id").await,
        "secret_id": all(&of("webhook-secrets"), "secret_id").await,
        "asset_name": ["web-1", "web-2"],
        "user_id": [victim.id],
        "file": ["index.html", "swagger-ui.css"],
        "name": ["backup"],
        "format": ["alertmanager", "cloudevents"],
    })
}

/// How schemathesis makes requests up.
#[derive(Clone, Copy)]
enum Phase {
    /// At random, so many as are asked for.
    Fuzzing,
    /// Each limit of each parameter, from both sides.
    Coverage,
}

/// Which routes are asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Those that begin like [`COMPANIES`].
    Companies,
    /// Those that begin like [`ADMINISTERED`].
    Administered,
    /// The others.
    Rest,
}

/// Whether every answer to somebody of this role is one that the document knows.
async fn agrees(role: Role, phase: Phase, part: Part) {
    let server = Server::start(Engine::Sqlite).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    let known = known(&server, &acme, &root).await;
    let companies: &[&Company] = if role == Role::MspAdmin { &[] } else { &[&acme] };
    let stays = server.person("stays@schema.example", role, companies).await;
    // There is less to ask of a route without parameters: the others make up for it.
    let each = ((cases() * 3 / 2).div_ceil(listed().len() - 10) + 1).to_string();
    let (only, but) = match part {
        Part::Companies => (COMPANIES, format!("{ENDLESS}|{FAREWELL}")),
        Part::Administered => (ADMINISTERED, format!("{ENDLESS}|{FAREWELL}")),
        Part::Rest => ("^/", format!("{ENDLESS}|{FAREWELL}|{COMPANIES}|{ADMINISTERED}")),
    };
    let (phases, all) = match phase {
        Phase::Fuzzing => ("examples,fuzzing", cases() / 3),
        Phase::Coverage => ("coverage", 400),
    };
    // The first two share what is there to administer.
    let least = if part == Part::Rest { all } else { all / 2 };
    let all = [
        "--phases",
        phases,
        "--include-path-regex",
        only,
        "--exclude-path-regex",
        &but,
        "--max-examples",
        &each,
        "--seed",
        "1",
    ];
    let asked = ask(&server, &stays, &known, &all)
        .await
        .unwrap_or_else(|said| panic!("{said}"));
    assert!(asked >= least, "{asked}");
    let me = server.get_as(&stays, "/api/auth/me").await;
    assert_eq!(me.status, 200, "was known to the end: {}", me.text);
    if part != Part::Administered {
        return server.stop().await;
    }
    let goes = server.person("goes@schema.example", role, companies).await;
    let farewell = [
        "--phases",
        phases,
        "--include-path-regex",
        FAREWELL,
        "--max-examples",
        "5",
        "--seed",
        "1",
    ];
    let asked = ask(&server, &goes, &known, &farewell)
        .await
        .unwrap_or_else(|said| panic!("{said}"));
    assert!(asked >= 10, "{asked}");
    server.stop().await;
}

mod every_answer_is_one_that_the_document_knows {
    use super::{Part, Phase, Role, agrees};

    #[tokio::test]
    async fn to_a_technician_of_companies() {
        agrees(Role::Technician, Phase::Fuzzing, Part::Companies).await;
    }

    #[tokio::test]
    async fn to_a_technician_of_what_is_administered() {
        agrees(Role::Technician, Phase::Fuzzing, Part::Administered).await;
    }

    #[tokio::test]
    async fn to_a_technician_of_the_rest() {
        agrees(Role::Technician, Phase::Fuzzing, Part::Rest).await;
    }

    #[tokio::test]
    async fn to_a_technician_at_the_limits_of_companies() {
        agrees(Role::Technician, Phase::Coverage, Part::Companies).await;
    }

    #[tokio::test]
    async fn to_a_technician_at_the_limits_of_what_is_administered() {
        agrees(Role::Technician, Phase::Coverage, Part::Administered).await;
    }

    #[tokio::test]
    async fn to_a_technician_at_the_limits_of_the_rest() {
        agrees(Role::Technician, Phase::Coverage, Part::Rest).await;
    }

    #[tokio::test]
    async fn to_a_company_admin_of_companies() {
        agrees(Role::CompanyAdmin, Phase::Fuzzing, Part::Companies).await;
    }

    #[tokio::test]
    async fn to_a_company_admin_of_what_is_administered() {
        agrees(Role::CompanyAdmin, Phase::Fuzzing, Part::Administered).await;
    }

    #[tokio::test]
    async fn to_a_company_admin_of_the_rest() {
        agrees(Role::CompanyAdmin, Phase::Fuzzing, Part::Rest).await;
    }

    #[tokio::test]
    async fn to_a_company_admin_at_the_limits_of_companies() {
        agrees(Role::CompanyAdmin, Phase::Coverage, Part::Companies).await;
    }

    #[tokio::test]
    async fn to_a_company_admin_at_the_limits_of_what_is_administered() {
        agrees(Role::CompanyAdmin, Phase::Coverage, Part::Administered).await;
    }

    #[tokio::test]
    async fn to_a_company_admin_at_the_limits_of_the_rest() {
        agrees(Role::CompanyAdmin, Phase::Coverage, Part::Rest).await;
    }

    #[tokio::test]
    async fn to_an_msp_admin_of_companies() {
        agrees(Role::MspAdmin, Phase::Fuzzing, Part::Companies).await;
    }

    #[tokio::test]
    async fn to_an_msp_admin_of_what_is_administered() {
        agrees(Role::MspAdmin, Phase::Fuzzing, Part::Administered).await;
    }

    #[tokio::test]
    async fn to_an_msp_admin_of_the_rest() {
        agrees(Role::MspAdmin, Phase::Fuzzing, Part::Rest).await;
    }

    #[tokio::test]
    async fn to_an_msp_admin_at_the_limits_of_companies() {
        agrees(Role::MspAdmin, Phase::Coverage, Part::Companies).await;
    }

    #[tokio::test]
    async fn to_an_msp_admin_at_the_limits_of_what_is_administered() {
        agrees(Role::MspAdmin, Phase::Coverage, Part::Administered).await;
    }

    #[tokio::test]
    async fn to_an_msp_admin_at_the_limits_of_the_rest() {
        agrees(Role::MspAdmin, Phase::Coverage, Part::Rest).await;
    }
}

#[tokio::test]
async fn the_document_has_every_route_and_the_command_prints_it() {
    let server = Server::start(Engine::Sqlite).await;
    let served = server
        .ask(Method::GET, "/api/openapi.json", HeaderMap::new(), "")
        .await
        .json();
    let mut documented: Vec<String> = Vec::new();
    for (path, item) in served["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys();
        documented.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
    }
    let mut routes: Vec<String> = listed()
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    documented.sort();
    routes.sort();
    assert_eq!(documented, routes);
    let ids: Vec<&Value> = served["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .filter_map(|operation| operation.get("operationId"))
        .collect();
    let different: BTreeMap<String, ()> = ids.iter().map(|id| (id.to_string(), ())).collect();
    assert_eq!(ids.len(), different.len(), "{ids:?}");
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_alert-whisperer"))
        .args(["openapi", "--json"])
        .output()
        .unwrap();
    assert!(printed.status.success());
    assert_eq!(serde_json::from_slice::<Value>(&printed.stdout).unwrap(), served);
    server.stop().await;
}

/// A parameter that the document has and nothing reads would be refused as unknown.
#[tokio::test]
async fn every_parameter_of_the_document_is_read() {
    let server = Server::start(Engine::Sqlite).await;
    let acme = server.company("comp-acme").await;
    let root = server.msp_admin().await;
    let known = known(&server, &acme, &root).await;
    let document = server.get_as(&root, "/api/openapi.json").await.json();
    let mut read = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(operation) = item.get("get") else { continue };
        let parts = path.split('/').map(
            |part| match part.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) => known[name][0].as_str().unwrap_or("none").to_owned(),
                None => part.to_owned(),
            },
        );
        let route = parts.collect::<Vec<_>>().join("/");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            if parameter["in"] != "query" {
                continue;
            }
            // Nothing is called so: whoever reads it refuses it for what it is, or finds nothing.
            let answer = server.get_as(&root, &format!("{route}?{name}=%00")).await;
            let answer: Value = serde_json::from_str(&answer.text).unwrap_or_default();
            assert_ne!(answer["detail"], "there is no such parameter here", "{path}: {name}");
            read += 1;
        }
    }
    assert!(read > 40, "{read}");
    server.stop().await;
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let server = Server::start(Engine::Sqlite).await;
    let get = async |path: &str| server.ask(Method::GET, path, HeaderMap::new(), "").await;
    let page = get("/api/docs").await;
    assert_eq!(page.status, 200, "after the redirect");
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    let files: Vec<&str> = page
        .text
        .split(['"', '\''])
        .filter(|text| text.ends_with(".js") || text.ends_with(".css") || text.ends_with(".png"))
        .collect();
    assert!(files.len() >= 5, "{files:?}");
    for file in files {
        assert!(!file.contains("//"), "{file}");
        let found = get(&format!("/api/docs/{}", file.trim_start_matches("./"))).await;
        assert_eq!(found.status, 200, "{file}");
    }
    let start = get("/api/docs/swagger-initializer.js").await.text;
    assert!(
        start.contains("/api/openapi.json") && start.contains(r#""validatorUrl": "none""#),
        "{start}"
    );
    get("/api/docs/nothing.js").await.problem(404);
    server.stop().await;
}
