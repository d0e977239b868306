//! `kill -9` at any moment: what is on disk is the old or the new, and always loads.
//!
//! `ISPTUNE_KILLS` sets how often; a plain run takes 40, `docs/tables/service.md` holds a run of
//! 1,000.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use daemon::look::LookStore;
use serde_json::{Value, json};

use crate::running::Root;

#[test]
fn state_and_looks_always_load() {
    let kills = std::env::var("ISPTUNE_KILLS").ok().and_then(|text| text.parse().ok());
    let kills: u64 = kills.unwrap_or(40);
    let root = Root::new();
    let memory = root.path("var/lib/isptune/cameras/gate.json");
    let looks = LookStore::open(&root.path("var/lib/isptune"));
    let mut stored = 0;
    for kill in 0..kills {
        let service = root.start();
        let client = service.client();
        // A generator is not worth its seed here: the scheduler is random enough.
        let moment = Duration::from_micros(kill * 7919 % 60_000);
        let until = std::time::Instant::now() + Duration::from_millis(20) + moment;
        let mut number = 0;
        while std::time::Instant::now() < until {
            number += 1;
            let contrast = BTreeMap::from([("contrast", f64::from(number % 100) / 100.0)]);
            let look = if number % 2 == 0 { "day" } else { "night" };
            let _ = client.put::<Value>("/v1/cameras/gate/params", &contrast);
            let _ = client.put::<Value>("/v1/cameras/gate/look", &json!({ "name": look }));
            let _ = client.post::<Value>("/v1/cameras/gate/resume");
        }
        drop(service);
        let listing = looks.list().unwrap();
        assert_eq!(listing.looks.len(), 2, "kill {kill}");
        assert!(listing.unreadable.is_empty(), "kill {kill}: {:?}", listing.unreadable);
        if let Ok(text) = fs::read_to_string(&memory) {
            let value: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(value["version"], 1, "kill {kill}");
            stored += 1;
        }
    }
    println!("{kills} kills, {stored} with a stored memory");
    assert!(stored * 2 > kills, "the kills came before anything was stored: {stored} of {kills}");
    // Whatever was on, an ordinary start goes on from it.
    let service = root.start();
    let _ = service.wait_for("a start", |_| true);
    assert!(!service.log().contains("set aside"), "{}", service.log());
}
