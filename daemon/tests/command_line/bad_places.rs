//! Results that cannot be written where they were asked for.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use crate::workbench::{Ended, ISPTUNE, Workbench};

const TUNE: &str = "match --input input.png --goal goal.png --queries 1";
const RENDER: &str = "render --input input.png --params exposure=0.1";

#[test]
fn missing_folder() {
    let bench = Workbench::new().with_goal();
    for option in ["--out no/out.png", "--report no/r.html", "--log no/log.jsonl"] {
        let path = option.split(' ').next_back().unwrap();
        bench.refuses(&format!("{TUNE} {option}"), 1, &[path, "no such folder"]);
    }
    bench.refuses(&format!("{RENDER} --out no/out.png"), 1, &["no/out.png", "create the folder"]);
}

#[test]
fn unknown_extension() {
    let bench = Workbench::new().with_goal();
    for out in ["out.bmp", "out"] {
        let parts = [out, "end it in .png, .tif"];
        bench.refuses(&format!("{TUNE} --out {out}"), 1, &parts);
        bench.refuses(&format!("{RENDER} --out {out}"), 1, &parts);
    }
}

#[test]
fn write_protected_file_and_folder_of_that_name() {
    let bench = Workbench::new().with_goal();
    bench.write("kept.png", "old");
    std::fs::set_permissions(bench.path("kept.png"), Permissions::from_mode(0o444)).unwrap();
    std::fs::create_dir(bench.path("folder.png")).unwrap();
    for verb in [TUNE, RENDER] {
        bench.refuses(&format!("{verb} --out kept.png"), 1, &["kept.png", "write-protected"]);
        let parts = ["folder.png", "give the name of a file in it"];
        bench.refuses(&format!("{verb} --out folder.png"), 1, &parts);
    }
}

#[test]
fn full_disk_keeps_the_file_that_was_there() {
    let bench = Workbench::new().with_goal();
    std::fs::create_dir(bench.path("disk")).unwrap();
    // A disk of four pages in a name space of its own: nothing has to be unmounted.
    let script = "mount -t tmpfs -o size=16k tmpfs disk || exit 99\nprintf old > disk/out.ppm\n\
                  \"$@\"\ncode=$?\nls -A disk > left\ncat disk/out.ppm >> left\nexit $code";
    for verb in [TUNE, RENDER] {
        let words = format!("{verb} --out disk/out.ppm");
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", ISPTUNE]);
        command.args(words.split_whitespace()).current_dir(bench.folder()).stdin(Stdio::null());
        let Ok(output) = command.output() else {
            println!("not run: a full disk (unshare is not installed)");
            return;
        };
        let ended = Ended::of(&words, &output);
        if ended.code == Some(99) || ended.err.contains("unshare:") {
            println!("not run: a full disk (no mounts here: {})", ended.err.trim());
            return;
        }
        assert_eq!(ended.code, Some(1), "{ended:#?}");
        ended.said_once(&["disk/out.ppm", "free some space or write to another disk"]);
        // The query is spent: what it found is told all the same.
        assert_eq!(ended.out.contains("best: query 1"), verb == TUNE, "{ended:#?}");
        assert!(!ended.out.contains("picture:"), "{ended:#?}");
        assert_eq!(bench.read("left"), "out.ppm\nold", "{words}");
    }
}

#[test]
fn standard_output_that_is_full_or_gone() {
    let bench = Workbench::new();
    for words in ["compare input.png input.png", "config show --json", "completions bash"] {
        let Ok(full) = File::options().write(true).open("/dev/full") else {
            println!("not run: /dev/full is missing");
            return;
        };
        let output = bench.command(words).stdout(full).output().unwrap();
        Ended::of(words, &output).refused(1, &["standard output", "No space left"]);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = bench.command(words).stdout(writer).output().unwrap();
        assert_eq!(Ended::of(words, &output).done().err, "", "{words}");
    }
}
