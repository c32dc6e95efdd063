//! Merging and splitting.

use super::*;

/// Three incidents of one alert each, opened in this order.
async fn three(tree: &Tree, company: &CompanyId) -> Vec<Incident> {
    for asset in ["web-1", "web-2", "web-3"] {
        tree.send(company, asset, "disk", FIRING).await;
        tree.settle(company).await;
    }
    tree.until("decided", seconds(5), async || {
        tree.incidents(company).await.iter().all(|row| row.decided.is_some())
    })
    .await;
    let mut rows = tree.incidents(company).await;
    rows.reverse();
    rows
}

async fn alerts_of(tree: &Tree, company: &CompanyId, incident: &Incident) -> Vec<AlertId> {
    let filter = AlertFilter {
        incident_id: Some(incident.incident_id.clone()),
        ..AlertFilter::default()
    };
    let page = PageRequest {
        limit: 200,
        after: None,
    };
    let found = tree.reader(company).alerts(&filter, page).await.unwrap();
    found.items.iter().map(|view| view.alert.id()).collect()
}

async fn merge(tree: &Tree, company: &CompanyId, into: &Incident, sources: &[&Incident]) -> Result<(), CallError> {
    let sources = sources.iter().map(|row| row.incident_id.clone()).collect();
    let into = into.incident_id.clone();
    let merged = tree
        .runtime
        .merge(company, into, sources, "usr-ann".into(), seconds(10))
        .await;
    merged.map(drop)
}

#[tokio::test(start_paused = true)]
async fn merged_incidents_are_one_and_what_comes_later_joins_it() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    let rows = three(&tree, &acme).await;
    merge(&tree, &acme, &rows[0], &[&rows[1], &rows[2]]).await.unwrap();
    let after = tree.incidents(&acme).await;
    for was in &rows[1..] {
        let is = after.iter().find(|row| row.incident_id == was.incident_id).unwrap();
        assert_eq!(is.severity, was.severity, "it keeps what it was");
    }
    let open_rows = open(&after);
    assert_eq!((after.len(), open_rows.len()), (3, 1));
    assert_eq!((open_rows[0].alert_count, open_rows[0].firing), (3, [0, 0, 3, 0]));
    for gone in after.iter().filter(|row| !row.is_open()) {
        assert_eq!(gone.life.resolved_by.as_deref(), Some("merge"));
        assert_eq!(gone.life.merged_into.as_ref(), Some(&rows[0].incident_id));
        assert_eq!((gone.alert_count, gone.wake_due), (0, None));
        assert_eq!(
            act(&tree, &acme, gone, Act::Reopen).await,
            Err(CallError::Act(ActRefusal::Merged(rows[0].incident_id.to_string())))
        );
    }
    assert_eq!(alerts_of(&tree, &acme, &rows[0]).await.len(), 3);
    // What is known of the sources joins the one, before and after the correlator loads again.
    tree.send(&acme, "web-2", "disk", FIRING).await;
    tree.settle(&acme).await;
    for asset in ["web-1", "web-2", "web-3"] {
        tree.send(&acme, asset, "disk", RESOLVED).await;
    }
    tree.settle(&acme).await;
    sleep(seconds(HOLD + 5)).await;
    let after = tree.incidents(&acme).await;
    assert_eq!((after.len(), open(&after).len()), (3, 0), "no twin, and all recovered");
}

#[tokio::test(start_paused = true)]
async fn a_placement_that_meets_a_merge_joins_the_one_that_stays() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    let rows = three(&tree, &acme).await;
    let gate = std::sync::Arc::new(Gate::default());
    tree.store
        .plan(Point::PlaceBefore, Some(&acme), 1, Fault::Hold(gate.clone()));
    tree.send(&acme, "web-2", "disk", FIRING).await;
    gate.reached().await;
    merge(&tree, &acme, &rows[0], &[&rows[1]]).await.unwrap();
    gate.open();
    tree.settle(&acme).await;
    let after = tree.incidents(&acme).await;
    assert_eq!((after.len(), open(&after).len()), (3, 2));
    assert_eq!(alerts_of(&tree, &acme, &rows[0]).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn only_open_incidents_of_the_company_are_merged() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    let globex = tree.company("comp-globex").await;
    let rows = three(&tree, &acme).await;
    let theirs = three(&tree, &globex).await;
    let foreign = theirs[0].incident_id.clone();
    assert_eq!(
        merge(&tree, &acme, &rows[0], &[&theirs[0]]).await,
        Err(CallError::Regroup(RegroupRefusal::NoSuchIncident(foreign)))
    );
    act(&tree, &acme, &rows[1], Act::Resolve).await.unwrap();
    assert_eq!(
        merge(&tree, &acme, &rows[0], &[&rows[1]]).await,
        Err(CallError::Regroup(RegroupRefusal::Resolved(
            rows[1].incident_id.clone()
        )))
    );
    assert_eq!(open(&tree.incidents(&acme).await).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_split_incident_is_two_and_a_shared_fingerprint_follows_its_latest_alert() {
    let tree = Tree::grow().await;
    let by_asset = Correlation {
        aggregation_key: actors::domain::AggregationKey::Asset,
        ..Correlation::default()
    };
    let acme = tree.company_with("comp-acme", by_asset).await;
    for signature in ["disk", "disk", "memory", "disk"] {
        tree.send(&acme, "web-1", signature, FIRING).await;
        tree.settle(&acme).await;
    }
    let whole = tree.until_decided(&acme).await;
    let mut alerts = alerts_of(&tree, &acme, &whole).await;
    alerts.reverse();
    let split = |going: BTreeSet<AlertId>, new: &str| {
        let (from, new) = (whole.incident_id.clone(), new.parse().unwrap());
        tree.runtime
            .split(&acme, from, new, going, "usr-ann".into(), seconds(10))
    };
    let all: BTreeSet<AlertId> = alerts.iter().copied().collect();
    assert_eq!(
        split(all, "inc-all").await,
        Err(CallError::Regroup(RegroupRefusal::NothingLeft))
    );
    // The second disk alert and the memory alert go; the fourth, about the disk, stays.
    let new = split([alerts[1], alerts[2]].into(), "inc-new").await.unwrap();
    let rows = tree.incidents(&acme).await;
    let row = |id| rows.iter().find(|row| row.incident_id == id).unwrap();
    let (stays, goes) = (row(whole.incident_id.clone()), row(new.clone()));
    assert_eq!((stays.alert_count, stays.firing), (2, [0, 0, 1, 0]));
    assert_eq!((goes.alert_count, goes.firing), (2, [0, 0, 1, 0]));
    assert_eq!((goes.asset_name.as_str(), goes.signature.as_str()), ("web-1", "disk"));
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.send(&acme, "web-1", "memory", FIRING).await;
    tree.settle(&acme).await;
    let rows = tree.incidents(&acme).await;
    assert_eq!(rows.iter().map(|row| row.alert_count).collect::<Vec<_>>(), [3, 3]);
    tree.until("both decided", seconds(60), async || {
        tree.incidents(&acme).await.iter().all(|row| row.decided.is_some())
    })
    .await;
}

/// One fingerprint has one last word, which goes with one part. The other has not recovered.
#[tokio::test(start_paused = true)]
async fn neither_part_of_a_split_recovers_by_being_split() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    for _ in 0..3 {
        say(&tree, &acme, FIRING).await;
    }
    let whole = only(&tree, &acme).await;
    let alerts = alerts_of(&tree, &acme, &whole).await;
    let (going, new) = (BTreeSet::from([alerts[0]]), "inc-new".parse().unwrap());
    let (from, by) = (whole.incident_id.clone(), "usr-ann".to_owned());
    tree.runtime
        .split(&acme, from, new, going, by.into(), seconds(10))
        .await
        .unwrap();
    sleep(minutes(30)).await;
    let rows = tree.incidents(&acme).await;
    assert!(rows.len() == 2 && rows.iter().all(Incident::is_open), "{rows:#?}");

    say(&tree, &acme, RESOLVED).await;
    sleep(seconds(HOLD + 2)).await;
    let rows = tree.incidents(&acme).await;
    let over = rows.iter().filter(|row| !row.is_open());
    assert_eq!(over.count(), 1, "the recovery is the fingerprint's holder's: {rows:#?}");
}
