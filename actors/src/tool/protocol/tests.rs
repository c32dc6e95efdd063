use super::*;

const RULES: Rules = Rules {
    idempotent: false,
    token: None,
    window: Duration::from_secs(120),
    timeout: Duration::from_secs(300),
    grace: Duration::from_secs(600),
    patience: Duration::from_secs(3600),
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn intended(tries: u32) -> Running {
    Running::of(Standing::Intended { tries, unclear: false })
}

fn none() -> Heard {
    Heard::Listed(Vec::new())
}

#[test]
fn what_another_process_may_have_sent_is_looked_for_before_anything_is_sent() {
    assert_eq!(intended(1).hear(Heard::Stored, &RULES, at(0)), Next::Send);
    let mut found = intended(1);
    assert_eq!(found.hear(Heard::Found, &RULES, at(900)), Next::List(Duration::ZERO));
    assert!(matches!(found.hear(none(), &RULES, at(1019)), Next::List(_)));
    assert!(matches!(
        found.hear(none(), &RULES, at(1020)),
        Next::Store(Standing::Ended(Ending::Unknown(_)))
    ));
    let idempotent = Rules {
        idempotent: true,
        ..RULES
    };
    assert_eq!(
        found.hear(none(), &idempotent, at(1020)),
        Next::Store(Standing::Intended {
            tries: 2,
            unclear: true
        })
    );
}

#[test]
fn the_window_begins_when_it_may_have_been_sent_however_long_it_waited_before() {
    let mut slow = intended(1);
    assert_eq!(slow.hear(Heard::Stored, &RULES, at(0)), Next::Send);
    assert!(matches!(slow.hear(Heard::Unclear, &RULES, at(500)), Next::List(_)));
    assert!(matches!(slow.hear(none(), &RULES, at(619)), Next::List(_)));
}

#[test]
fn two_commands_with_one_name_are_told() {
    let two = || Heard::Listed(vec!["a".into(), "b".into()]);
    let Next::Store(Standing::Ended(Ending::Unknown(why))) = intended(1).hear(two(), &RULES, at(1)) else {
        panic!("not told")
    };
    assert_eq!(why, "several commands bear its name: a, b");
    let idempotent = Rules {
        idempotent: true,
        ..RULES
    };
    assert_eq!(
        intended(1).hear(two(), &idempotent, at(1)),
        Next::Store(Standing::Sent {
            command_id: "b".into(),
            others: vec!["a".into()],
            since: at(1),
            unclear: false,
        })
    );
}

#[test]
fn what_comes_to_light_after_another_try_is_told_before_it_ends() {
    let sent = |others: &[&str], unclear| Standing::Sent {
        command_id: "b".into(),
        others: others.iter().map(|&other| other.to_owned()).collect(),
        since: at(0),
        unclear,
    };
    let mut again = Running::of(Standing::Intended {
        tries: 2,
        unclear: true,
    });
    assert_eq!(
        again.hear(Heard::Sent("b".into()), &RULES, at(0)),
        Next::Store(sent(&[], true))
    );
    let mut unclear = Running::of(sent(&[], true));
    assert_eq!(
        unclear.hear(Heard::Over(true), &RULES, at(9)),
        Next::List(Duration::ZERO)
    );
    let both = Heard::Listed(vec!["a".into(), "b".into()]);
    assert_eq!(unclear.hear(both, &RULES, at(9)), Next::Store(sent(&["a"], false)));
    let mut told = Running::of(sent(&["a"], false));
    assert_eq!(
        told.hear(Heard::Over(true), &RULES, at(9)),
        Next::Store(Standing::Ended(Ending::Succeeded))
    );
}

#[test]
fn nothing_is_waited_for_without_end() {
    let sent = Running::of(Standing::Sent {
        command_id: "a".into(),
        others: vec![],
        since: at(0),
        unclear: false,
    });
    let mut looking = intended(1);
    looking.hear(Heard::Found, &RULES, at(0));
    let ends = [
        (&looking, Heard::Away, 120 + 3600),
        (&looking, Heard::UnderWay, 120 + 3600),
        (&sent, Heard::Away, 300 + 3600),
        (&sent, Heard::UnderWay, 300 + 600),
    ];
    for (running, heard, end) in ends {
        assert!(matches!(
            running.clone().hear(heard.clone(), &RULES, at(end - 1)),
            Next::List(_) | Next::Look(_)
        ));
        assert!(matches!(
            running.clone().hear(heard, &RULES, at(end)),
            Next::Store(Standing::Ended(Ending::Unknown(_)))
        ));
    }
    let waits: Vec<Duration> = [0, 8, 60, 4000]
        .map(|seconds| pause(Duration::from_secs(seconds)))
        .into();
    assert_eq!(waits, [1, 2, 15, 30].map(Duration::from_secs));
}

#[test]
fn what_is_certainly_not_sent_is_tried_three_times() {
    let unopened = || Heard::NotOpened("no connection".into());
    assert_eq!(
        intended(2).hear(unopened(), &RULES, at(5)),
        Next::Store(Standing::Intended {
            tries: 3,
            unclear: false
        })
    );
    assert_eq!(
        intended(3).hear(unopened(), &RULES, at(5)),
        Next::Store(Standing::Ended(Ending::NotSent("no connection".into())))
    );
}

#[test]
fn a_no_is_believed_once_the_list_says_so_too() {
    let not_sent = Next::Store(Standing::Ended(Ending::NotSent("no".into())));
    let idempotent = Rules {
        idempotent: true,
        ..RULES
    };
    for rules in [RULES, idempotent] {
        let mut denied = intended(1);
        assert_eq!(
            denied.hear(Heard::Denied("no".into()), &rules, at(0)),
            Next::List(Duration::ZERO)
        );
        assert_eq!(denied.clone().hear(none(), &rules, at(0)), not_sent);
        assert_eq!(denied.clone().hear(Heard::Away, &rules, at(0)), not_sent);
        let found = Heard::Listed(vec!["a".into()]);
        assert!(matches!(
            denied.hear(found, &rules, at(0)),
            Next::Store(Standing::Sent { .. })
        ));
    }
    let refused = |rules: &Rules, after: i64| {
        let mut refused = intended(1);
        refused.hear(Heard::Refused("no".into()), rules, at(0));
        refused.hear(none(), rules, at(after))
    };
    assert!(matches!(refused(&RULES, 119), Next::List(_)));
    let Next::Store(Standing::Ended(Ending::Unknown(why))) = refused(&RULES, 120) else {
        panic!("who knows")
    };
    assert!(why.ends_with("the service has answered: no"), "{why}");
    assert_eq!(
        refused(&idempotent, 120),
        Next::Store(Standing::Intended {
            tries: 2,
            // The service has said no, and may have carried it out all the same.
            unclear: true
        })
    );
}

fn with_token() -> Rules {
    Rules {
        token: Some(at(3600)),
        ..RULES
    }
}

fn once_more(tries: u32) -> Next {
    Next::Store(Standing::Intended { tries, unclear: true })
}

fn is_unknown(next: &Next) -> bool {
    matches!(next, Next::Store(Standing::Ended(Ending::Unknown(_))))
}

#[test]
fn with_a_token_whoever_does_not_know_asks_again() {
    let rules = with_token();
    assert_eq!(intended(1).hear(Heard::Stored, &rules, at(0)), Next::Send);
    for heard in [Heard::Unclear, Heard::Found, Heard::Refused("too much".into())] {
        assert_eq!(intended(1).hear(heard.clone(), &rules, at(5)), once_more(2));
        assert!(is_unknown(&intended(TRIES).hear(heard, &rules, at(5))));
    }
    let mut again = Running::of(Standing::Intended {
        tries: 2,
        unclear: true,
    });
    assert_eq!(again.hear(Heard::Stored, &rules, at(5)), Next::Send);
    let sent = Standing::Sent {
        command_id: "a".into(),
        others: vec![],
        since: at(6),
        unclear: false,
    };
    assert_eq!(again.hear(Heard::Sent("a".into()), &rules, at(6)), Next::Store(sent));
    assert!(is_unknown(&again.hear(Heard::Denied("no".into()), &rules, at(6))));
    assert_eq!(again.hear(Heard::NotOpened("no".into()), &rules, at(6)), once_more(3));
    for no in [Heard::Denied("no".into()), Heard::NotOpened("no".into())] {
        let tries = if no == Heard::Denied("no".into()) { 1 } else { TRIES };
        assert_eq!(
            intended(tries).hear(no, &rules, at(6)),
            Next::Store(Standing::Ended(Ending::NotSent("no".into())))
        );
    }
}

#[test]
fn a_token_that_may_be_forgotten_is_not_asked_with() {
    let rules = with_token();
    let unclear = Running::of(Standing::Intended {
        tries: 2,
        unclear: true,
    });
    for (mut running, heard) in [
        (intended(1), Heard::Found),
        (intended(1), Heard::Unclear),
        (unclear, Heard::Stored),
    ] {
        assert!(!is_unknown(&running.clone().hear(heard.clone(), &rules, at(3599))));
        assert!(is_unknown(&running.clone().hear(heard.clone(), &rules, at(3600))));
        let idempotent = Rules {
            idempotent: true,
            ..rules
        };
        assert!(!is_unknown(&running.hear(heard, &idempotent, at(9000))));
    }
    // What was never sent may be, whenever its turn comes.
    assert_eq!(intended(1).hear(Heard::Stored, &rules, at(9000)), Next::Send);
}
