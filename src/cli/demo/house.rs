//! The server of the demo: the same one that `serve` runs, in this process.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use actors::domain::{CompanyId, Correlation, Origin, RateLimit};
use anyhow::{Context, Result, bail};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::scenario::COMPANIES;
use super::{Person, Tenant};
use crate::accounts::password;
use crate::accounts::rights::Role;
use crate::accounts::staff::{Keep, NewPerson};
use crate::accounts::user::User;
use crate::cli::serve::Signals;
use crate::client::Client;
use crate::config::{Flags, LogFormat, Settings};
use crate::founding::{self, CompanyRequest, Credentials};
use crate::http::{Edge, admin};
use crate::serve::{self, Ended};
use crate::store::mongo;
use crate::telemetry;

/// What is put behind the name of a URL's database for the demo's own.
const DATABASE_SUFFIX: &str = "_demo";
/// Who may log in. The first is the administrator of the first start.
const PEOPLE: [(&str, Role); 2] = [
    ("admin@demo.example", Role::MspAdmin),
    ("ann@demo.example", Role::Technician),
];

/// A running server, with a directory that is removed at its end where nobody gave one.
pub(super) struct House {
    /// Where it listens.
    pub(super) url: String,
    /// What its user should know of how it began.
    pub(super) notice: Option<String>,
    edge: Arc<Edge>,
    stop: CancellationToken,
    serving: JoinSet<Ended>,
    /// Removed when it is dropped.
    _temporary: Option<TempDir>,
    /// The demo's own database, removed at the end.
    own_database: Option<SecretString>,
}

impl House {
    /// Starts it; from then on the first Ctrl-C or SIGTERM drains it, the second ends it.
    pub(super) async fn open(
        listen: SocketAddr,
        data_dir: Option<PathBuf>,
        mongo_url: Option<SecretString>,
    ) -> Result<Self> {
        let mongo_url = mongo_url.filter(|url| !url.expose_secret().is_empty());
        let own_database = match (&data_dir, &mongo_url) {
            (None, Some(url)) => Some(mongo::beside(url, DATABASE_SUFFIX)?),
            _ => None,
        };
        if let Some(left) = &own_database {
            mongo::remove(left).await?;
        }
        let temporary = match data_dir {
            Some(_) => None,
            None => Some(tempfile::tempdir().context("cannot make a temporary directory")?),
        };
        let settings = Settings::settle(Flags {
            listen: Some(listen),
            data_dir: data_dir.or_else(|| temporary.as_ref().map(|dir| dir.path().join("data"))),
            mongo_url: own_database.clone().or(mongo_url),
            log_format: Some(LogFormat::Text),
            log_level: Some("warn".into()),
            drain_delay_ms: Some(0),
            second_factor_for: Some(String::new()),
            admin_email: Some(PEOPLE[0].0.to_owned()),
            admin_password: Some(password::generate()),
            ..Flags::default()
        })?;
        telemetry::start(&settings)?;
        let signals = Signals::listen()?;
        let (listener, notice) = listen_near(listen).await?;
        let running = serve::start(settings, listener).await?;
        let url = format!("http://{}", running.address);
        let edge = running.edge.clone();
        let stop = CancellationToken::new();
        let mut serving = JoinSet::new();
        serving.spawn(serve_until(running, signals, stop.clone()));
        Ok(Self {
            url,
            notice,
            edge,
            stop,
            serving,
            _temporary: temporary,
            own_database,
        })
    }

    /// The demo's companies, made anew: a key is told once, so an earlier demo's cannot be used.
    pub(super) async fn settle_companies(&self) -> Result<Vec<Tenant>> {
        let mut tenants = Vec::with_capacity(COMPANIES.len());
        for (id, name) in COMPANIES {
            let credentials = self.settle(id, name).await?;
            let client = Client::new(&self.url)?
                .with_api_key(credentials.api_key.clone())
                .with_secret(credentials.webhook_secret.clone());
            tenants.push(Tenant {
                company_id: credentials.company_id.to_string(),
                api_key: credentials.api_key.expose_secret().to_owned(),
                webhook_secret: credentials.webhook_secret.expose_secret().to_owned(),
                client,
            });
        }
        Ok(tenants)
    }

    /// The demo's people, each with a new password.
    pub(super) async fn settle_people(&self, tenants: &[Tenant]) -> Result<Vec<Person>> {
        let accounts = &self.edge.accounts;
        let by = Origin::from("demo");
        let mut people = Vec::with_capacity(PEOPLE.len());
        let of_all = tenants.iter().map(|tenant| tenant.company_id.parse());
        let of_all: BTreeSet<CompanyId> = of_all.collect::<Result<_, _>>()?;
        for (email, role) in PEOPLE {
            let password = password::generate();
            let company_ids = match role {
                Role::MspAdmin => BTreeSet::new(),
                _ => of_all.clone(),
            };
            match accounts.people.by_email(email) {
                Some(known) => {
                    let id = &known.value.user_id;
                    accounts.reset_user_to(id, &password, &by).await?;
                    let here = |user: &User, _| {
                        Ok(User {
                            company_ids: company_ids.clone(),
                            ..user.clone()
                        })
                    };
                    accounts.change_user(id, Keep::All, &by, here).await?;
                }
                None => {
                    let new = NewPerson {
                        email: email.to_owned(),
                        name: String::new(),
                        role,
                        company_ids,
                    };
                    accounts.create_user_with(&new, &password, &by).await?;
                }
            }
            people.push(Person {
                email,
                role: role.as_str(),
                password: password.expose_secret().to_owned(),
            });
        }
        Ok(people)
    }

    async fn settle(&self, id: &str, name: &str) -> Result<Credentials> {
        let wanted: CompanyId = id.parse()?;
        let taken = self
            .edge
            .store
            .companies()
            .await?
            .iter()
            .any(|info| info.company_id == wanted);
        let request = CompanyRequest {
            name: name.to_owned(),
            id: (!taken).then_some(wanted),
            correlation: Correlation::default(),
            rate_limit: RateLimit::default(),
            scopes: founding::first_scopes(),
            unsigned: false,
        };
        match admin::found(&self.edge, request, &Origin::from("demo")).await {
            Ok(credentials) => Ok(credentials),
            Err(problem) => bail!("{name} cannot be made: {problem:?}"),
        }
    }

    /// Done when the server is to end.
    pub(super) fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Drains the server and waits for its end.
    pub(super) async fn close(mut self) -> Result<()> {
        self.stop.cancel();
        match self.serving.join_next().await {
            Some(Ok(Ended::Drained)) | None => {}
            Some(Ok(ended)) => bail!("the demo's server did not end in order: {ended:?}"),
            Some(Err(error)) => bail!("the demo's server did not end in order: {error}"),
        }
        match &self.own_database {
            Some(own) => Ok(mongo::remove(own).await?),
            None => Ok(()),
        }
    }
}

async fn serve_until(running: serve::Running, mut signals: Signals, stop: CancellationToken) -> Ended {
    let mut again = Signals::listen().ok();
    let shutdown = async {
        tokio::select! {
            () = signals.next() => {}
            () = stop.cancelled() => {}
        }
        stop.cancel();
    };
    let force = async {
        match &mut again {
            Some(again) => again.second().await,
            None => std::future::pending().await,
        }
    };
    let ended = running.run_until(shutdown, force).await;
    stop.cancel();
    ended
}

async fn listen_near(wanted: SocketAddr) -> Result<(TcpListener, Option<String>)> {
    match TcpListener::bind(wanted).await {
        Ok(listener) => Ok((listener, None)),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let elsewhere = SocketAddr::new(wanted.ip(), 0);
            let listener = TcpListener::bind(elsewhere).await?;
            Ok((listener, Some(format!("{wanted} is taken, so another port is used."))))
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {wanted}; choose another with --listen")),
    }
}
