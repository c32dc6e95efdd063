//! `user create`, `user list`, `user disable`, `user enable`, `user reset`: through the admin socket where a server
//! holds the directory, else on the store itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use actors::domain::CompanyId;
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::out;
use super::place::Place;
use crate::accounts::Accounts;
use crate::accounts::commands::UserCommand;
use crate::accounts::people::People;
use crate::accounts::platform::Alone;
use crate::accounts::rights::Role;
use crate::clock::{SystemClock, SystemEntropy};
use crate::store::OpenStore;

/// The admin socket's path for people.
const PATH: &str = "/users";

/// People.
#[derive(Args)]
pub(super) struct UserArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make somebody; prints his first password, once.
    Create(Create),
    /// List everybody.
    List(Place),
    /// Close an account: its logins end at once.
    Disable(One),
    /// Open an account again.
    Enable(One),
    /// Give a new first password, printed once; logins and the second factor are gone.
    Reset(One),
}

#[derive(Args)]
struct Create {
    /// The address that he will log in with.
    #[arg(long)]
    email: String,
    /// What he will be.
    #[arg(long)]
    role: Role,
    /// A company of his; may be given more than once.
    #[arg(long)]
    company: Vec<CompanyId>,
    /// What people call him; his address otherwise.
    #[arg(long, default_value = "")]
    name: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
struct One {
    /// Whose: the address that he logs in with.
    #[arg(long)]
    email: String,
    #[command(flatten)]
    place: Place,
}

impl UserArgs {
    pub(super) async fn run(self) -> Result<()> {
        let (command, place) = match self.action {
            Action::List(place) => return list(&place).await,
            Action::Create(create) => {
                let command = UserCommand::Create {
                    email: create.email,
                    name: create.name,
                    role: create.role,
                    company_ids: create.company.into_iter().collect(),
                };
                (command, create.place)
            }
            Action::Disable(One { email, place }) => (UserCommand::Disable { email }, place),
            Action::Enable(One { email, place }) => (UserCommand::Enable { email }, place),
            Action::Reset(One { email, place }) => (UserCommand::Reset { email }, place),
        };
        let done = match place.open().await? {
            Some(store) => {
                let accounts = accounts(&store, &place).await?;
                let companies = store.port().companies().await?;
                let known: BTreeSet<CompanyId> = companies.into_iter().map(|company| company.company_id).collect();
                let done = command.carry_out(&accounts, &|company| known.contains(company)).await?;
                drop(accounts);
                store.close().await;
                done
            }
            None => place.ask(PATH, Some(&command)).await?,
        };
        show(&done, place.json);
        Ok(())
    }
}

/// People beside no server.
async fn accounts(store: &OpenStore, place: &Place) -> Result<Accounts> {
    let (key, port) = (place.key_of(store).await?, store.port());
    let people = Arc::new(People::default());
    people.load(&*port).await?;
    let platform = Alone::on(&*port, people.clone()).await?;
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    Ok(Accounts::new(
        people,
        Arc::new(key),
        Vec::new(),
        Arc::new(platform),
        (clock, entropy),
    ))
}

fn show(done: &Value, as_json: bool) {
    if as_json {
        return out::line(done);
    }
    for name in ["user_id", "email", "role", "disabled_at", "password"] {
        if let Some(text) = done[name].as_str() {
            out::line(format_args!("{name:<15} {text}"));
        }
    }
    if done["password"].is_string() {
        out::line("The password is not shown again. It is good for a week, and to choose another with.");
    }
}

async fn list(place: &Place) -> Result<()> {
    let everybody = match place.open().await? {
        Some(store) => accounts(&store, place).await?.listed(),
        None => place.ask(PATH, None::<&Value>).await?,
    };
    if place.json {
        out::line(everybody);
        return Ok(());
    }
    for user in everybody["items"].as_array().into_iter().flatten() {
        let text = |name: &str| user[name].as_str().unwrap_or_default().to_owned();
        let closed = if user["disabled_at"].is_string() {
            "disabled"
        } else {
            ""
        };
        out::line(format_args!(
            "{:<40} {:<14} {:<24} {closed}",
            text("email"),
            text("role"),
            text("name")
        ));
    }
    Ok(())
}
