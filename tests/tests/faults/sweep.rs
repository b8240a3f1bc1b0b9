//! Lets every AWS request of a flow fail in every way, and compares what is left behind with what
//! the flow leaves when nothing fails.

use twostep_tests::{Answer, System};

use crate::effects::{State, Tally, sum};
use crate::scene::Scene;
use crate::trial::{Mode, Trial};

/// A request, as it is when nothing fails.
pub(crate) struct Flow {
    /// What it is, for whoever reads of a failure.
    pub(crate) name: &'static str,
    /// The function that answers it.
    pub(crate) function: &'static str,
    /// The status it is answered with, and the code of the problem if it is one.
    pub(crate) answer: (u16, &'static str),
    /// What it is answered with when it has been done already, and its answer got lost.
    pub(crate) done: (u16, &'static str),
}

impl Flow {
    /// A request that answers 200 whether it was done before or not.
    pub(crate) const fn new(name: &'static str, function: &'static str) -> Self {
        Self {
            name,
            function,
            answer: (200, ""),
            done: (200, ""),
        }
    }

    /// Answered with this status, and code if it is a problem, whether it was done before or not.
    pub(crate) const fn answers(self, status: u16, code: &'static str) -> Self {
        Self {
            answer: (status, code),
            done: (status, code),
            ..self
        }
    }

    /// Answered so when it has been done already.
    pub(crate) const fn done(self, status: u16, code: &'static str) -> Self {
        Self {
            done: (status, code),
            ..self
        }
    }
}

fn is(answer: &Answer, (status, code): (u16, &str)) -> bool {
    answer.status == status && answer.json()["code"].as_str().unwrap_or_default() == code
}

/// Systems that trials run on, side by side.
pub(crate) struct Pool([System; 3]);

impl Pool {
    pub(crate) async fn start() -> Self {
        let (a, b, c) = tokio::join!(System::start(), System::start(), System::start());
        Self([a, b, c])
    }

    /// With systems made by `start`.
    pub(crate) async fn of(start: impl AsyncFn() -> System) -> Self {
        let (a, b, c) = tokio::join!(start(), start(), start());
        Self([a, b, c])
    }

    /// Takes `flow` through every trial: `prepare` makes a scene, `act` is the request.
    pub(crate) async fn sweep(
        &self,
        flow: Flow,
        prepare: impl AsyncFn(&System) -> Scene,
        act: impl AsyncFn(&mut Scene) -> Answer,
    ) {
        let Self([a, b, c]) = self;
        a.reset().await;
        let sweep = Sweep::begin(a, flow, prepare, act).await;
        assert!(!sweep.trials.is_empty(), "{}: no requests", sweep.flow.name);
        tokio::join!(sweep.share(a, 0), sweep.share(b, 1), sweep.share(c, 2));
    }
}

struct Sweep<P, A> {
    flow: Flow,
    prepare: P,
    act: A,
    trials: Vec<Trial>,
    /// What the request leaves behind when nothing fails.
    effects: State,
    /// What it leaves behind when it is made again because its answer got lost.
    again: State,
}

impl<P, A> Sweep<P, A>
where
    P: AsyncFn(&System) -> Scene,
    A: AsyncFn(&mut Scene) -> Answer,
{
    /// Makes the request without any fault, to see what it does: once, and once more as somebody
    /// who has not got its answer.
    async fn begin(system: &System, flow: Flow, prepare: P, act: A) -> Self {
        let mut scene = prepare(system).await;
        let browser = scene.browser.clone();
        let before = State::of(system).await;
        system.clear_usage().await;
        let answer = act(&mut scene).await;
        assert!(is(&answer, flow.answer), "{}: {answer:?}", flow.name);
        let calls = system.usage().await.calls(flow.function);
        let trials = calls.iter().flat_map(|(service, operation, count)| {
            (0..*count).flat_map(|skip| Trial::all(service, operation, skip, *count))
        });
        let mut sweep = Self {
            trials: trials.collect(),
            effects: State::of(system).await.since(&before),
            again: State::default(),
            flow,
            prepare,
            act,
        };
        if !sweep.sends() {
            scene.browser = browser;
            let answer = (sweep.act)(&mut scene).await;
            assert!(is(&answer, sweep.flow.done), "{answer:?}");
            sweep.again = State::of(system).await.since(&before);
        }
        sweep
    }

    /// Every third trial, from `first` on.
    async fn share(&self, system: &System, first: usize) {
        for (at, trial) in self.trials.iter().skip(first).step_by(3).enumerate() {
            // What fails for long uses up the clients' quota of retries; and a function that
            // read its keys once won't again.
            let asks_for_keys = self.trials.iter().any(|trial| trial.service == "kms");
            if at % 10 == 0 || asks_for_keys {
                system.reset().await;
            }
            // Seen when an assertion fails.
            println!("{}: {trial:?}", self.flow.name);
            self.run(system, trial).await;
        }
    }

    async fn run(&self, system: &System, trial: &Trial) {
        let mut scene = (self.prepare)(system).await;
        let before = State::of(system).await;
        trial.begin(system, self.flow.function).await;
        let answer = (self.act)(&mut scene).await;
        trial.end(system).await;
        let left = State::of(system).await.since(&before);
        if !trial.is_lasting() {
            assert!(is(&answer, self.flow.answer), "{answer:?}");
            assert_eq!(left, self.effects, "tried again, and done once");
            return;
        }
        answer.problem(503, trial.code());
        assert_eq!(left.things, self.left_by(trial), "half done");
        let once = |(_, many): (_, &i64)| matches!(many, 0 | 1);
        let done = self.is_done(trial);
        assert!(done || left.counts.iter().all(once), "{left:?}");

        let answer = (self.act)(&mut scene).await;
        let end = State::of(system).await.since(&before);
        if done {
            assert!(is(&answer, self.flow.done), "{answer:?}");
            assert_eq!(end, self.again, "done twice");
            return;
        }
        assert!(is(&answer, self.flow.answer), "{answer:?}");
        let things = sum(&left.things, &self.effects.things);
        assert_eq!(end.things, things, "lost or done twice");
        self.check_counts(&left.counts, &end.counts);
    }

    /// Whether the request sends codes.
    fn sends(&self) -> bool {
        self.effects.things.contains_key("event code_sent")
    }

    /// Whether all of the request is done though it seems to have failed.
    fn is_done(&self, trial: &Trial) -> bool {
        !self.sends() && trial.is_lost() && trial.is_last_transaction()
    }

    /// What is left behind by a request that failed, exactly.
    fn left_by(&self, trial: &Trial) -> Tally {
        if self.is_done(trial) {
            return self.effects.things.clone();
        }
        // Of a send that may have worked it stays known that there was one; and it counts.
        let sent: &[&str] = match trial.mode {
            Mode::After if trial.is_send() => &["event code_sent", "message code"],
            Mode::Hang if trial.is_send() => &["event code_sent"],
            Mode::After if self.sends() && trial.is_last_transaction() => &["event code_sent"],
            _ => &[],
        };
        sent.iter().map(|what| ((*what).to_owned(), 1)).collect()
    }

    /// After another try everything is counted that a request counts, and what the failed one
    /// has left at most.
    fn check_counts(&self, left: &Tally, end: &Tally) {
        let most = sum(left, &self.effects.counts);
        let names = end.keys().chain(most.keys());
        for what in names.chain(self.effects.counts.keys()) {
            let of = |tally: &Tally| tally.get(what).copied().unwrap_or_default();
            let (least, most) = (of(&self.effects.counts), of(&most));
            assert!((least..=most).contains(&of(end)), "{what}: {end:?}");
        }
    }
}
