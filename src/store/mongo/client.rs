//! From a URL to a database that can keep the promises, or a reason in words.

use std::time::Duration;

use mongodb::bson::{Document, doc};
use mongodb::options::{Acknowledgment, ClientOptions, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern};
use mongodb::{Client, Database};
use secrecy::{ExposeSecret, SecretString};

use super::MongoError;
use super::shape::Fields;

/// The database where the URL names none.
const DATABASE: &str = "alert_whisperer";
/// How long a server is looked for where the URL does not say.
const SELECT_WITHIN: Duration = Duration::from_secs(3);
/// How long a connection may take to be made where the URL does not say.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// How often servers are looked at where the URL does not say: one that is back is found by then.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Connections in the pool where the URL does not say: the driver's own 10 would be a queue before the queues.
const CONNECTIONS: u32 = 64;
/// The least version: partial indexes over several values, and majority reads that cannot be switched off.
const LEAST_VERSION: [u64; 2] = [6, 0];

/// A database of a URL. What the URL says holds; what it leaves open is set here.
pub(super) async fn connect(url: &SecretString) -> Result<Database, MongoError> {
    let bad = |error: mongodb::error::Error| MongoError::Url(without_secrets(&error.kind.to_string(), url));
    let mut options = ClientOptions::parse(url.expose_secret()).await.map_err(bad)?;
    options.app_name.get_or_insert_with(|| "alert-whisperer".to_owned());
    options.server_selection_timeout.get_or_insert(SELECT_WITHIN);
    options.connect_timeout.get_or_insert(CONNECT_WITHIN);
    options.heartbeat_freq.get_or_insert(LOOK_EVERY);
    options.max_pool_size.get_or_insert(CONNECTIONS);
    // These are the promises themselves, and no URL may weaken them.
    options.retry_reads = Some(true);
    options.retry_writes = Some(true);
    options.read_concern = Some(ReadConcern::majority());
    options.write_concern = Some(durable());
    options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
    let name = options.default_database.clone().unwrap_or_else(|| DATABASE.to_owned());
    let client = Client::with_options(options).map_err(bad)?;
    let database = client.database(&name);
    look(&client).await.map_err(|error| error.without_secrets(url))?;
    Ok(database)
}

fn is_too_old(version: &str) -> bool {
    let numbers: Vec<u64> = version.split('.').map_while(|part| part.parse().ok()).take(2).collect();
    numbers.as_slice() < &LEAST_VERSION[..]
}

/// The same URL for a database whose name has something put behind it.
pub(super) fn beside(url: &SecretString, suffix: &str) -> Result<SecretString, MongoError> {
    let no_url = || MongoError::Url("it must begin with mongodb:// or mongodb+srv://".to_owned());
    let (scheme, rest) = url.expose_secret().split_once("://").ok_or_else(no_url)?;
    let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
    let (hosts, database) = rest.split_once('/').unwrap_or((rest, ""));
    // Users are kept in the database that the URL names, or in admin where it names none.
    let source = match database {
        "" => "",
        _ if options.contains("authSource=") || !hosts.contains('@') => "",
        database => &format!("authSource={database}"),
    };
    let database = if database.is_empty() { DATABASE } else { database };
    let options: Vec<&str> = [options, source].into_iter().filter(|part| !part.is_empty()).collect();
    let options = options.join("&");
    Ok(format!("{scheme}://{hosts}/{database}{suffix}?{options}").into())
}

/// On the disks of a majority.
pub(super) fn durable() -> WriteConcern {
    WriteConcern::builder()
        .w(Acknowledgment::Majority)
        .journal(true)
        .build()
}

/// Whether the server is one that can keep the promises.
async fn look(client: &Client) -> Result<(), MongoError> {
    let admin = client.database("admin");
    let ask = async |command: Document| admin.run_command(command).await;
    let hello = match ask(doc! { "hello": 1 }).await {
        Ok(hello) => hello,
        Err(error) => return Err(MongoError::of_connecting(&error)),
    };
    let build = ask(doc! { "buildInfo": 1 })
        .await
        .map_err(|error| MongoError::of_connecting(&error))?;
    let version = build.text("version").unwrap_or_default();
    if is_too_old(version) {
        return Err(MongoError::TooOld(version.to_owned()));
    }
    let is_sharded = hello.text_or_none("msg") == Some("isdbgrid");
    if !is_sharded && hello.text_or_none("setName").is_none() {
        return Err(MongoError::NoReplicaSet);
    }
    Ok(())
}

/// A text in which nothing of the URL's password is left.
pub(super) fn without_secrets(text: &str, url: &SecretString) -> String {
    let url = url.expose_secret();
    let credentials = url.split_once("://").and_then(|(_, rest)| rest.split_once('@'));
    let password = credentials.and_then(|(credentials, _)| credentials.split_once(':'));
    match password {
        Some((_, password)) if !password.is_empty() => text.replace(url, "the URL").replace(password, "***"),
        _ => text.replace(url, "the URL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let old = ["5.0.31", "4.4.0", "", "x"].map(is_too_old);
        let new = ["6.0.5", "6.0.0-rc1", "7.0", "10.1.2"].map(is_too_old);
        assert_eq!((old, new), ([true; 4], [false; 4]));
    }

    #[test]
    fn a_password_is_not_told() {
        let url = SecretString::from("mongodb://ann:s3cret@db-1/aw?replicaSet=rs0");
        assert_eq!(without_secrets("no s3cret here", &url), "no *** here");
        let url = SecretString::from("mongodb://db-1/aw");
        assert_eq!(without_secrets("bad: mongodb://db-1/aw", &url), "bad: the URL");
    }

    #[test]
    fn a_database_beside_another_has_the_same_servers_user_and_options() {
        for (url, expected) in [
            ("mongodb://db-1", "mongodb://db-1/alert_whisperer_demo?"),
            (
                "mongodb://db-1,db-2/aw?replicaSet=rs0",
                "mongodb://db-1,db-2/aw_demo?replicaSet=rs0",
            ),
            (
                "mongodb://ann:x@db-1/aw?tls=true",
                "mongodb://ann:x@db-1/aw_demo?tls=true&authSource=aw",
            ),
            (
                "mongodb+srv://ann:x@db/?authSource=admin",
                "mongodb+srv://ann:x@db/alert_whisperer_demo?authSource=admin",
            ),
        ] {
            let beside = beside(&SecretString::from(url), "_demo").unwrap();
            assert_eq!(beside.expose_secret(), expected);
        }
        assert!(beside(&SecretString::from("db-1"), "_demo").is_err());
    }
}
