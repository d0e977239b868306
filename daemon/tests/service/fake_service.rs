//! A service on a socket of a test's own, with cameras that are stand-ins.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::thread;

use daemon::api::{Api, Door, ReloadRequest, Token, serve};
use daemon::keeping::State;
use daemon::look::{LookKind, LookStore};
use daemon::supervisor::{
    Adoption, Answer, Command, ParameterStatus, PixelScore, QueryStatus, Refusal, Request,
    ScoreStatus, StandIn, stand_in,
};
use tempfile::TempDir;
use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};

/// The token of the loopback port.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// When the first setting of [`FakeService::held`] was adopted.
pub const ADOPTED_MS: u64 = 1_700_000_000_000;
const PIXELS: PixelScore = PixelScore { psnr_db: 41.204, ssim: 0.98, delta_e00: 0.837 };
const SCORE: ScoreStatus = ScoreStatus::Pixels(PIXELS);

type Asked = Arc<Mutex<Vec<(String, Command)>>>;

/// The service; it stops when this is dropped.
pub struct FakeService {
    folder: TempDir,
    pub api: Arc<Api>,
    pub cameras: Vec<StandIn>,
    /// Camera and command, in the order in which they came.
    pub asked: Asked,
    /// What every command is answered with in place of its usual answer.
    pub refusal: Arc<Mutex<Option<Refusal>>>,
    /// What a reload is answered with.
    pub reloaded: Arc<Mutex<Result<(), String>>>,
    pub port: SocketAddr,
    thread: Option<thread::JoinHandle<()>>,
}

impl FakeService {
    /// A service with these cameras, none of which was ever open.
    pub fn new(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (reload, reloads) = mpsc::channel(1);
        let looks = LookStore::open(folder.path());
        let api = Arc::new(Api::new(reload, Some("0f1e2d".to_owned())).with_looks(looks));
        let asked = Asked::default();
        let refusal = Arc::<Mutex<Option<Refusal>>>::default();
        let (mut handles, mut cameras) = (Vec::new(), Vec::new());
        for name in names {
            let (handle, camera, requests) = stand_in(name);
            let (name, asked, refusal) = ((*name).to_owned(), asked.clone(), refusal.clone());
            thread::spawn(move || answer(&name, &requests, &asked, &refusal));
            handles.push(handle);
            cameras.push(camera);
        }
        api.set_cameras(handles);
        let reloaded = Arc::new(Mutex::new(Ok(())));
        let (ready, port) = oneshot::channel();
        let socket = folder.path().join("s");
        let thread = {
            let (api, reloaded) = (api.clone(), reloaded.clone());
            thread::spawn(move || {
                let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(serve_all(api, &socket, reloads, reloaded, ready));
            })
        };
        let port = port.blocking_recv().unwrap();
        let thread = Some(thread);
        Self { folder, api, cameras, asked, refusal, reloaded, port, thread }
    }

    /// A service with one camera, `porch`, of which there is everything to say.
    pub fn held() -> Self {
        let service = Self::new(&["porch"]);
        let params = BTreeMap::from([("exposure".to_owned(), 0.25), ("contrast".to_owned(), -0.1)]);
        service.cameras[0].publish(|status| {
            status.state = State::Holding;
            status.since_ms = ADOPTED_MS;
            status.camera = Some("a camera".to_owned());
            status.look = Some("day".to_owned());
            status.parameters = vec![ParameterStatus {
                name: "exposure".to_owned(),
                key: "ev".to_owned(),
                value: 0.25,
                native: 0.5,
                unit: "EV".to_owned(),
                low: -1.0,
                high: 1.0,
                locked: true,
            }];
            status.now = Some(SCORE);
            status.reached = Some(SCORE);
            status.found = Some(ScoreStatus::Pixels(PixelScore { psnr_db: 24.0, ..PIXELS }));
            status.queries = vec![QueryStatus {
                index: 1,
                params: params.clone(),
                score: Some(SCORE),
                elapsed_ms: 41.5,
            }];
            status.history = vec![Adoption {
                at_ms: ADOPTED_MS,
                look: Some("day".to_owned()),
                params,
                before: None,
                after: Some(SCORE),
            }];
            status.counts.queries = 7;
            status.counts.tunes = 1;
            status.counts.faults.insert("absent".to_owned(), 2);
        });
        service
    }

    /// Has `porch` held on a look of this kind, a style or a taste.
    pub fn hold_on(&self, kind: LookKind) {
        let distance = Some(ScoreStatus::Style { style_distance: 0.03125 });
        let is_taste = kind == LookKind::Taste;
        self.cameras[0].publish(|status| {
            status.kind = Some(kind);
            (status.now, status.reached) = (distance, distance);
            status.found = distance.filter(|_| !is_taste);
            status.queries[0].score = distance.filter(|_| !is_taste);
            status.history[0].after = distance;
        });
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("s")
    }

    /// The folder of the state.
    pub fn state(&self) -> &Path {
        self.folder.path()
    }

    /// The commands that have come since this was last asked.
    pub fn commands(&self) -> Vec<Command> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.into_iter().map(|(_, command)| command).collect()
    }
}

impl Drop for FakeService {
    fn drop(&mut self) {
        self.api.stop();
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || thread::panicking(), "the service panicked");
    }
}

async fn serve_all(
    api: Arc<Api>,
    socket: &Path,
    mut reloads: mpsc::Receiver<ReloadRequest>,
    reloaded: Arc<Mutex<Result<(), String>>>,
    ready: oneshot::Sender<SocketAddr>,
) {
    let listener = UnixListener::bind(socket).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o660);
    std::fs::set_permissions(socket, mode).unwrap();
    let unix = Door::unix(listener).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    ready.send(listener.local_addr().unwrap()).unwrap();
    let port = Door::port(listener, Token::new(TOKEN).unwrap()).unwrap();
    tokio::spawn(async move {
        while let Some(ReloadRequest { reply }) = reloads.recv().await {
            reply.send(reloaded.lock().unwrap().clone()).unwrap();
        }
    });
    tokio::join!(serve(api.clone(), unix), serve(api, port));
}

fn answer(
    name: &str,
    requests: &Receiver<Request>,
    asked: &Asked,
    refusal: &Mutex<Option<Refusal>>,
) {
    for Request { command, reply } in requests {
        asked.lock().unwrap().push((name.to_owned(), command.clone()));
        let answer = match (refusal.lock().unwrap().clone(), command) {
            (Some(refusal), _) => Err(refusal),
            (None, Command::Plan) => Ok(Answer::Planned {
                params: BTreeMap::from([("exposure".to_owned(), 0.125)]),
                native: BTreeMap::from([("ev".to_owned(), 0.25)]),
                now: ScoreStatus::Pixels(PixelScore { psnr_db: 30.5, ..PIXELS }),
                predicted: SCORE,
            }),
            (None, _) => Ok(Answer::Accepted),
        };
        // Nobody may wait for it any more.
        let _ = reply.send(answer);
    }
}
