//! Goals that the software ISP has no parameters for.

use anyhow::{Context, Result};
use isp_hw::{ForeignIsp, Input, PaperIsp, PicturePipeline, Renderer, random_goal};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tuner::Frame;

use crate::data::{Photograph, photographs};

/// Folders with pairs of a picture and its retouch.
const PAIRS: [&str; 2] = ["pairs", "pairs_more"];
/// How the files of a pair end.
const INPUT: &str = "_input.png";
const RETOUCH: &str = "_expertC.png";

/// Who made the goals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoalMaker {
    /// A structurally different ISP, with random parameters.
    Foreign,
    /// The paper's ISP, with random parameters.
    Paper,
    /// A person at a photo editor: expert C of MIT-Adobe FiveK.
    Retoucher,
}

/// A picture and the goal that it is to be matched to.
pub struct UnreachableGoal {
    /// Name of the photograph.
    pub name: String,
    /// The picture as found.
    pub found: Frame,
    /// The goal, 8 bits.
    pub goal: Frame,
}

impl GoalMaker {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 3] = [Self::Foreign, Self::Paper, Self::Retoucher];

    /// Name in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Foreign => "goals by an ISP of foreign structure",
            Self::Paper => "goals by the paper's ISP",
            Self::Retoucher => "retouches by expert C",
        }
    }

    /// Goals on `photographs`, or on the retouched pairs.
    ///
    /// # Errors
    /// When an ISP fails, or a pair cannot be read.
    pub fn goals(self, photographs: &[Photograph], seed: u64) -> Result<Vec<UnreachableGoal>> {
        let isp: fn() -> Box<dyn Renderer> = match self {
            Self::Foreign => || Box::new(ForeignIsp::default()),
            Self::Paper => || Box::new(PaperIsp::default()),
            Self::Retoucher => return pairs(),
        };
        let goal = |(number, photograph): (usize, &Photograph)| {
            let mut random = ChaCha8Rng::seed_from_u64(seed.wrapping_add(number as u64));
            let found = photograph.frame.clone();
            let mut maker = PicturePipeline::new(isp(), Input::srgb(found.clone()));
            let goal = random_goal(&mut maker, &mut random)?.picture;
            Ok(UnreachableGoal { name: photograph.name.clone(), found, goal })
        };
        photographs.iter().enumerate().map(goal).collect()
    }
}

fn pairs() -> Result<Vec<UnreachableGoal>> {
    let all = photographs(&PAIRS, usize::MAX)?;
    let inputs = all.iter().filter(|picture| picture.name.ends_with(INPUT));
    inputs
        .map(|input| {
            let name = input.name.trim_end_matches(INPUT).to_owned();
            let wanted = format!("{name}{RETOUCH}");
            let retouch = all.iter().find(|other| other.name == wanted);
            let goal = retouch.with_context(|| format!("{wanted} is missing"))?.frame.clone();
            Ok(UnreachableGoal { name, found: input.frame.clone(), goal })
        })
        .collect()
}
