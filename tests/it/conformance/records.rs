//! Records: what people administer, and a company's own settings.

use std::time::Duration;

use actors::domain::{Company, CompanyId};
use actors::port::record::{Content, Put};
use actors::port::{Amended, Amendment, Error, Reader, Record, RecordKind, Writer};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::World;
use super::journal::assert_chained;
use crate::support::alerts::{fact, new_company};

/// A record of a kind, with a lookup text or without.
pub fn put(kind: RecordKind, id: &str, expect: Option<u64>, lookup: Option<&str>, body: Value) -> Put {
    let to = Content {
        lookup: lookup.map(str::to_owned),
        expires_at: None,
        body,
    };
    Put {
        kind,
        id: id.to_owned(),
        expect,
        to: Some(to),
    }
}

fn asset(id: &str, expect: Option<u64>) -> Put {
    put(
        RecordKind::Assets,
        id,
        expect,
        None,
        json!({ "name": id, "expect": expect }),
    )
}

fn user(id: &str, expect: Option<u64>, email: &str) -> Put {
    put(RecordKind::Users, id, expect, Some(email), json!({ "email": email }))
}

/// An amendment of records alone.
pub fn of(puts: Vec<Put>) -> Amendment {
    Amendment {
        puts,
        ..Amendment::default()
    }
}

async fn amend(writer: &dyn Writer, puts: Vec<Put>) -> Amended {
    writer.amend(of(puts), None).await.unwrap()
}

async fn ids(reader: &dyn Reader, kind: RecordKind) -> Vec<String> {
    let records = reader.records(kind, None, 100).await.unwrap();
    records.into_iter().map(|record| record.id).collect()
}

async fn asset_of(w: &World, id: &str) -> Option<Record> {
    w.reader().record(RecordKind::Assets, id).await.unwrap()
}

pub async fn a_record_is_read_as_it_was_written(w: World) {
    let writer = w.writer().await;
    let body = json!({
        "name": "db-1 \u{1f525}", "count": 3, "most": u64::MAX, "share": 0.5, "none": null, "yes": true, "": "",
        "created_at": w.now(), "seen_at": null, "said_at": "yesterday", "expires_at": w.after(60),
        "labels": {"a.b": "c", "$set": 1, "$date": w.now(), "made_at": w.now(), "deep": {"$oid": [{"$ref": "x"}]}},
        "a.b": "c", "$inc": {"d": 1}, "list": [{"at": w.now()}, [], {}],
        "_id": "mine", "company_id": "comp-b", "version": 9, "lookup": "l", "forget_at": w.now(), "body": {"body": 1},
    });
    let mut first = put(RecordKind::Assets, "as/1", None, Some("db-1"), body);
    first.to.as_mut().unwrap().expires_at = Some(w.after(60));
    assert_eq!(amend(&*writer, vec![first.clone()]).await, Amended::Done);
    let written = first.record(&w.a).unwrap();
    assert_eq!(written.version, 1);
    assert_eq!(asset_of(&w, "as/1").await.as_ref(), Some(&written));
    let found = w.store.find_record(RecordKind::Assets, "db-1").await.unwrap();
    assert_eq!(found.as_ref(), Some(&written));
    assert_eq!(
        w.store.all_records(RecordKind::Assets, None, 9).await.unwrap(),
        [written]
    );

    // Whole, and in place of the one before.
    let second = asset("as/1", Some(1));
    assert_eq!(amend(&*writer, vec![second.clone()]).await, Amended::Done);
    let after = asset_of(&w, "as/1").await;
    assert_eq!(after.as_ref().map(|record| record.version), Some(2));
    assert_eq!(after, second.record(&w.a));
    assert_eq!(w.store.find_record(RecordKind::Assets, "db-1").await, Ok(None));
    let gone = Put::remove(RecordKind::Assets, "as/1".to_owned(), 2);
    assert_eq!(amend(&*writer, vec![gone]).await, Amended::Done);
    assert_eq!(asset_of(&w, "as/1").await, None);
    assert_eq!(asset_of(&w, "as-none").await, None);
}

pub async fn an_amendment_is_done_whole_or_not_at_all(w: World) {
    let writer = w.writer().await;
    let puts = vec![asset("as-1", None), user("usr-1", None, "ann@a"), asset("as-2", None)];
    assert_eq!(amend(&*writer, puts).await, Amended::Done);
    let settings = w.reader().company().await.unwrap();
    let (before, joinable_no) = (journal_of(&w).await, writer.barrier().await.unwrap());
    let stale = Put::remove(RecordKind::Assets, "as-2".to_owned(), 7);
    let refusals = [
        (vec![asset("as-3", None), asset("as-1", None)], Amended::Changed),
        (vec![asset("as-3", None), asset("as-1", Some(2))], Amended::Changed),
        (vec![asset("as-3", None), asset("as-4", Some(1))], Amended::Changed),
        (vec![asset("as-1", Some(1)), stale], Amended::Changed),
        (vec![asset("as-3", None), user("usr-2", None, "ann@a")], Amended::Taken),
        (
            vec![user("usr-2", None, "bob@a"), user("usr-3", None, "bob@a")],
            Amended::Taken,
        ),
    ];
    for (puts, refusal) in refusals {
        let wanted = Amendment {
            company: Some(next(&settings)),
            facts: vec![fact("thing.changed", "thing-1", w.now())],
            ..of(puts)
        };
        assert_eq!(writer.amend(wanted.clone(), None).await, Ok(refusal), "{wanted:?}");
    }
    let twice = of(vec![asset("as-3", None), asset("as-3", None)]);
    let text = of(vec![put(RecordKind::Assets, "as-3", None, None, json!("text"))]);
    for senseless in [twice, text] {
        assert!(matches!(writer.amend(senseless, None).await, Err(Error::Corrupt(_))));
    }
    assert_eq!(ids(&*w.reader(), RecordKind::Assets).await, ["as-1", "as-2"]);
    assert_eq!(ids(&*w.reader(), RecordKind::Users).await, ["usr-1"]);
    assert_eq!(asset_of(&w, "as-1").await.unwrap().version, 1);
    assert_eq!(w.reader().company().await, Ok(settings));
    assert_eq!(journal_of(&w).await, before);
    assert_eq!(writer.barrier().await, Ok(joinable_no));
}

async fn journal_of(w: &World) -> Vec<actors::domain::Entry> {
    let page = actors::port::reader::PageRequest {
        limit: 200,
        after: None,
    };
    w.reader().journal(page).await.unwrap().items
}

pub async fn an_amendment_is_one_commit_with_its_facts(w: World) {
    let writer = w.writer().await;
    w.opened(&*writer, "inc-1", 1).await;
    let facts = vec![
        fact("asset.added", "as-1", w.now()),
        fact("asset.added", "as-2", w.now()),
    ];
    let wanted = Amendment {
        facts,
        ..of(vec![asset("as-1", None), asset("as-2", None)])
    };
    assert_eq!(writer.amend(wanted, None).await, Ok(Amended::Done));
    // One of facts alone is one too; one of nothing is none.
    let wanted = Amendment {
        facts: vec![fact("thing.said", "thing-1", w.now())],
        ..Amendment::default()
    };
    assert_eq!(writer.amend(wanted, None).await, Ok(Amended::Done));
    assert_eq!(writer.amend(Amendment::default(), None).await, Ok(Amended::Done));
    let journal = journal_of(&w).await;
    assert_chained(&w.a, &journal);
    let told: Vec<(u64, &str)> = journal
        .iter()
        .map(|entry| (entry.commit_no, entry.subject.as_str()))
        .collect();
    assert_eq!(told, [(1, "inc-1"), (2, "as-1"), (2, "as-2"), (3, "thing-1")]);
}

pub async fn a_lookup_text_is_one_records_of_all_companies(w: World) {
    let (writer, other) = (w.writer().await, w.store.acquire(&w.b).await.unwrap());
    assert_eq!(amend(&*writer, vec![user("usr-1", None, "ann@a")]).await, Amended::Done);
    assert_eq!(amend(&*other, vec![user("usr-1", None, "ann@a")]).await, Amended::Taken);
    // Another kind's is another.
    let asset = put(RecordKind::Assets, "as-1", None, Some("ann@a"), json!({}));
    assert_eq!(amend(&*other, vec![asset]).await, Amended::Done);
    // A record keeps its own, and gives it up.
    assert_eq!(
        amend(&*writer, vec![user("usr-1", Some(1), "ann@a")]).await,
        Amended::Done
    );
    assert_eq!(
        amend(&*writer, vec![user("usr-1", Some(2), "ann@b")]).await,
        Amended::Done
    );
    assert_eq!(amend(&*other, vec![user("usr-1", None, "ann@a")]).await, Amended::Done);
    // What is given up in an amendment may be taken in it.
    let swap = vec![user("usr-1", Some(3), "bob@b"), user("usr-2", None, "ann@b")];
    assert_eq!(amend(&*writer, swap).await, Amended::Done);
    let swap = vec![user("usr-1", Some(4), "ann@b"), user("usr-2", Some(1), "bob@b")];
    assert_eq!(amend(&*writer, swap).await, Amended::Done);
    let heir = vec![
        Put::remove(RecordKind::Users, "usr-1".into(), 5),
        user("usr-3", None, "ann@b"),
    ];
    assert_eq!(amend(&*writer, heir).await, Amended::Done);
    let found = w.store.find_record(RecordKind::Users, "ann@b").await.unwrap().unwrap();
    assert_eq!((found.company_id, found.id.as_str()), (w.a.clone(), "usr-3"));
    assert_eq!(w.store.find_record(RecordKind::Users, "nobody").await, Ok(None));
}

pub async fn of_many_at_once_one_has_the_lookup_text(w: World) {
    let writers = [w.writer().await, w.store.acquire(&w.b).await.unwrap()];
    for round in 0..20 {
        let (id, email) = (format!("usr-{round}"), format!("{round}@a"));
        let both = writers
            .iter()
            .map(|writer| amend(&**writer, vec![user(&id, None, &email)]));
        let mut answers = futures::future::join_all(both).await;
        answers.sort_by_key(|answer| *answer == Amended::Taken);
        assert_eq!(answers, [Amended::Done, Amended::Taken]);
    }
}

pub async fn records_are_a_companys_own(w: World) {
    let (writer, other) = (w.writer().await, w.store.acquire(&w.b).await.unwrap());
    let platform = w.store.acquire(&CompanyId::platform()).await.unwrap();
    for writer in [&writer, &other, &platform] {
        assert_eq!(amend(&**writer, vec![asset("as-1", None)]).await, Amended::Done);
    }
    assert_eq!(
        amend(&*other, vec![asset("as-1", Some(1)), asset("as-2", None)]).await,
        Amended::Done
    );
    assert_eq!(asset_of(&w, "as-1").await.unwrap().version, 1);
    assert_eq!(asset_of(&w, "as-2").await, None);
    assert_eq!(ids(&*w.store.reader(&w.b), RecordKind::Assets).await, ["as-1", "as-2"]);
    assert_eq!(
        ids(&*w.store.reader(&CompanyId::platform()), RecordKind::Assets).await,
        ["as-1"]
    );
    assert_eq!(ids(&*w.reader(), RecordKind::Logins).await, [""; 0]);
    let nowhere = w.store.reader(&"comp-none".parse().unwrap());
    assert_eq!(
        nowhere.record(RecordKind::Assets, "as-1").await,
        Err(Error::NoSuchCompany)
    );
    assert_eq!(
        nowhere.records(RecordKind::Assets, None, 9).await,
        Err(Error::NoSuchCompany)
    );
}

pub async fn records_are_paged_in_the_order_of_their_ids(w: World) {
    let (writer, other) = (w.writer().await, w.store.acquire(&w.b).await.unwrap());
    let names = ["B", "a", "a-", "a-1", "a.", "a/1", "ab", "b", "\u{e4}"];
    let puts = || names.iter().rev().map(|name| asset(name, None)).collect::<Vec<_>>();
    assert_eq!(amend(&*writer, puts()).await, Amended::Done);
    assert_eq!(amend(&*other, puts()).await, Amended::Done);
    let reader = w.reader();
    assert_eq!(ids(&*reader, RecordKind::Assets).await, names);
    for limit in 1..=10 {
        let mut found: Vec<String> = Vec::new();
        loop {
            let after = found.last().map(String::as_str);
            let page = reader.records(RecordKind::Assets, after, limit).await.unwrap();
            assert!(page.len() <= limit);
            if page.is_empty() {
                break;
            }
            found.extend(page.into_iter().map(|record| record.id));
        }
        assert_eq!(found, names);
        let mut found: Vec<(CompanyId, String)> = Vec::new();
        loop {
            let after = found.last().map(|(company, id)| (company, id.as_str()));
            let page = w.store.all_records(RecordKind::Assets, after, limit).await.unwrap();
            assert!(page.len() <= limit);
            if page.is_empty() {
                break;
            }
            found.extend(page.into_iter().map(|record| (record.company_id, record.id)));
        }
        let expected = [&w.a, &w.b]
            .into_iter()
            .flat_map(|company| names.map(|name| (company.clone(), name.to_owned())));
        assert!(found.iter().eq(&expected.collect::<Vec<_>>()), "{found:?}");
    }
    let mut backwards = Vec::new();
    let mut before: Option<String> = None;
    loop {
        let page = reader
            .records_backwards(RecordKind::Assets, before.as_deref(), 2)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.id.clone());
        backwards.extend(page.into_iter().map(|record| record.id));
    }
    backwards.reverse();
    assert_eq!(backwards, names);
    assert_eq!(reader.records_backwards(RecordKind::Assets, None, 0).await, Ok(vec![]));
    assert_eq!(reader.records(RecordKind::Assets, None, 0).await, Ok(vec![]));
}

pub async fn expired_records_are_forgotten(w: World) {
    let writer = w.writer().await;
    let login = |n: usize, seconds: Option<u64>| {
        let mut login = put(
            RecordKind::Logins,
            &format!("lgn-{n}"),
            None,
            Some(&n.to_string()),
            json!({ "n": n }),
        );
        login.to.as_mut().unwrap().expires_at = seconds.map(|seconds| w.after(seconds));
        login
    };
    let puts = vec![login(1, Some(60)), login(2, Some(61)), login(3, None)];
    assert_eq!(amend(&*writer, puts).await, Amended::Done);
    w.store.forget_expired(w.after(59)).await.unwrap();
    assert_eq!(ids(&*w.reader(), RecordKind::Logins).await, ["lgn-1", "lgn-2", "lgn-3"]);
    w.store.forget_expired(w.after(60)).await.unwrap();
    assert_eq!(ids(&*w.reader(), RecordKind::Logins).await, ["lgn-2", "lgn-3"]);
    assert_eq!(w.store.find_record(RecordKind::Logins, "1").await, Ok(None));
    // What is forgotten is not there: it cannot be changed, and its lookup text is free.
    let mut late = login(1, None);
    late.expect = Some(1);
    assert_eq!(amend(&*writer, vec![late]).await, Amended::Changed);
    assert_eq!(amend(&*writer, vec![login(1, None)]).await, Amended::Done);
    w.store.forget_expired(w.after(48 * 3_600)).await.unwrap();
    assert_eq!(ids(&*w.reader(), RecordKind::Logins).await, ["lgn-1", "lgn-3"]);
}

/// The settings that follow these.
fn next(company: &Company) -> Company {
    let mut next = company.clone();
    next.version += 1;
    next.correlation.version += 1;
    next.correlation.min_alerts = 3;
    next
}

pub async fn a_companys_settings_change_from_the_version_before(w: World) {
    let writer = w.writer().await;
    let before = w.reader().company().await.unwrap();
    assert_eq!((before.version, before.archived_at), (1, None));
    let joinable_no = writer.barrier().await.unwrap();
    let change = |company: Company| Amendment {
        company: Some(company),
        ..of(vec![asset("as-1", None)])
    };
    let changed = next(&before);
    assert_eq!(writer.amend(change(changed.clone()), None).await, Ok(Amended::Done));
    assert_eq!(w.reader().company().await, Ok(changed.clone()));
    assert_eq!(writer.barrier().await, Ok(joinable_no + 1));
    // Records alone are no matter of the correlator's.
    assert_eq!(amend(&*writer, vec![asset("as-2", None)]).await, Amended::Done);
    assert_eq!(writer.barrier().await, Ok(joinable_no + 1));

    let only = |company: Company| Amendment {
        company: Some(company),
        ..Amendment::default()
    };
    for stale in [before.clone(), changed.clone(), next(&before), next(&next(&changed))] {
        assert_eq!(writer.amend(only(stale), None).await, Ok(Amended::Changed));
    }
    let mut younger = next(&changed);
    younger.created_at = w.after(1);
    let mut anothers = next(&changed);
    anothers.company_id = w.b.clone();
    for senseless in [younger, anothers] {
        assert!(matches!(
            writer.amend(only(senseless), None).await,
            Err(Error::Corrupt(_))
        ));
    }
    assert_eq!(w.reader().company().await, Ok(changed.clone()));
    let mut archived = next(&changed);
    archived.archived_at = Some(w.after(5));
    assert_eq!(writer.amend(only(archived.clone()), None).await, Ok(Amended::Done));
    let others = new_company(&w.b, w.now()).company;
    assert_eq!(w.store.companies().await, Ok(vec![archived, others]));
    // The platform has no settings.
    let platform = w.store.acquire(&CompanyId::platform()).await.unwrap();
    assert_eq!(platform.amend(only(next(&before)), None).await, Ok(Amended::Changed));
}

pub async fn amending_is_fenced_and_has_a_deadline(w: World) {
    let old = w.writer().await;
    let new = w.writer().await;
    let wanted = || of(vec![asset("as-1", None)]);
    assert_eq!(old.amend(wanted(), None).await, Err(Error::Fenced));
    assert_eq!(old.amend(Amendment::default(), None).await, Err(Error::Fenced));
    let past = Some(Instant::now());
    assert_eq!(new.amend(wanted(), past).await, Err(Error::DeadlinePassed));
    assert_eq!(asset_of(&w, "as-1").await, None);
    let future = Some(Instant::now() + Duration::from_secs(60));
    assert_eq!(new.amend(wanted(), future).await, Ok(Amended::Done));
}

pub async fn a_company_is_founded_with_its_records_or_not_at_all(w: World) {
    let platform = w.store.acquire(&CompanyId::platform()).await.unwrap();
    let mut new = new_company(&"comp-c".parse().unwrap(), w.now());
    let good = new.puts.clone();
    let free = |put: &mut Put, lookup: &str| put.to.as_mut().unwrap().lookup = Some(lookup.to_owned());
    let mut bad = vec![good.clone(), good.clone(), good.clone()];
    free(&mut bad[0][0], &format!("{:0<64}", "comp-a"));
    bad[1][1].expect = Some(1);
    let mut same = good[0].clone();
    same.id = "key-again".to_owned();
    bad[2].push(same);
    for puts in bad {
        new.puts = puts;
        assert_eq!(platform.found(new.clone()).await, Ok(false));
    }
    new.puts = vec![good[0].clone(), good[0].clone()];
    assert!(matches!(platform.found(new.clone()).await, Err(Error::Corrupt(_))));
    let reader = w.store.reader(&new.company.company_id);
    assert_eq!(reader.company().await, Err(Error::NoSuchCompany));
    assert_eq!(
        w.store.all_records(RecordKind::ApiKeys, None, 9).await.unwrap().len(),
        2
    );
    new.puts = good;
    assert_eq!(platform.found(new.clone()).await, Ok(true));
    assert_eq!(ids(&*reader, RecordKind::ApiKeys).await, ["key-comp-c"]);
    assert_eq!(ids(&*reader, RecordKind::WebhookSecrets).await, ["whs-comp-c"]);
}
