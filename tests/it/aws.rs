//! AWS is called for a company with that company's role, and a command is never sent twice: asked over real sockets,
//! of a double that executes what it is sent and of moto.

mod automations;
mod calling_off;
mod circuits;
mod companies;
mod memory;
mod moto;
mod pinned;
mod reading;
mod sending;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actors::domain::runbook::InstanceId;
use actors::domain::{AwsSettings, AwsTimeouts, CompanyId};
use actors::port::Error;
use actors::port::cloud::{CloudSettings, Command};
use alert_whisperer::aws::{Aws, Base};
use async_trait::async_trait;
use tempfile::TempDir;

use super::support::clock::ManualClock;
use super::support::ssm::{Machine, OUR_KEY, Ssm};

const ACME: &str = "comp-acme";
const ROLE: &str = "arn:aws:iam::111111111111:role/alert-whisperer";
const WEB: &str = "i-0123456789abcdef0";

fn company(id: &str) -> CompanyId {
    id.parse().unwrap()
}

fn instance(id: &str) -> InstanceId {
    id.parse().unwrap()
}

/// Settings that a test changes as it likes.
#[derive(Default)]
struct Known(Mutex<HashMap<CompanyId, AwsSettings>>);

#[async_trait]
impl CloudSettings for Known {
    async fn of(&self, company: &CompanyId) -> Result<Option<AwsSettings>, Error> {
        Ok(self.0.lock().unwrap().get(company).cloned())
    }
}

impl Known {
    fn put(&self, id: &str, settings: AwsSettings) {
        self.0.lock().unwrap().insert(company(id), settings);
    }
}

fn settings(role_arn: &str, external_id: &str, url: &str) -> AwsSettings {
    AwsSettings {
        role_arn: role_arn.into(),
        external_id: external_id.into(),
        region: "eu-central-1".into(),
        endpoint_url: Some(url.into()),
        timeouts: AwsTimeouts {
            connect_seconds: 5,
            read_seconds: 1,
            attempt_seconds: 10,
            operation_seconds: 20,
        },
    }
}

/// The double, and the adapter with one company and one machine.
struct House {
    ssm: Ssm,
    web: Arc<Machine>,
    clock: Arc<ManualClock>,
    known: Arc<Known>,
    aws: Aws,
    _dir: TempDir,
}

impl House {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ssm = Ssm::start(dir.path()).await;
        ssm.trust(ROLE, "acme:1");
        let web = ssm.add(ROLE, WEB, &[("app", "shop"), ("env", "prod")]);
        let known = Arc::new(Known::default());
        known.put(ACME, settings(ROLE, "acme:1", &ssm.url()));
        let clock = Arc::new(ManualClock::default());
        ssm.clock(clock.clone());
        let base = Base::with_key(OUR_KEY, "our-own-secret", None).unwrap();
        let aws = Aws::new(base, known.clone(), clock.clone());
        Self {
            ssm,
            web,
            clock,
            known,
            aws,
            _dir: dir,
        }
    }
}

/// A command for one machine that counts how often it was run.
fn counting(comment: &str) -> Command {
    Command {
        comment: comment.into(),
        instance_ids: vec![instance(WEB)],
        commands: vec![
            "set -eu".into(),
            "echo ran >>\"$AW_ROOT/ran\"".into(),
            "cat \"$AW_ROOT/ran\"".into(),
        ],
        timeout_seconds: 60,
        delivery_seconds: 60,
        document_hash: None,
    }
}
