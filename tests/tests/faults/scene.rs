//! The people a flow is about, made anew for every trial.

use std::sync::atomic::{AtomicU32, Ordering};

use twostep_tests::{Client, Kind, NewUser, Person, System, text_of};

/// A user in a practice and at an address of their own, so that no limit of one trial is reached
/// by another.
pub(crate) struct Scene {
    pub(crate) system: System,
    pub(crate) browser: Client,
    pub(crate) person: Person,
    pub(crate) user: NewUser,
    /// A colleague, for flows that need one.
    pub(crate) colleague: Option<(Person, NewUser)>,
    /// What the flow's request carries, as far as it needs any.
    pub(crate) ticket: String,
    pub(crate) enrollment: String,
    pub(crate) code: String,
    /// A path it goes to.
    pub(crate) path: String,
    practice: String,
}

/// A number that no other scene has.
fn number() -> u32 {
    static SCENES: AtomicU32 = AtomicU32::new(0);
    SCENES.fetch_add(1, Ordering::Relaxed)
}

impl Scene {
    /// A Full Access user without a method, in a browser without a session.
    pub(crate) async fn new(system: &System) -> Self {
        let n = number();
        let practice = format!("Practice {n}");
        let email = format!("person{n}@trial.test");
        let user = system.add_user(&practice, &email, "full_access").await;
        let address = format!("198.18.{}.{}", n / 256 % 256, n % 256);
        Self {
            system: system.clone(),
            browser: system.browser().from(&address),
            person: Person::new(&email),
            user,
            colleague: None,
            ticket: String::new(),
            enrollment: String::new(),
            code: String::new(),
            path: String::new(),
            practice,
        }
    }

    /// The same, signed in with these methods.
    pub(crate) async fn signed_in(system: &System, kinds: &[Kind]) -> Self {
        let mut scene = Self::new(system).await;
        let (first, others) = kinds.split_first().expect("a method");
        scene
            .browser
            .enroll_at_sign_in(&mut scene.person, *first)
            .await;
        for kind in others {
            scene.browser.enroll(&mut scene.person, *kind).await;
        }
        scene
    }

    /// The same, signed out again, with a ticket for a code.
    pub(crate) async fn at_code(system: &System, kinds: &[Kind]) -> Self {
        let mut scene = Self::signed_in(system, kinds).await;
        scene.browser = scene.browser.without_session();
        let login = scene.browser.login(&scene.person).await;
        scene.ticket = login.challenge_required();
        scene
    }

    /// Without a method, with a ticket to enable one.
    pub(crate) async fn at_enrollment(system: &System) -> Self {
        let mut scene = Self::new(system).await;
        let login = scene.browser.login(&scene.person).await;
        scene.ticket = login.enrollment_required();
        scene
    }

    /// With a colleague who has these methods.
    pub(crate) async fn with_colleague(mut self, kinds: &[Kind]) -> Self {
        let n = number();
        let email = format!("colleague{n}@trial.test");
        let user = self.system.add_user(&self.practice, &email, "standard");
        let user = user.await;
        let mut person = Person::new(&email);
        let mut browser = self.system.browser().from("198.19.0.1");
        for (at, kind) in kinds.iter().enumerate() {
            if at == 0 {
                browser.enroll_at_sign_in(&mut person, *kind).await;
            } else {
                browser.enroll(&mut person, *kind).await;
            }
        }
        self.colleague = Some((person, user));
        self
    }

    /// The id of the colleague.
    pub(crate) fn colleague_id(&self) -> &str {
        let (_, user) = self.colleague.as_ref().expect("a colleague");
        &user.user_id
    }

    /// Gets a code for the ticket ready, sent if it is sent.
    pub(crate) async fn with_code(mut self, kind: Kind) -> Self {
        let code = self
            .browser
            .code_for(&self.ticket, &mut self.person, kind)
            .await;
        self.code = code;
        self
    }

    /// Starts an enrollment during the sign-in, and gets its code ready.
    pub(crate) async fn enrolling_first(mut self, kind: Kind) -> Self {
        let ticket = self.ticket.clone();
        let started = self
            .browser
            .start_first_enrollment(&ticket, &self.person, kind)
            .await;
        let started = started.created();
        self.enrollment = text_of(&started, "enrollment");
        self.code = self.person.first_code(&self.browser, kind, &started).await;
        self
    }

    /// Starts an enrollment in the session, and gets its code ready.
    pub(crate) async fn enrolling(mut self, kind: Kind) -> Self {
        let started = self.browser.start_enrollment(&self.person, kind).await;
        let started = started.created();
        self.enrollment = text_of(&started, "enrollment");
        self.code = self.person.first_code(&self.browser, kind, &started).await;
        self
    }

    /// Gets a ticket and a code for a step-up ready.
    pub(crate) async fn stepping_up(mut self, kind: Kind) -> Self {
        let challenge = self.browser.challenge_in_session(kind).await.ok();
        self.ticket = text_of(&challenge, "ticket");
        self.code = self.person.code(&self.system.clone(), kind).await;
        self
    }

    /// With another code instead of the right one.
    pub(crate) fn with_wrong_code(mut self) -> Self {
        self.code = twostep_tests::other_than(&self.code).to_owned();
        self
    }
}
