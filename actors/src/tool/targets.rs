//! On which machines a run goes: those that were asked for, or the one that an incident is about, and in any case
//! the company's own.

use crate::domain::run::Venue;
use crate::domain::runbook::{InstanceId, InvalidTargets, Platform, Targets};
use crate::domain::{AwsSettings, CompanyId};
use crate::port::cloud::{CloudError, Commands, Instance, Inventory};

/// What a company has for runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Site {
    /// Its machines.
    pub machines: Vec<Instance>,
    /// Where they are; the document's hash where its role may ask.
    pub venue: Venue,
}

impl Site {
    /// Looks it up.
    ///
    /// # Errors
    /// [`CloudError`].
    pub async fn of(
        company: &CompanyId,
        aws: Option<&AwsSettings>,
        inventory: &dyn Inventory,
        commands: &dyn Commands,
    ) -> Result<Self, CloudError> {
        let machines = inventory.instances(company, None);
        let document_hash = commands.document_hash(company);
        let (machines, document_hash) = tokio::join!(machines, document_hash);
        Ok(Self {
            machines: machines?,
            venue: Venue {
                account: aws.map(AwsSettings::place),
                document_hash: document_hash?,
            },
        })
    }
}

/// Machines that are not found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTargets {
    /// The company has no such machine.
    #[error("{0} is not among the company's machines")]
    Unknown(InstanceId),
    /// A machine has another system than the runbook is written for.
    #[error("{instance_id} has {platform:?}; the runbook is for Linux")]
    Platform {
        /// Which machine.
        instance_id: InstanceId,
        /// What it has.
        platform: String,
    },
    /// No machine is known by the asset's name.
    #[error("no machine of the company is called {0:?}: give instance_ids")]
    NoneCalled(String),
    /// Several machines are known by the asset's name.
    #[error("several machines of the company are called {0:?}: give instance_ids")]
    SeveralCalled(String),
    /// There are none, or too many.
    #[error(transparent)]
    Invalid(#[from] InvalidTargets),
}

/// Chooses among a company's machines: those that are `asked` for, else the one that the asset's name means (its id,
/// its name or its address).
///
/// # Errors
/// [`NoTargets`].
pub fn choose(
    asked: Option<&[InstanceId]>,
    asset_name: &str,
    platform: Platform,
    blast_radius: u32,
    machines: &[Instance],
) -> Result<Targets, NoTargets> {
    let chosen: Vec<&Instance> = match asked {
        Some(ids) => ids
            .iter()
            .map(|id| {
                let found = machines.iter().find(|machine| machine.instance_id == *id);
                found.ok_or_else(|| NoTargets::Unknown(id.clone()))
            })
            .collect::<Result<_, _>>()?,
        None => vec![called(asset_name, machines)?],
    };
    let Platform::Linux = platform;
    if let Some(other) = chosen.iter().find(|machine| machine.platform != "Linux") {
        return Err(NoTargets::Platform {
            instance_id: other.instance_id.clone(),
            platform: other.platform.clone(),
        });
    }
    let ids: Vec<&str> = chosen.iter().map(|machine| machine.instance_id.as_str()).collect();
    Ok(Targets::new(&ids, blast_radius)?)
}

fn called<'a>(name: &str, machines: &'a [Instance]) -> Result<&'a Instance, NoTargets> {
    let is_called = |machine: &&Instance| {
        machine.instance_id.as_str() == name
            || machine.name.as_deref() == Some(name)
            || machine.ip.as_deref() == Some(name)
    };
    let mut found = machines.iter().filter(is_called);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(NoTargets::NoneCalled(name.to_owned())),
        (Some(_), Some(_)) => Err(NoTargets::SeveralCalled(name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::cloud::PingStatus;

    fn machine(id: &str, name: &str, platform: &str) -> Instance {
        Instance {
            instance_id: id.parse().unwrap(),
            platform: platform.to_owned(),
            ping_status: PingStatus::Online,
            name: Some(name.to_owned()),
            ip: None,
        }
    }

    fn estate() -> Vec<Instance> {
        vec![
            machine("i-0000000a", "web-1", "Linux"),
            machine("i-0000000b", "twin", "Linux"),
            machine("i-0000000c", "twin", "Linux"),
            machine("i-0000000d", "desk", "Windows"),
        ]
    }

    fn chosen(asked: Option<&[&str]>, asset: &str) -> Result<Vec<String>, NoTargets> {
        let asked: Option<Vec<InstanceId>> = asked.map(|ids| ids.iter().map(|id| id.parse().unwrap()).collect());
        let targets = choose(asked.as_deref(), asset, Platform::Linux, 2, &estate())?;
        Ok(targets.ids().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_machine_is_meant_by_its_id_or_its_name_if_that_is_its_alone() {
        assert_eq!(chosen(None, "web-1"), Ok(vec!["i-0000000a".to_owned()]));
        assert_eq!(chosen(None, "i-0000000b"), Ok(vec!["i-0000000b".to_owned()]));
        assert_eq!(chosen(None, "twin"), Err(NoTargets::SeveralCalled("twin".into())));
        assert_eq!(chosen(None, "db-1"), Err(NoTargets::NoneCalled("db-1".into())));
    }

    #[test]
    fn only_the_companys_own_of_the_right_system_and_not_too_many() {
        let both = chosen(Some(&["i-0000000b", "i-0000000a"]), "x").unwrap();
        assert_eq!(both, ["i-0000000a", "i-0000000b"]);
        let foreign = "i-0000000e".parse().unwrap();
        assert_eq!(
            chosen(Some(&["i-0000000a", "i-0000000e"]), "x"),
            Err(NoTargets::Unknown(foreign))
        );
        assert!(matches!(
            chosen(Some(&["i-0000000d"]), "x"),
            Err(NoTargets::Platform { .. })
        ));
        assert!(matches!(
            chosen(Some(&[]), "x"),
            Err(NoTargets::Invalid(InvalidTargets::None))
        ));
        let three = ["i-0000000a", "i-0000000b", "i-0000000c"];
        assert!(matches!(
            chosen(Some(&three), "x"),
            Err(NoTargets::Invalid(InvalidTargets::TooMany { .. }))
        ));
    }
}
