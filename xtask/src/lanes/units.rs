//! The lane of the systemd units: systemd's own checks, and how far they are shut in.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, Result, bail, ensure};

use super::{Lane, Verdict, answers};
use crate::data::checkout;

/// The highest exposure that `systemd-analyze security` may find, of 10: alone, and with a drop-in.
const EXPOSURE: f64 = 1.0;
const EXPOSURE_WITH_TCP: f64 = 1.5;

const UNITS: [&str; 2] = ["isptuned.service", "isptuned@.service"];
const SOCKET: &str = "isptuned.socket";

/// Checks every unit, alone and with the drop-ins that are shipped as examples.
pub fn units() -> Lane {
    let name = "systemd units".to_owned();
    println!("\n== {name}");
    let verdict = if answers(Command::new("systemd-analyze").arg("--version")) {
        match UNITS.iter().try_for_each(|unit| check(unit)).and_then(|()| check_socket()) {
            Ok(()) => Verdict::Passed,
            Err(error) => Verdict::Failed(format!("{error:#}")),
        }
    } else {
        Verdict::NotRun("systemd-analyze is not installed".to_owned())
    };
    Lane { name, verdict }
}

fn check(unit: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let systemd = checkout().join("systemd");
    let text = text_of(unit)?;
    // A template is checked as one of its instances, which is named in the file's name.
    let unit = unit.replace('@', "@front");
    let path = folder.path().join(&unit);
    fs::write(&path, text)?;
    verify(&path)?;
    exposure_within(&path, EXPOSURE)?;
    for entry in fs::read_dir(systemd.join("examples"))? {
        let example = entry?.path();
        let drop_ins = folder.path().join(format!("{unit}.d"));
        fs::create_dir(&drop_ins)?;
        let name = example.file_name().context("a drop-in has a name")?;
        fs::copy(&example, drop_ins.join(name))?;
        let told = || format!("with {}", example.display());
        verify(&path).with_context(told)?;
        exposure_within(&path, EXPOSURE_WITH_TCP).with_context(told)?;
        fs::remove_dir_all(&drop_ins)?;
    }
    Ok(())
}

/// The socket with the service that it starts.
fn check_socket() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let [service, _] = UNITS;
    for unit in [service, SOCKET] {
        fs::write(folder.path().join(unit), text_of(unit)?)?;
    }
    verify(&folder.path().join(SOCKET)).context(SOCKET)
}

/// A unit's text. The program need not be installed here: any other stands in for it.
fn text_of(unit: &str) -> Result<String> {
    let path = checkout().join("systemd").join(unit);
    let text = fs::read_to_string(path).with_context(|| unit.to_owned())?;
    let program = std::env::current_exe()?;
    Ok(text.replace("/usr/bin/isptuned", &program.display().to_string()))
}

/// `systemd-analyze verify` has nothing to say of the unit.
fn verify(unit: &Path) -> Result<()> {
    let output = analyze(&["verify", "--man=no", "--recursive-errors=no"], unit)?;
    let said = String::from_utf8_lossy(&output.stderr);
    let name = unit.file_name().unwrap_or_default().to_string_lossy();
    // Of units of this machine it may say what it likes.
    let ours: Vec<&str> = said.lines().filter(|line| line.contains(name.as_ref())).collect();
    ensure!(output.status.success() && ours.is_empty(), "systemd-analyze verify: {said}");
    Ok(())
}

fn exposure_within(unit: &Path, highest: f64) -> Result<()> {
    let output = analyze(&["security", "--offline=true", "--no-pager"], unit)?;
    let said = String::from_utf8_lossy(&output.stdout);
    let Some(exposure) = exposure(&said) else {
        bail!("systemd-analyze security: {}", String::from_utf8_lossy(&output.stderr));
    };
    println!("{}: exposure {exposure}, at most {highest}", unit.display());
    ensure!(exposure <= highest, "{}: exposure {exposure} is above {highest}", unit.display());
    Ok(())
}

/// The number in the line that ends the report of `systemd-analyze security`.
fn exposure(report: &str) -> Option<f64> {
    let line = report.lines().find(|line| line.contains("Overall exposure level"))?;
    line.rsplit_once(": ")?.1.split_whitespace().next()?.parse().ok()
}

fn analyze(arguments: &[&str], unit: &Path) -> Result<Output> {
    let mut command = Command::new("systemd-analyze");
    command.args(arguments).arg(unit).env("LC_ALL", "C.UTF-8");
    command.output().context("systemd-analyze")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exposure_is_read_from_the_last_line() {
        let report = "✗ PrivateUsers= Service has access to other users 0.2\n\n\
                      → Overall exposure level for isptuned@front.service: 1.3 OK 🙂\n";
        assert_eq!(exposure(report), Some(1.3));
        assert_eq!(exposure("Unit not found."), None);
    }

    #[test]
    fn the_socket_is_where_the_service_would_make_it() {
        let text = text_of(SOCKET).unwrap();
        let places = daemon::service_config::Places::under(Path::new("/"), None);
        let listens = format!("ListenStream={}\n", places.socket().display());
        assert!(text.contains(&listens), "{text}");
        assert!(text_of(UNITS[0]).unwrap().contains("RuntimeDirectoryPreserve=yes"));
    }

    /// Where the two may differ; everything else is the same sandbox.
    #[test]
    fn the_template_differs_in_its_names_only() {
        let read = |unit| fs::read_to_string(checkout().join("systemd").join(unit)).unwrap();
        let [service, template] = UNITS.map(read);
        let expected = service
            .replace("Keeps cameras on their", "Keeps camera %I on its")
            .replace("/isptuned\n", "/isptuned --config /etc/isptune/isptuned-%i.toml\n")
            .replace("Directory=isptune\n", "Directory=isptune-%i\n");
        assert_eq!(template, expected);
        assert_ne!(template, service);
    }
}
