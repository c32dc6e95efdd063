//! Sessions, leaving memory and coming back, by itself or released by an operator.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_session_ends_at_eight_hours_and_the_next_event_begins_another_with_its_hand_over() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    let row = tree.until_decided(&acme).await;
    let first = row.life.session.clone().unwrap();
    assert_eq!(first.ends_at, first.started_at.plus(SESSION));
    // Something each five minutes, so that its actor never leaves.
    while tree.clock.now() < first.ends_at.minus(minutes(2)) {
        say(&tree, &acme, FIRING).await;
        act(
            &tree,
            &acme,
            &row,
            Act::Update {
                assigned_to: None,
                note: Some("still at it".into()),
            },
        )
        .await
        .unwrap();
        sleep(minutes(5)).await;
    }
    let left = first.ends_at.since(tree.clock.now());
    sleep(left + seconds(1)).await;
    let entries = tree.entries(&acme, &row.incident_id).await;
    let ended = entries
        .iter()
        .find(|entry| entry["kind"] == "session.ended")
        .expect("the session ended");
    assert_eq!(ended["data"]["session_id"], first.session_id.as_str());
    let at: actors::domain::Timestamp = serde_json::from_value(ended["at"].clone()).unwrap();
    assert!(at.since(first.ends_at) <= seconds(1), "{at} against {}", first.ends_at);

    sleep(minutes(5)).await;
    say(&tree, &acme, FIRING).await;
    act(&tree, &acme, &row, Act::Acknowledge).await.unwrap();
    let second = only(&tree, &acme).await.life.session.unwrap();
    assert_ne!(second.session_id, first.session_id);
    assert!(second.started_at >= first.ends_at);
    assert!(handed_over(&tree, &acme, &row, first.session_id.as_str()).await);
}

#[tokio::test(start_paused = true)]
async fn a_passive_incident_passes_the_cap_unseen_and_still_hands_over() {
    let mut tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    let row = tree.until_decided(&acme).await;
    sleep(INCIDENT_IDLE + seconds(5)).await;
    let first = only(&tree, &acme).await.life.session.unwrap();
    assert!(
        first
            .handover
            .as_ref()
            .is_some_and(|text| text.contains("disk on web-1")),
        "{first:?}"
    );
    tree.regrow().await;
    sleep(SESSION).await;
    act(&tree, &acme, &row, Act::Acknowledge).await.unwrap();
    let second = only(&tree, &acme).await.life.session.unwrap();
    assert_ne!(second.session_id, first.session_id);
    assert!(handed_over(&tree, &acme, &row, first.session_id.as_str()).await);
}

#[tokio::test(start_paused = true)]
async fn a_session_goes_on_across_leaving_and_restarting() {
    let mut tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    let row = tree.until_decided(&acme).await;
    let first = row.life.session.clone().unwrap();
    sleep(INCIDENT_IDLE * 2).await;
    tree.regrow().await;
    act(&tree, &acme, &row, Act::Acknowledge).await.unwrap();
    let now = only(&tree, &acme).await.life.session.unwrap();
    assert_eq!((now.session_id, now.started_at), (first.session_id, first.started_at));
}

/// Whether the memory holds the hand-over of a session.
async fn handed_over(tree: &Tree, company: &CompanyId, row: &Incident, session: &str) -> bool {
    let memory = tree
        .reader(company)
        .short_memory(&row.incident_id, tree.clock.now())
        .await;
    let memory = memory.unwrap().unwrap();
    let mut told = memory.messages.iter().filter(|message| message.role == Role::System);
    told.any(|message| message.content.contains(session) && message.content.contains("web-1"))
}

// ---- leaving memory ----------------------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn an_idle_company_leaves_and_news_wakes_it() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    tree.until_decided(&acme).await;
    tree.store.plan(
        Point::Acquire,
        Some(&acme),
        1,
        Fault::Error(Error::Unavailable("once".into())),
    );
    sleep(TENANT_IDLE - minutes(1)).await;
    say(&tree, &acme, FIRING).await;
    assert!(!tree.store.spent(), "it was there all the time");
    sleep(TENANT_IDLE * 2).await;
    tree.send(&acme, "web-1", "disk", RESOLVED).await;
    sleep(seconds(5)).await;
    assert!(tree.store.spent(), "it became the writer anew");
    assert_eq!(only(&tree, &acme).await.alert_count, 3);
    sleep(seconds(HOLD + 5)).await;
    assert!(
        !only(&tree, &acme).await.is_open(),
        "and the sweeper wakes its incident"
    );
}

#[tokio::test(start_paused = true)]
async fn an_incident_that_wakes_while_the_store_is_away_waits_and_spends_no_restart() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    say(&tree, &acme, FIRING).await;
    let incident = tree.until_decided(&acme).await;
    let remembered = |memory: Option<actors::domain::ShortMemory>| memory.map_or(0, |memory| memory.messages.len());
    let reader = tree.reader(&acme);
    let id = &incident.incident_id;
    let before = remembered(reader.short_memory(id, tree.clock.now()).await.unwrap());
    sleep(INCIDENT_IDLE * 2).await;
    assert_eq!(tree.runtime.census().living(Kind::Incident), 0, "it has left");
    let away = || Fault::Error(Error::Unavailable("away".into()));
    tree.store.plan(Point::ReadIncident, Some(&acme), 8, away());
    let refused = tree.decide(&acme, id.as_str()).await;
    assert!(
        matches!(refused, Err(CallError::Store(Error::Unavailable(_)))),
        "{refused:?}"
    );
    while !tree.store.spent() {
        drop(tree.decide(&acme, id.as_str()).await);
    }
    tree.decide(&acme, id.as_str()).await.unwrap();
    let after = remembered(reader.short_memory(id, tree.clock.now()).await.unwrap());
    assert!(after > before, "what it had said before is still in its memory");
    assert_eq!(tree.runtime.census().restarts(Kind::Incident), 0);
}

#[tokio::test(start_paused = true)]
async fn what_meets_a_company_on_its_way_out_waits_for_the_next_incarnation() {
    const STEPS: usize = 60;
    let tree = Tree::grow().await;
    let mut companies = Vec::new();
    for n in 0..STEPS {
        let company = tree.company(&format!("comp-{n}")).await;
        tree.settle(&company).await;
        companies.push(company);
    }
    // All ask to leave in this moment; each call comes one scheduler step later than the one before.
    sleep(TENANT_IDLE).await;
    let calls = companies.iter().enumerate().map(|(n, company)| {
        let tree = &tree;
        async move {
            for _ in 0..n {
                tokio::task::yield_now().await;
            }
            tree.runtime.settle(company, seconds(10)).await
        }
    });
    assert_eq!(futures::future::join_all(calls).await, vec![Ok(()); STEPS]);
}

#[tokio::test(start_paused = true)]
async fn a_week_of_mostly_nothing_loses_nothing() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    for day in 0..7_u64 {
        say(&tree, &acme, FIRING).await;
        sleep(minutes(90)).await;
        say(&tree, &acme, RESOLVED).await;
        sleep(seconds(HOLD + 5)).await;
        let rows = tree.incidents(&acme).await;
        assert_eq!((rows.len() as u64, open(&rows).len()), (day + 1, 0));
        sleep(Duration::from_secs(24 * 3600) - minutes(90) - seconds(HOLD + 5)).await;
    }
    for row in tree.incidents(&acme).await {
        assert_eq!(row.alert_count, 2);
        assert_eq!(tree.decisions(&acme, &row.incident_id).await.len(), 1);
    }
}

// ---- for operators -----------------------------------------------------------------------------

#[tokio::test(start_paused = true)]
async fn a_dead_letter_is_placed_again_when_it_is_released() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    tree.settle(&acme).await;
    tree.entropy.panic_after(1);
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.settle(&acme).await;
    assert_eq!(tree.states(&acme).await, [AlertState::DeadLetter]);
    let page = PageRequest { limit: 10, after: None };
    let alert = tree
        .reader(&acme)
        .alerts(&AlertFilter::default(), page)
        .await
        .unwrap()
        .items[0]
        .alert
        .id();
    tree.runtime.release_alert(&acme, alert, seconds(5)).await.unwrap();
    tree.settle(&acme).await;
    assert_eq!(tree.states(&acme).await, [AlertState::Placed]);
    assert_eq!(
        tree.runtime.release_alert(&acme, alert, seconds(5)).await,
        Err(CallError::NoDeadLetter)
    );
}

#[tokio::test(start_paused = true)]
async fn a_quarantined_company_goes_on_at_once_when_it_is_released() {
    let tree = Tree::grow().await;
    let acme = tree.company("comp-acme").await;
    assert_eq!(
        tree.runtime.release_company(&acme, seconds(5)).await,
        Err(CallError::NotQuarantined)
    );
    tree.store.plan(Point::Acquire, Some(&acme), 6, Fault::Panic);
    tree.send(&acme, "web-1", "disk", FIRING).await;
    tree.until("quarantined", seconds(60), async || {
        tree.runtime.settle(&acme, seconds(5)).await == Err(CallError::Quarantined)
    })
    .await;
    tree.runtime.release_company(&acme, seconds(5)).await.unwrap();
    tree.settle(&acme).await;
    assert_eq!(only(&tree, &acme).await.alert_count, 1);
}
