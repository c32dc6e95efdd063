//! Three real processes that share the companies over one replica set, with links to it and to their clients that can be
//! cut.

use std::fs;
use std::path::PathBuf;

use futures::future::join_all;

use super::engine::Home;
use super::port;
use super::process::{PATIENCE, Place, Server, eventually};
use super::relay::Relay;
use super::repairs;
use super::replica_set::ReplicaSet;
use super::shim;

/// The nodes' names.
pub const NAMES: [&str; 3] = ["one", "two", "three"];

/// A node: its directory, its links, and its process while it runs.
pub struct Node {
    pub name: &'static str,
    pub place: Place,
    port: u16,
    /// Between its clients and itself.
    front: Relay,
    /// Between itself and each member of the set.
    back: Vec<(u16, Relay)>,
    shim: PathBuf,
    server: Option<Server>,
}

impl Node {
    async fn new(name: &'static str, place: Place, set: &ReplicaSet, shim: PathBuf) -> Self {
        fs::create_dir_all(place.home.data()).unwrap();
        // So that which companies belong to it is no matter of luck.
        fs::write(place.home.data().join("node"), name).unwrap();
        let port = port::free();
        let mut back = Vec::new();
        for member in set.ports() {
            back.push((member, Relay::to(member).await));
        }
        Self {
            name,
            place,
            port,
            front: Relay::to(port).await,
            back,
            shim,
            server: None,
        }
    }

    /// Where its clients reach it.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.front.port())
    }

    /// Where the other nodes reach it, and whoever is not cut off.
    pub fn own_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts it; again, as long as it ends because the database is away.
    pub async fn start(&mut self) {
        self.start_ahead(0).await;
    }

    /// The same with a wall clock that is so many seconds ahead.
    pub async fn start_ahead(&mut self, seconds: i32) {
        let relays = self.back.iter().map(|(from, to)| format!("{from}:{}", to.port()));
        let relays = relays.collect::<Vec<_>>().join(",");
        let server = eventually("a node", PATIENCE, async || {
            let mut command = self.place.serve_at(self.port);
            command
                .envs(repairs::ENVIRONMENT)
                .env("NODE_URL", self.own_url())
                .env("LD_PRELOAD", &self.shim)
                .env("RELAYS", &relays)
                .env("AHEAD_SECONDS", seconds.to_string());
            Server::start_at(command, self.port).await.ok()
        })
        .await;
        self.server = Some(server);
    }

    /// Its process.
    pub fn server(&self) -> &Server {
        self.server.as_ref().expect("it runs")
    }

    /// `kill -9`.
    pub async fn kill(&mut self) {
        if let Some(server) = self.server.take() {
            server.kill().await;
        }
    }

    /// SIGTERM, and an end as it should be.
    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    /// Fails where it has ended by itself.
    pub fn check(&mut self) {
        if let Some(server) = &mut self.server
            && let Some(status) = server.has_ended()
        {
            panic!("{} has ended by itself: {status}\n{}", self.name, server.log());
        }
    }

    /// Cuts it off from the database.
    pub fn cut_from_store(&self) {
        self.back.iter().for_each(|(_, link)| link.cut());
    }

    /// Joins it to the database again.
    pub fn join_store(&self) {
        self.back.iter().for_each(|(_, link)| link.join());
    }

    /// Cuts it off from its clients.
    pub fn cut_from_clients(&self) {
        self.front.cut();
    }

    /// Joins it to its clients again.
    pub fn join_clients(&self) {
        self.front.join();
    }
}

/// The nodes and their database.
pub struct Fleet {
    pub nodes: Vec<Node>,
    pub set: ReplicaSet,
}

impl Fleet {
    /// Its nodes, not yet started, over a set with these companies.
    pub async fn with_companies(database: &str, companies: &[&str]) -> Self {
        let set = ReplicaSet::start().await;
        let first = Place::at(Home::beside(set.url(database)), companies).await;
        let shim = shim::world(first.home.scratch()).await;
        let (tenants, ledger) = (first.tenants.clone(), first.ledger.clone());
        let key = first.home.data().join("secret.key");
        let mut places = vec![first];
        for _ in &NAMES[1..] {
            let home = Home::beside(set.url(database));
            fs::create_dir_all(home.data()).unwrap();
            fs::copy(&key, home.data().join("secret.key")).unwrap();
            places.push(Place {
                home,
                tenants: tenants.clone(),
                ledger: ledger.clone(),
            });
        }
        let mut nodes = Vec::new();
        for (name, place) in NAMES.into_iter().zip(places) {
            nodes.push(Node::new(name, place, &set, shim.clone()).await);
        }
        Self { nodes, set }
    }

    /// Starts all nodes at once.
    pub async fn start(&mut self) {
        join_all(self.nodes.iter_mut().map(Node::start)).await;
    }

    /// What all nodes share.
    pub fn place(&self) -> &Place {
        &self.nodes[0].place
    }

    /// Where the nodes' clients reach them.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(Node::url).collect()
    }
}
