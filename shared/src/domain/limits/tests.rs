use proptest::prelude::*;

use super::*;

const T0: Timestamp = Timestamp(1_000_000);

#[test]
fn window_runs_from_its_first_event() {
    let policy = WindowPolicy {
        limit: 2,
        seconds: 60,
    };
    let first = policy.admit(None, T0).unwrap().after();
    assert_eq!(
        first,
        Window {
            since: T0,
            count: 1,
            last: T0,
            failed: 0
        }
    );
    let second = policy.admit(Some(first), T0.plus(59)).unwrap().after();
    assert_eq!(
        second,
        Window {
            since: T0,
            count: 2,
            last: T0.plus(59),
            failed: 0
        }
    );
    assert_eq!(
        policy.admit(Some(second), T0.plus(59)),
        Err(Wait { seconds: 1 })
    );
    assert_eq!(
        policy.admit(Some(second), T0.plus(10)),
        Err(Wait { seconds: 50 })
    );
    let again = policy.admit(Some(second), T0.plus(60)).unwrap();
    assert_eq!(
        again,
        WindowStep::Open {
            seen: Some(second),
            since: T0.plus(60)
        }
    );
}

#[test]
fn delay_doubles_from_one_second_to_fifteen_minutes() {
    let delays: Vec<i64> = (0..=17).map(|n| PASSWORDS_PER_ACCOUNT.delay(n)).collect();
    let expected = [
        0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900,
    ];
    assert_eq!(delays, expected);
    assert_eq!(PASSWORDS_PER_ACCOUNT.delay(u32::MAX), 900);
}

#[test]
fn backoff_ends_by_itself_and_is_forgotten_after_a_quiet_day() {
    let policy = PASSWORDS_PER_ACCOUNT;
    let mut state = None;
    for _ in 0..5 {
        state = Some(policy.admit(state, T0).unwrap());
    }
    assert_eq!(policy.admit(state, T0), Err(Wait { seconds: 1 }));
    let sixth = policy.admit(state, T0.plus(1)).unwrap();
    assert_eq!((sixth.failures, sixth.until), (6, T0.plus(3)));
    let after_a_day = policy.admit(Some(sixth), T0.plus(1 + DAY)).unwrap();
    assert_eq!(
        (after_a_day.failures, after_a_day.until),
        (1, T0.plus(1 + DAY))
    );
}

proptest! {
    /// Whatever the pattern of tries, no `seconds` that begin with an admitted event hold
    /// more than `limit` of them.
    #[test]
    fn window_never_admits_more(gaps in prop::collection::vec(0_i64..40, 1..200)) {
        let policy = WindowPolicy { limit: 3, seconds: 60 };
        let (mut now, mut state, mut opened): (_, Option<Window>, Vec<(Timestamp, u32)>) =
            (T0, None, Vec::new());
        for gap in gaps {
            now = now.plus(gap);
            if let Ok(step) = policy.admit(state, now) {
                let after = step.after();
                match opened.last_mut() {
                    Some((since, count)) if *since == after.since => *count += 1,
                    _ => opened.push((after.since, 1)),
                }
                state = Some(after);
            }
        }
        for pair in opened.windows(2) {
            prop_assert!(pair[1].0.since(pair[0].0) >= 60);
        }
        prop_assert!(opened.iter().all(|(_, count)| *count <= 3));
    }

    /// An attacker who tries every second for a day makes few guesses.
    #[test]
    fn backoff_bounds_guesses(start in 0_i64..1_000_000) {
        let (mut state, mut guesses) = (None, 0);
        for second in 0..DAY {
            if let Ok(next) = PASSWORDS_PER_ACCOUNT.admit(state, Timestamp(start + second)) {
                state = Some(next);
                guesses += 1;
            }
        }
        prop_assert!(guesses < 115, "{guesses}");
    }

    /// The wait that a full window tells is true to the second.
    #[test]
    fn window_opens_when_it_says(
        count in 5_u32..9, age in 0_i64..100, failed in 0_u32..5,
    ) {
        let policy = WindowPolicy { limit: 5, seconds: 100 };
        let window = Window { since: T0, count, last: T0, failed };
        let now = T0.plus(age);
        let wait = policy.admit(Some(window), now).unwrap_err().seconds;
        prop_assert!(policy.admit(Some(window), now.plus(wait - 1)).is_err());
        prop_assert!(policy.admit(Some(window), now.plus(wait)).is_ok());
    }

    /// So is the wait of a delay, and no delay is longer than the longest.
    #[test]
    fn backoff_ends_when_it_says(failures in 5_u32..1000, age in 0_i64..900) {
        let policy = PASSWORDS_PER_ACCOUNT;
        let until = T0.plus(policy.delay(failures));
        let backoff = Backoff { failures, until, last: T0 };
        let now = T0.plus(age);
        if let Err(wait) = policy.admit(Some(backoff), now) {
            prop_assert!((1..=policy.longest).contains(&wait.seconds));
            prop_assert!(policy.admit(Some(backoff), now.plus(wait.seconds - 1)).is_err());
            let next = policy.admit(Some(backoff), now.plus(wait.seconds)).unwrap();
            prop_assert_eq!(next.failures, failures + 1);
        } else {
            prop_assert!(now >= until);
        }
    }

    /// More failures never mean a shorter delay.
    #[test]
    fn delays_never_shrink(failures in 0_u32..u32::MAX) {
        let policy = PASSWORDS_PER_ACCOUNT;
        prop_assert!(policy.delay(failures) <= policy.delay(failures + 1));
    }

    /// However tries interleave, only as many as the policy admits see the state they name
    /// still there when they write: the rest have to look again.
    #[test]
    fn parallel_tries_are_one_after_another(order in prop::collection::vec(0_usize..8, 1..200)) {
        let policy = WindowPolicy { limit: 5, seconds: 60 };
        let mut stored: Option<Window> = None;
        let mut seen: [Option<Option<Window>>; 8] = [None; 8];
        let mut admitted = 0;
        for who in order {
            match seen[who].take() {
                // Reads what is there.
                None => seen[who] = Some(stored),
                // Writes what that leads to, if it is still there.
                Some(read) => if let Ok(step) = policy.admit(read, T0) && read == stored {
                    stored = Some(step.after());
                    admitted += 1;
                },
            }
        }
        prop_assert!(admitted <= 5);
        prop_assert_eq!(stored.map_or(0, |window| window.count), admitted);
    }
}

#[test]
fn the_limits_are_those_of_the_policy() {
    let windows = [
        (SECOND_FACTORS, 10, HOUR),
        (PASSWORDS_PER_ADDRESS, 50, HOUR),
        (SMS_PER_NUMBER_HOUR, 5, HOUR),
        (SMS_PER_NUMBER_DAY, 10, DAY),
        (SMS_PER_USER, 10, HOUR),
        (SMS_PER_ADDRESS, 20, HOUR),
        (EMAILS_PER_MAILBOX, 10, HOUR),
        (SET_UP_EMAILS_PER_USER, 20, HOUR),
    ];
    for (policy, limit, seconds) in windows {
        assert_eq!(policy, WindowPolicy { limit, seconds });
    }
    let counts = [
        (GUESSES_PER_TICKET, 5),
        (SENDS_PER_TICKET, 5),
        (FAILURES_IN_A_ROW, 100),
    ];
    for (attempts, limit) in counts {
        assert_eq!(attempts.limit, limit);
        let left = [0, limit - 1, limit, limit + 1].map(|used| attempts.left(used));
        assert_eq!(left, [limit, 1, 0, 0]);
    }
    assert_eq!((SMS_PER_PRACTICE_DAY, RESEND_AFTER), (500, 30));
}
