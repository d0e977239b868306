//! Whatever moment a process that replaces looks is killed at, the look is the old one or the new one.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use daemon::look::LookStore;
use isptune_tests::looks::goal;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Times the process is killed; `ISPTUNE_LOOK_KILLS` sets another number.
const KILLS: usize = 40;
/// A kill comes within so many microseconds of a look's beginning: about what it takes to write two.
const LATEST_KILL: u64 = 12_000;

/// Lets a process replace looks in `state`, and kills it; what it said it began and what it ended.
fn killed(state: &Path, random: &mut ChaCha8Rng) -> Vec<(bool, u64)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_look_writer"));
    let mut child = command.arg(state).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut said = vec![0; 1];
    out.read_exact(&mut said).unwrap();
    let wait = Duration::from_micros(random.random_range(0..LATEST_KILL));
    let begun = Instant::now();
    std::thread::sleep(wait.saturating_sub(begun.elapsed()));
    child.kill().unwrap();
    child.wait().unwrap();
    out.read_to_end(&mut said).unwrap();
    let said = String::from_utf8(said).unwrap();
    // The last line may be cut.
    let whole = &said[..said.rfind('\n').map_or(0, |end| end + 1)];
    whole
        .lines()
        .map(|line| {
            let (word, number) = line.split_once(' ').unwrap();
            (word == "end", number.parse().unwrap())
        })
        .collect()
}

#[test]
fn killing_while_looks_are_replaced_leaves_the_old_one_or_the_new_one() {
    let kills = std::env::var("ISPTUNE_LOOK_KILLS").map_or(KILLS, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let store = LookStore::open(folder.path());
    let name = "held".parse().unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let (mut on_disk, mut old, mut new, mut within) = (None, 0, 0, 0);
    for kill in 0..kills {
        let said = killed(folder.path(), &mut random);
        let before = said.iter().rev().find(|(ended, _)| *ended).map(|said| said.1).or(on_disk);
        let begun = said.last().filter(|(ended, _)| !ended).map(|said| said.1);
        let listing = store.list().unwrap();
        assert!(listing.unreadable.is_empty(), "kill {kill}: {listing:?}");
        let found = match store.load(&name) {
            Ok(look) => {
                let wanted: Vec<u64> = before.into_iter().chain(begun).collect();
                let which =
                    wanted.into_iter().find(|number| look.goal() == goal(*number).as_ref().ok());
                Some(
                    which
                        .unwrap_or_else(|| panic!("kill {kill}: neither {before:?} nor {begun:?}")),
                )
            }
            // Only before the first look was complete.
            Err(error) => {
                assert_eq!(before, None, "kill {kill}: {error}");
                None
            }
        };
        if begun.is_some() {
            within += 1;
            old += u32::from(found == before);
            new += u32::from(found == begun);
        }
        on_disk = found;
    }
    let temporary = std::fs::read_dir(store.folder()).unwrap().count() - 2;
    println!("{kills} kills, {within} within a write: {old} old, {new} new, {temporary} leftovers");
    assert!(old > 0 && temporary > 0, "no kill came within a write");
}
