//! Goals that an ISP has no parameters for.

use anyhow::{Context, Result};
use clap::ValueEnum;
use isp_hw::{ForeignIsp, Input, PaperIsp, PicturePipeline, Renderer, SoftwareIsp, random_goal};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tuner::Frame;

use crate::data::{Photograph, photographs};

/// Folders with pairs of a picture and its retouch.
const PAIRS: [&str; 2] = ["pairs", "pairs_more"];
/// How the files of a pair end.
const INPUT: &str = "_input.png";
const RETOUCH: &str = "_expertC.png";

/// The ISP that is tuned, and whose formulas the simulator has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Device {
    /// The software ISP
    Software,
    /// The paper's ISP, one parameter vector
    Paper,
}

impl Device {
    /// Name in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Software => "The software ISP",
            Self::Paper => "The paper's ISP",
        }
    }

    /// Its arithmetic.
    pub fn renderer(self) -> Box<dyn Renderer> {
        match self {
            Self::Software => Box::new(SoftwareIsp::default()),
            Self::Paper => Box::new(PaperIsp::default()),
        }
    }

    /// Whose goals it cannot reach, in the order of the table.
    pub const fn makers(self) -> [GoalMaker; 3] {
        let other = match self {
            Self::Software => GoalMaker::Isp(Self::Paper),
            Self::Paper => GoalMaker::Isp(Self::Software),
        };
        [GoalMaker::Foreign, other, GoalMaker::Retoucher]
    }
}

/// Who made the goals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoalMaker {
    /// A structurally different ISP, with random parameters.
    Foreign,
    /// The ISP of another device, with random parameters.
    Isp(Device),
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
    /// Name in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Foreign => "goals by an ISP of foreign structure",
            Self::Isp(Device::Paper) => "goals by the paper's ISP",
            Self::Isp(Device::Software) => "goals by the software ISP",
            Self::Retoucher => "retouches by expert C",
        }
    }

    /// Goals on `photographs`, or on the retouched pairs.
    ///
    /// # Errors
    /// When an ISP fails, or a pair cannot be read.
    pub fn goals(self, photographs: &[Photograph], seed: u64) -> Result<Vec<UnreachableGoal>> {
        let isp: Box<dyn Fn() -> Box<dyn Renderer>> = match self {
            Self::Foreign => Box::new(|| Box::new(ForeignIsp::default())),
            Self::Isp(device) => Box::new(move || device.renderer()),
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
