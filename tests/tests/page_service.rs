//! The page in a real browser against the running service, with a picture in the place of a camera.
//!
//! Needs what `report_screens` needs, and the program `isptuned` beside this one, where a test run
//! of the workspace puts it. ISPTUNE_SCREENS names a folder that keeps the screenshots.
#![cfg(target_os = "linux")]

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use daemon::demo::{Depth, Illuminant, LightboxScene};
use isp_hw::{Input, PicturePipeline, SoftwareIsp};
use isptune_tests::browser::{Browser, facts, number};
use serde_json::{Value, json};
use tuner::{Frame, Params, Pipeline as _};

/// The look of the demo.
const LOOK: [f64; 9] = [0.2, 0.35, -0.05, -0.1, 0.2, 0.25, -0.4, 0.35, 0.3];
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const LONGEST_START: Duration = Duration::from_secs(30);

/// A service that ends with the test.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program beside this one.
fn isptuned() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let folder = this.ancestors().nth(2).unwrap();
    let program = folder.join("isptuned");
    assert!(program.is_file(), "{}: run `cargo build -p isptune` first", program.display());
    program
}

fn scene(illuminant: Illuminant) -> Frame {
    LightboxScene::new(illuminant, 640, 400).frame(Depth::Eight).unwrap()
}

/// Starts the service on one picture, and waits until it listens.
fn start(folder: &Path) -> (Service, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let config = folder.join("root/etc/isptune/isptuned.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    fs::write(folder.join("token"), TOKEN).unwrap();
    let text = format!(
        "[api]\ntcp = \"{address}\"\ntoken_file = {token:?}\n\n\
         [keep]\ncheck_interval_s = 0.2\ndwell_s = 1.0\ncool_down_s = 1.0\n\n\
         [[camera]]\nname = \"lab\"\ninput = {scene:?}\n",
        token = folder.join("token"),
        scene = folder.join("scene.png"),
    );
    fs::write(&config, text).unwrap();
    let root = folder.join("root");
    let log = fs::File::create(folder.join("isptuned.log")).unwrap();
    let child = Command::new(isptuned()).arg("--root").arg(root).stderr(log).spawn().unwrap();
    let service = Service(child);
    let started = Instant::now();
    while TcpStream::connect(address).is_err() {
        let log = fs::read_to_string(folder.join("isptuned.log")).unwrap_or_default();
        assert!(started.elapsed() < LONGEST_START, "isptuned does not listen: {log}");
        std::thread::sleep(Duration::from_millis(20));
    }
    (service, address)
}

fn check(facts: &Value) {
    assert_eq!(facts["console"], json!([]), "the console is not silent");
    let policy = facts["policy"].as_str().unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(facts["before"], "Holds its setting");
    assert!(facts["held"].as_str().unwrap().starts_with("Holds warm within"), "{}", facts["held"]);
    let [found, goal, live] =
        ["found", "goal", "live"].map(|kind| number(facts, &format!("/pictures/{kind}")));
    assert!((live - goal).abs() < 1.0, "live {live}, goal {goal}");
    assert!((found - goal).abs() > 3.0, "nothing was there to tune: found {found}, goal {goal}");
    assert!(number(facts, "/dots") >= 1.0, "no curve");
    assert_eq!(facts["parameters"], 9);
    assert_eq!(facts["thumbnail"], 160);
    assert_eq!(facts["history"], 1);
    assert_eq!(facts["paused"], "Left as it is");
    assert!(facts["resumed"].as_str().unwrap().starts_with("Holds warm"), "{}", facts["resumed"]);
    assert!(facts["drifted"].is_string());
}

#[test]
fn page_tunes_a_camera_of_the_running_service() {
    let Some(browser) = Browser::found() else { return };
    let (chromium, folder) = (browser.program(), browser.folder());
    let daylight = scene(Illuminant::D65);
    daylight.save(folder.join("scene.png")).unwrap();
    scene(Illuminant::A).save(folder.join("scene-2.png")).unwrap();
    let mut isp = PicturePipeline::new(SoftwareIsp::default(), Input::srgb(daylight));
    isp.query(&Params::new(LOOK).unwrap()).unwrap().save(folder.join("look.png")).unwrap();
    let (_service, address) = start(folder);
    let address = format!("http://{address}/");
    let arguments = [folder, chromium, Path::new(&address), Path::new(TOKEN)];
    check(&facts("page_service.mjs", &arguments, folder));
}
