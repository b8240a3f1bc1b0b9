//! Two-factor is mandatory: who has no method enables one while signing in.

use twostep_tests::{Kind, Person, System};

#[tokio::test]
async fn each_kind_can_be_the_first_method_and_signs_in() {
    for kind in Kind::ALL {
        let system = System::start().await;
        let mut dana = Person::new("desk@harbour.test");
        let mut browser = system.browser();
        let body = browser.enroll_at_sign_in(&mut dana, kind).await;
        assert_eq!(body["method"]["kind"], kind.as_str());
        assert_eq!(body["method"]["enabled"], true);
        assert_eq!(body["method"]["primary"], true);
        assert!(body["session"]["second_factor_at"].is_string());
        browser.get("/session").await.ok();

        let mut elsewhere = system.browser();
        elsewhere.sign_in(&mut dana).await;
        assert_eq!(elsewhere.enabled_methods().await, [kind.as_str()]);
    }
}
