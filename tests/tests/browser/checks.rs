//! What holds on every screen: no violation that axe finds, in light and dark; nothing wider
//! than a phone. And pictures, when `UPDATE_IMAGES` is set.

use std::path::Path;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::driver;

/// WCAG 2.2 AA and what is good practice beyond.
const AXE: &str = "const done = arguments[arguments.length - 1]; \
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']; \
    axe.run(document, { runOnly: tags, rules: { 'target-size': { enabled: true } } }).then( \
        (found) => done(found.violations.map((one) => \
            [one.id, one.help, one.nodes.map((node) => [node.html, node.failureSummary])])), \
        (error) => done([String(error)]));";

/// Width that content must fit into without scrolling sideways (WCAG 2.2, 1.4.10).
const PHONE: u32 = 320;

impl Browser {
    /// Asserts what holds on every screen, on the one that is shown.
    pub(crate) async fn check(&self, screen: &str) {
        for scheme in ["light", "dark"] {
            self.colours(scheme).await;
            let violations = self.axe().await;
            assert_eq!(violations, json!([]), "{screen}, {scheme}: {violations:#}");
        }
        self.colours("light").await;
        self.size(PHONE, 700, 1).await;
        let script = "const page = document.documentElement; \
            return [Math.max(0, page.scrollWidth - page.clientWidth), window.innerWidth]";
        let widths = self.script(script).await;
        assert_eq!(widths, json!([0, PHONE]), "{screen} is wider than a phone");
        self.cdp("Emulation.clearDeviceMetricsOverride", json!({}))
            .await;
    }

    async fn axe(&self) -> Value {
        if self.script("return typeof axe").await == "undefined" {
            let axe = std::fs::read_to_string(driver::axe()).expect("axe-core");
            self.script(&axe).await;
        }
        let found = self.client.execute_async(AXE, Vec::new()).await;
        found.expect("an answer of axe")
    }

    /// Sets what the page may know of the person's wishes: `light` or `dark`, and no motion.
    pub(crate) async fn colours(&self, scheme: &str) {
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.cdp("Emulation.setEmulatedMedia", features).await;
    }

    /// Gives the page a size, in CSS pixels.
    pub(crate) async fn size(&self, width: u32, height: u32, scale: u32) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": scale > 1,
        });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// Takes a picture of this size for the documents, if pictures are wanted.
    pub(crate) async fn picture(&self, name: &str, width: u32, height: u32) {
        self.take(name, "light", (width, height, 1)).await;
    }

    /// Takes a picture of all of the page at this width, in `light` or `dark` colours.
    pub(crate) async fn whole_picture(&self, name: &str, scheme: &str, width: u32) {
        if !pictures_are_wanted() {
            return;
        }
        let mut height = 1;
        // Some of its space depends on the height.
        for _ in 0..5 {
            self.size(width, height, 1).await;
            let script = "return document.documentElement.scrollHeight";
            let measured = self.script(script).await;
            let measured = measured.as_u64().and_then(|height| height.try_into().ok());
            height = measured.expect("the height of the page");
        }
        self.take(name, scheme, (width, height, 1)).await;
    }

    /// The same in dark colours.
    pub(crate) async fn dark_picture(&self, name: &str, width: u32, height: u32) {
        self.take(name, "dark", (width, height, 1)).await;
    }

    /// The same on a phone.
    pub(crate) async fn phone_picture(&self, name: &str) {
        self.take(name, "light", (390, 844, 2)).await;
    }

    async fn take(&self, name: &str, scheme: &str, (width, height, scale): (u32, u32, u32)) {
        if !pictures_are_wanted() {
            return;
        }
        self.colours(scheme).await;
        self.size(width, height, scale).await;
        let image = self.client.screenshot().await.expect("a screenshot");
        let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/docs/images");
        std::fs::write(images.join(format!("{name}.png")), image).expect("a picture");
        self.cdp("Emulation.clearDeviceMetricsOverride", json!({}))
            .await;
        self.colours("light").await;
    }
}

fn pictures_are_wanted() -> bool {
    std::env::var_os("UPDATE_IMAGES").is_some()
}
