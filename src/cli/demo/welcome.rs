//! What the demo says first: where it listens, who may ask, and what to try.

use serde_json::json;

use super::{Person, Tenant};
use crate::cli::out;

/// Prints address, people, companies and commands to try.
pub(super) fn print(url: &str, people: &[Person], tenants: &[Tenant], as_json: bool) {
    if as_json {
        let companies: Vec<_> = tenants.iter().map(credentials).collect();
        let people: Vec<_> = people.iter().map(login).collect();
        return out::line(json!({ "event": "ready", "url": url, "people": people, "companies": companies }));
    }
    out::line(text(url, people, tenants));
}

fn credentials(tenant: &Tenant) -> serde_json::Value {
    json!({
        "company_id": tenant.company_id,
        "api_key": tenant.api_key,
        "webhook_secret": tenant.webhook_secret,
    })
}

fn login(person: &Person) -> serde_json::Value {
    json!({"email": person.email, "role": person.role, "password": person.password})
}

fn text(url: &str, people: &[Person], tenants: &[Tenant]) -> String {
    let mut text = format!("Alert Whisperer listens on {url}\n\n  Log in as\n");
    for person in people {
        text.push_str(&format!(
            "    {:<20} {:<12} {}\n",
            person.email, person.role, person.password
        ));
    }
    for tenant in tenants {
        text.push_str(&format!(
            "\n  {}\n    API key         {}\n    webhook secret  {}\n",
            tenant.company_id, tenant.api_key, tenant.webhook_secret
        ));
    }
    let (Some(tenant), Some(Person { email, password, .. })) = (tenants.first(), people.first()) else {
        return text;
    };
    let Tenant {
        company_id,
        api_key,
        webhook_secret,
        ..
    } = tenant;
    let binary = std::env::args().next().unwrap_or_else(|| "alert-whisperer".into());
    text.push_str(&format!(
        r#"
Try, in another terminal:

  curl -s {url}/api/auth/login -d '{{"email": "{email}", "password": "{password}"}}'

  curl -s -H 'X-API-Key: {api_key}' '{url}/api/incidents?limit=5'
  curl -s -H 'X-API-Key: {api_key}' -X POST '{url}/api/incidents/correlate?company_id={company_id}'

  # The decisions about one incident, and those to come (put an incident_id from the list there):
  curl -s -H 'X-API-Key: {api_key}' '{url}/api/agent/decisions/INCIDENT_ID'
  curl -N -H 'X-API-Key: {api_key}' '{url}/api/agent/decisions/INCIDENT_ID/stream'

  # A decision, as it is made:
  curl -N -H 'X-API-Key: {api_key}' -H 'Accept: text/event-stream' {url}/api/agent/decide -d '{{
    "incident_id": "test-123", "company_id": "{company_id}",
    "incident_data": {{"severity": "high", "signature": "disk-space-critical", "alert_count": 3}}}}'

  # An alert of your own:
  {binary} send --url {url} --api-key '{api_key}' --secret '{webhook_secret}' \
    --asset web-1 --signature disk-space-critical --severity high --message 'Filesystem / is 97 % full'

Tools are not connected: no company here has an AWS account, so nothing is run. What would be run on a machine, and who
would have to agree (TOKEN is the access_token of the login above):
  curl -s -H 'Authorization: Bearer TOKEN' '{url}/api/runbooks/disk-cleanup/dry-run?company_id={company_id}' -d '{{}}'
To connect one: what its role is made with, then PUT {url}/api/companies/{company_id}/aws. The README tries it with moto.
  curl -s -H 'Authorization: Bearer TOKEN' {url}/api/companies/{company_id}/aws-role
"#
    ));
    text
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::client::Client;

    #[test]
    fn names_everything_that_a_newcomer_needs() {
        let url = "http://127.0.0.1:8001";
        let client = Client::new(url).unwrap().with_api_key(SecretString::from("k"));
        let tenant = Tenant {
            company_id: "comp-acme".into(),
            api_key: "key-of-acme".into(),
            webhook_secret: "secret-of-acme".into(),
            client,
        };
        let person = Person {
            email: "ann@demo.example",
            role: "technician",
            password: "password-of-ann".into(),
        };
        let text = text(url, &[person], &[tenant]);
        for part in [
            url,
            "comp-acme",
            "key-of-acme",
            "secret-of-acme",
            "password-of-ann",
            "curl -N",
            " send --url",
            "dry-run?company_id=comp-acme",
            "comp-acme/aws-role",
        ] {
            assert!(text.contains(part), "{part} is missing");
        }
        assert!(!text.contains("{{") && !text.contains("}}}}"), "{text}");
    }
}
