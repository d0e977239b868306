//! Metrics, as a scraper reads them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use daemon::look::LookKind;

use crate::fake_service::FakeService;
use crate::http::{ask, connect, exchange};

#[test]
fn metrics_tell_state_counts_and_scores() {
    let service = FakeService::held();
    let answer = ask(&service.socket(), "GET /metrics", "");
    let content_type = answer.header("content-type").unwrap();
    assert!(content_type.starts_with("application/openmetrics-text; version=1.0.0"));
    let text = String::from_utf8(answer.body).unwrap();
    for line in [
        "isptune_state{camera=\"porch\",state=\"holding\"} 1",
        "isptune_state{camera=\"porch\",state=\"tuning\"} 0",
        "isptune_queries_total{camera=\"porch\"} 7",
        "isptune_faults_total{camera=\"porch\",kind=\"absent\"} 2",
        "isptune_psnr_db{camera=\"porch\",picture=\"now\"} 41.204",
        "isptune_delta_e00{camera=\"porch\",picture=\"found\"} 0.837",
        "isptune_newest_query_seconds{camera=\"porch\"} 0.0415",
        "# TYPE isptune_queries counter",
        "# UNIT isptune_uptime_seconds seconds",
    ] {
        assert!(text.lines().any(|each| each == line), "no {line}\n{text}");
    }
    assert!(text.contains("model=\"0f1e2d\""), "{text}");
    assert!(text.ends_with("# EOF\n"), "{text}");
}

#[test]
fn a_style_has_a_distance_in_place_of_scores() {
    let service = FakeService::held();
    service.hold_on(LookKind::Style);
    let text = service.api.metrics();
    let line = "isptune_style_distance{camera=\"porch\",picture=\"now\"} 0.03125";
    assert!(text.lines().any(|each| each == line), "{text}");
    assert!(!text.contains("isptune_psnr_db{"), "{text}");
}

#[test]
fn a_name_with_quotes_does_not_break_the_metrics() {
    let service = FakeService::new(&["a \"quoted\" \\ name"]);
    let text = service.api.metrics();
    assert!(text.contains(r#"camera="a \"quoted\" \\ name""#), "{text}");
}

#[test]
fn plain_text_is_given_to_who_asks_for_it_alone() {
    let service = FakeService::held();
    let metrics = |accept| {
        let headers = [("Host", "localhost"), ("Accept", accept)];
        let answer = exchange(connect(&service.socket()), "GET /metrics", &headers, b"");
        let content_type = answer.header("content-type").unwrap().to_owned();
        (content_type, String::from_utf8(answer.body).unwrap())
    };
    let prometheus =
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2";
    assert!(metrics(prometheus).0.starts_with("application/openmetrics-text"));
    assert!(metrics("*/*").0.starts_with("application/openmetrics-text"));
    let (content_type, text) = metrics("text/plain");
    assert!(content_type.starts_with("text/plain; version=0.0.4"), "{content_type}");
    assert!(text.contains("# TYPE isptune_queries_total counter\n"), "{text}");
    assert!(text.contains("# HELP isptune_state 1 for the state"), "{text}");
    assert!(!text.contains("# EOF") && !text.contains("# UNIT"), "{text}");
}

/// Runs a program that reads from standard input; it has to be content.
fn content(program: &mut Command, input: &str) {
    let mut child = program.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn promtool_accepts_the_metrics() {
    if Command::new("promtool").arg("--version").output().is_err() {
        println!("not run: no promtool (apt-get install prometheus)");
        return;
    }
    let service = FakeService::held();
    // promtool reads the older form only.
    content(Command::new("promtool").args(["check", "metrics"]), &service.api.metrics_textfile());
}

#[test]
fn a_strict_parser_of_openmetrics_accepts_the_metrics() {
    let python = std::env::var("ISPTUNE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let parser = "from prometheus_client.openmetrics.parser import text_string_to_metric_families";
    let probe = Command::new(&python).args(["-c", parser]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        println!("not run: {python} has no prometheus-client (set ISPTUNE_PYTHON)");
        return;
    }
    let service = FakeService::held();
    let check = format!(
        "import sys\n{parser}\n\
         families = list(text_string_to_metric_families(sys.stdin.read()))\n\
         assert len(families) == 14, families"
    );
    content(Command::new(&python).args(["-c", &check]), &service.api.metrics());
}
