//! Lets every AWS request of a flow fail in every way.

use serde_json::json;
use twostep_tests::{Answer, System};

use crate::effects::{State, Tally};
use crate::scene::Scene;

/// A request, as it is when nothing fails.
pub(crate) struct Flow {
    /// What it is, for whoever reads of a failure.
    pub(crate) name: &'static str,
    /// The function that answers it.
    pub(crate) function: &'static str,
    /// The status it is answered with, and the code of the problem if it is one.
    pub(crate) answer: (u16, &'static str),
    /// What it is answered with when it has been done already.
    pub(crate) done: &'static [(u16, &'static str)],
    /// Whether making it again does it again, as a sign-in is another sign-in.
    pub(crate) repeats: bool,
}

impl Flow {
    /// A request that answers 200 whether it was done before or not.
    pub(crate) const fn new(name: &'static str, function: &'static str) -> Self {
        Self {
            name,
            function,
            answer: (200, ""),
            done: &[],
            repeats: false,
        }
    }

    /// Answered with this status, and code if it is a problem.
    pub(crate) const fn answers(self, status: u16, code: &'static str) -> Self {
        Self {
            answer: (status, code),
            ..self
        }
    }

    /// Answered so when it has been done already.
    pub(crate) const fn done(self, done: &'static [(u16, &'static str)]) -> Self {
        Self { done, ..self }
    }

    /// Done again when it is made again.
    pub(crate) const fn repeats(self) -> Self {
        Self {
            repeats: true,
            ..self
        }
    }

    fn is_answered(&self, answer: &Answer) -> bool {
        is(answer, self.answer)
    }
}

fn is(answer: &Answer, (status, code): (u16, &str)) -> bool {
    answer.status == status && answer.json()["code"].as_str().unwrap_or_default() == code
}

/// How an AWS request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Error,
    Throttle,
    Slow,
    Hang,
    After,
}

impl Mode {
    const ALL: [Self; 5] = [
        Self::Error,
        Self::Throttle,
        Self::Slow,
        Self::Hang,
        Self::After,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Throttle => "throttle",
            Self::Slow => "slow",
            Self::Hang => "hang",
            Self::After => "after",
        }
    }
}

/// One request that fails in one way.
#[derive(Clone, Debug)]
struct Trial {
    service: String,
    operation: String,
    /// Which one: so many before it go well.
    skip: u64,
    mode: Mode,
    /// How many tries of it fail.
    tries: u64,
}

impl Trial {
    /// Tries the clients make (`runtime.rs`): sends are tried once.
    fn most_tries(&self) -> u64 {
        if self.is_send() { 1 } else { 3 }
    }

    fn is_send(&self) -> bool {
        matches!(self.service.as_str(), "ses" | "sns")
    }

    /// Whether the SDK gets no answer at all.
    fn is_lasting(&self) -> bool {
        self.mode != Mode::Slow && self.tries == self.most_tries()
    }

    /// Whether nobody can know if the request had an effect.
    fn is_unclear(&self) -> bool {
        // While time runs fast, requests that don't hang may be late too.
        self.mode == Mode::Hang || (self.mode == Mode::After && self.is_lasting())
    }

    fn of(service: &str, operation: &str, skip: u64) -> Vec<Self> {
        let mut trials = Vec::new();
        for mode in Mode::ALL {
            let one = Self {
                service: service.to_owned(),
                operation: operation.to_owned(),
                skip,
                mode,
                tries: 1,
            };
            let most = one.most_tries();
            // Errors and hangs that last, a throttling that passes, and lost answers of both
            // kinds: the clients treat what passes alike.
            if most > 1 && matches!(mode, Mode::Error | Mode::Hang | Mode::After) {
                trials.push(Self {
                    tries: most,
                    ..one.clone()
                });
            }
            if most == 1 || !matches!(mode, Mode::Error | Mode::Hang) {
                trials.push(one);
            }
        }
        trials
    }

    async fn begin(&self, system: &System, function: &str) {
        let mut fault = json!({
            "service": self.service, "operation": self.operation, "function": function,
            "mode": self.mode.name(), "skip": self.skip, "count": self.tries,
        });
        if self.mode == Mode::Slow {
            fault["delay_ms"] = json!(20);
        }
        system.fault(fault).await;
        if self.mode == Mode::Hang {
            system.hurry(5);
        }
    }

    async fn end(&self, system: &System) {
        // Time may be up before the last try of a request that hangs.
        let is_over = self.mode == Mode::Hang || system.faults_are_over().await;
        assert!(is_over, "the fault never happened");
        system.hurry(1);
        system.clear_faults().await;
    }
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
    effects: Tally,
}

impl<P, A> Sweep<P, A>
where
    P: AsyncFn(&System) -> Scene,
    A: AsyncFn(&mut Scene) -> Answer,
{
    /// Makes the request once without any fault, to see what it does.
    async fn begin(system: &System, flow: Flow, prepare: P, act: A) -> Self {
        let mut scene = prepare(system).await;
        let before = State::of(&scene).await;
        system.clear_usage().await;
        let answer = act(&mut scene).await;
        assert!(flow.is_answered(&answer), "{}: {answer:?}", flow.name);
        let calls = system.usage().await.calls(flow.function);
        let trials = calls.iter().flat_map(|(service, operation, count)| {
            (0..*count).flat_map(|skip| Trial::of(service, operation, skip))
        });
        Self {
            trials: trials.collect(),
            effects: State::of(&scene).await.since(&before),
            flow,
            prepare,
            act,
        }
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
        let before = State::of(&scene).await;
        trial.begin(system, self.flow.function).await;
        let answer = (self.act)(&mut scene).await;
        trial.end(system).await;
        let then = State::of(&scene).await;
        let left = then.since(&before);
        if self.flow.is_answered(&answer) {
            self.check_answered(trial, &answer);
            assert_eq!(left, self.effects);
            return;
        }
        self.check_problem(trial, &answer);
        let done = left == self.effects && !left.is_empty();
        if !done {
            assert!(then.attempts >= before.attempts, "{before:?} {then:?}");
            assert!(then.failures >= before.failures, "{before:?} {then:?}");
        }
        if trial.is_unclear() {
            self.check_part(&left, 1);
        } else {
            assert_eq!(left, Tally::new(), "half done");
        }
        self.try_again(&mut scene, done || trial.is_unclear()).await;
        let end = State::of(&scene).await.since(&before);
        let twice = (done && self.flow.repeats)
            || (trial.is_unclear() && (self.sends() || self.flow.repeats));
        if twice {
            self.check_part(&end, 2);
        } else {
            assert_eq!(end, self.effects, "lost or done twice");
        }
    }

    /// The request went well: it could, since it was tried again, or wasn't to fail at all.
    fn check_answered(&self, trial: &Trial, answer: &Answer) {
        assert!(!trial.is_lasting(), "{answer:?}");
        if self.flow.answer.0 >= 400 {
            answer.problem(self.flow.answer.0, self.flow.answer.1);
        }
    }

    /// The request failed: it may, unless it was tried again.
    fn check_problem(&self, trial: &Trial, answer: &Answer) {
        // A request that is tried within a fraction of a second may well be slower on a busy
        // machine.
        assert!(trial.is_lasting() || trial.mode == Mode::Hang, "{answer:?}");
        let late_send = trial.mode == Mode::Hang && is(answer, (503, "delivery_unavailable"));
        let code = if trial.is_send() || late_send {
            "delivery_unavailable"
        } else {
            "temporarily_unavailable"
        };
        answer.problem(503, code);
    }

    /// Whether the flow sends codes; a send can't be taken back or recognised.
    fn sends(&self) -> bool {
        self.effects.contains_key("event code_sent")
    }

    /// Nothing was left behind but what the request does, and no more than so many times.
    fn check_part(&self, left: &Tally, times: i64) {
        for (what, many) in left {
            let whole = self.effects.get(what).copied().unwrap_or_default();
            let (least, most) = (0.min(times * whole), 0.max(times * whole));
            assert!((least..=most).contains(many), "{what}: {left:?}");
        }
    }

    /// Makes the request again, as a person would after an error.
    /// It may have been `done` the first time.
    async fn try_again(&self, scene: &mut Scene, done: bool) {
        let mut answer = (self.act)(scene).await;
        if is(&answer, (429, "resend_too_soon")) {
            // The code was counted, but the answer to that was lost.
            scene.system.advance(answer.retry_after()).await;
            answer = (self.act)(scene).await;
        }
        let is_done = done && self.flow.done.iter().any(|done| is(&answer, *done));
        assert!(self.flow.is_answered(&answer) || is_done, "{answer:?}");
    }
}
