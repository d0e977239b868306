//! A training that is killed, again and again, ends where an undisturbed one does.
#![cfg(feature = "torch")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use train_host::torch::Checkpoint;

/// Iterations: enough that many a checkpoint is written before the end.
const ITERATIONS: &str = "80";
/// Times a training is killed, unless it ends before.
const KILLS: usize = 5;

fn start(out: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_train-host"));
    command.args(["train", "--scenes", "3", "--batch", "4", "--width", "16", "--side", "16"]);
    command.args(["--iterations", ITERATIONS, "--checkpoint-seconds", "0", "--out"]).arg(out);
    if out.exists() {
        command.arg("--resume");
    }
    command.stderr(Stdio::null()).spawn().unwrap()
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|found| found.modified()).ok()
}

#[test]
fn killing_while_a_checkpoint_is_written_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let straight: PathBuf = folder.path().join("straight.ckpt");
    assert!(start(&straight).wait().unwrap().success());
    let killed = folder.path().join("killed.ckpt");
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut kills = 0;
    while kills < KILLS {
        let before = changed(&killed);
        let mut child = start(&killed);
        while changed(&killed) == before && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_micros(random.random_range(0..20_000)));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // Whatever it was doing, the checkpoint under the name is whole.
        Checkpoint::load(&killed).unwrap();
        kills += 1;
    }
    assert!(kills > 2, "it was killed {kills} times only");
    assert!(start(&killed).wait().unwrap().success());
    let [ours, theirs] = [&killed, &straight].map(|path| Checkpoint::load(path).unwrap());
    assert_eq!(ours.state, theirs.state);
    assert_eq!(ours.tensors.len(), 4);
    for (name, values) in &theirs.tensors {
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert!(bits(&ours.tensors[name]) == bits(values), "{name}");
    }
}
