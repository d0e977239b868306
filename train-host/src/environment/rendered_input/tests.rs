use std::path::PathBuf;

use isp_hw::PipelineFile;

use super::*;
use crate::environment::{GuidedEpisode, PracticeGround, StoredLessons};
use crate::photographs::dead_leaves;

#[test]
fn vectors_cover_the_box_and_small_errors() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let has = [Parameter::ALL[0], Parameter::ALL[4]];
    let drawn = vectors(&has, 400, &mut random);
    assert_eq!(drawn.len(), 400);
    assert!(drawn.iter().all(|params| params.get(Parameter::ALL[1]) == 0.0));
    let least = drawn.iter().map(|params| params.get(has[0])).fold(1.0, f64::min);
    assert!(least < -0.95, "{least}");
    let distance = |a: &Params, b: &Params| (a.get(has[0]) - b.get(has[0])).abs();
    let close = drawn.chunks(GROUP).filter(|group| distance(&group[0], &group[1]) < 0.05);
    let close = close.count();
    assert!((30..90).contains(&close), "{close} of 100");
}

/// A folder with two photographs and a pipeline file of this text; every query leaves a line in
/// `asked`.
fn folder(pipeline: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    for seed in 0..2 {
        let photo = dead_leaves(seed, 60, 50).unwrap();
        photo.save(photos.join(format!("{seed}.png"))).unwrap();
    }
    let file = folder.path().join("pipeline.toml");
    std::fs::write(&file, pipeline).unwrap();
    (folder, file)
}

const PARAMETERS: &str = "\
    [[parameter]]\nname = \"exposure\"\nkey = \"ev\"\nrange = [-2.0, 2.0]\nneutral = 0.0\n\
    [[parameter]]\nname = \"contrast\"\nkey = \"c\"\nrange = [-1.0, 1.0]\nneutral = 0.0\n\
    [[parameter]]\nname = \"texture\"\nkey = \"t\"\nrange = [-1.0, 1.0]\nneutral = 0.0\n";
const ONESHOT: &str = "kind = \"command\"\nmode = \"oneshot\"\nprogram = [\"sh\", \"-c\", \"";
const PLAN: RenderingPlan =
    RenderingPlan { queries: 13, per_input: 4, side: 24, workers: 3, seed: 5 };

fn asked(folder: &tempfile::TempDir) -> usize {
    std::fs::read_to_string(folder.path().join("asked")).map_or(0, |text| text.lines().count())
}

fn render(
    folder: &tempfile::TempDir,
    file: &Path,
    plan: &RenderingPlan,
) -> Result<(Vec<RenderedInput>, [usize; 2]), RenderingError> {
    let file = PipelineFile::load(file).unwrap();
    let pipeline = SlowPipeline::new(file, &folder.path().join("x.answers"))?;
    let photos = folder.path().join("photos");
    let inputs = render_inputs(&pipeline, Some((&photos, None)), plan)?;
    Ok((inputs, [pipeline.asked(), pipeline.known()]))
}

#[test]
fn queries_are_counted_kept_to_and_never_asked_twice() {
    let oneshot =
        format!("{ONESHOT}echo {{ev}} {{c}} {{t}} >> asked; cp {{input}} {{output}}\"]\n");
    let session = "kind = \"command\"\nmode = \"session\"\nprogram = [\"sh\", \"./isp.sh\"]\n";
    // Paths hold no blanks and no quotes: the fields of a request can be cut at its quotes.
    let program = "while read -r line; do\n\
                   input=$(echo \"$line\" | sed 's/.*\"input\": *\"\\([^\"]*\\)\".*/\\1/')\n\
                   output=$(echo \"$line\" | sed 's/.*\"output\": *\"\\([^\"]*\\)\".*/\\1/')\n\
                   echo x >> asked; cp \"$input\" \"$output\"; echo '{\"ok\": true}'\n\
                   done\n";
    for mode in [oneshot.as_str(), session] {
        let (folder, file) = folder(&format!("{mode}{PARAMETERS}"));
        std::fs::write(folder.path().join("isp.sh"), program).unwrap();
        let (first, counts) = render(&folder, &file, &PLAN).unwrap();
        assert_eq!((first.len(), counts, asked(&folder)), (3, [12, 0], 12), "{mode}");
        let (again, counts) = render(&folder, &file, &PLAN).unwrap();
        assert_eq!((counts, asked(&folder)), ([0, 12], 12));
        for (first, again) in first.iter().zip(&again) {
            assert_eq!(first.input, again.input);
            assert!(first.renderings.iter().all(|each| each.picture == first.input));
        }
        // Another text is another pipeline.
        let changed = std::fs::read_to_string(&file).unwrap().replace("2.0]", "2.5]");
        std::fs::write(&file, changed).unwrap();
        assert_eq!(render(&folder, &file, &PLAN).unwrap().1, [12, 0]);
    }
}

#[test]
fn a_failing_program_and_a_small_budget_are_named() {
    let failing =
        format!("{ONESHOT}: {{ev}} {{c}} {{t}} {{input}} {{output}}; exit 3\"]\n{PARAMETERS}");
    let (folder, file) = folder(&failing);
    let error = render(&folder, &file, &PLAN).unwrap_err().to_string();
    assert!(error.contains("pipeline.toml") && error.contains('3'), "{error}");
    let small = RenderingPlan { queries: 3, ..PLAN };
    let error = render(&folder, &file, &small).unwrap_err().to_string();
    assert!(error.contains("at least 4"), "{error}");
}

#[test]
fn lessons_have_the_parameters_of_their_goal_and_begin_as_found() {
    let copying =
        format!("{ONESHOT}: {{ev}} {{c}} {{t}}; cp {{input}} {{output}}\"]\n{PARAMETERS}");
    let (folder, file) = folder(&copying);
    let (inputs, _) = render(&folder, &file, &PLAN).unwrap();
    let known: Vec<Params> =
        inputs.iter().flat_map(|each| &each.renderings).map(|each| each.params).collect();
    let ground = PracticeGround {
        photographs: Vec::new(),
        live: None,
        stored: vec![StoredLessons { share: 1.0, side: 20, inputs }],
        length: 3,
    };
    for seed in 0..20 {
        let from_found = seed % 2 == 0;
        let mut practice = ground.draw(0, from_found, seed).unwrap();
        assert!(known.contains(practice.target()));
        assert_eq!(*practice.params() == Params::NEUTRAL, from_found);
        for _ in 0..2 {
            practice.query(Params::NEUTRAL);
            assert!(known.contains(practice.params()));
            assert_ne!(practice.params(), practice.target());
        }
        practice.observe().unwrap();
        assert_eq!(practice.figure(), None);
    }
}
