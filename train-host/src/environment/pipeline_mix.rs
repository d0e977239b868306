//! Which pipelines the policy practises on.

use std::str::FromStr;

use isp_hw::{ForeignIsp, PaperIsp, Renderer, SoftwareIsp, Variation};
use rand::{Rng, RngExt};

/// A kind of pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PipelineKind {
    /// The software ISP.
    Software,
    /// The software ISP with everything about it varied, anew in every episode.
    Varied,
    /// A structurally different ISP.
    Foreign,
    /// The paper's pipeline.
    Paper,
}

impl PipelineKind {
    const ALL: [(&'static str, Self); 4] = [
        ("software", Self::Software),
        ("varied", Self::Varied),
        ("foreign", Self::Foreign),
        ("paper", Self::Paper),
    ];

    fn renderer(self, random: &mut (impl Rng + ?Sized)) -> Box<dyn Renderer> {
        match self {
            Self::Software => Box::new(SoftwareIsp::default()),
            // Weak variations teach what strong ones have in common with the nominal pipeline.
            Self::Varied => {
                let strength = random.random_range(0.3..1.0);
                Box::new(Variation::new(strength, random.random_range(0..u64::MAX)))
            }
            Self::Foreign => Box::new(ForeignIsp::default()),
            Self::Paper => Box::new(PaperIsp::default()),
        }
    }
}

/// Pipelines with their shares, as `software=0.5,varied=0.5`.
#[derive(Debug, Clone, PartialEq)]
pub struct PipelineMix {
    shares: Vec<(PipelineKind, f64)>,
}

/// Why a text is no mix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineMixError {
    /// Not a kind that there is.
    #[error("\"{0}\" is no pipeline to practise on: software, varied, foreign or paper")]
    Unknown(String),
    /// A share that is no positive number.
    #[error("\"{0}\" is no share: write a positive number, as in software=0.5,varied=0.5")]
    Share(String),
}

impl FromStr for PipelineMix {
    type Err = PipelineMixError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let share = |part: &str| {
            let (name, share) = part.split_once('=').unwrap_or((part, "1"));
            let known = PipelineKind::ALL.iter().find(|(known, _)| *known == name.trim());
            let (_, kind) = known.ok_or_else(|| PipelineMixError::Unknown(name.to_owned()))?;
            let value: f64 =
                share.trim().parse().map_err(|_| PipelineMixError::Share(share.to_owned()))?;
            let is_share = value.is_finite() && value > 0.0;
            is_share.then_some((*kind, value)).ok_or_else(|| PipelineMixError::Share(share.into()))
        };
        let shares = text.split(',').map(share).collect::<Result<_, _>>()?;
        Ok(Self { shares })
    }
}

impl PipelineMix {
    /// The same mix with one pipeline more.
    #[must_use]
    pub fn with(mut self, kind: PipelineKind, share: f64) -> Self {
        self.shares.push((kind, share));
        self
    }

    /// One pipeline alone.
    #[must_use]
    pub fn of(kind: PipelineKind, share: f64) -> Self {
        Self { shares: vec![(kind, share)] }
    }

    /// Sum of the shares.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.shares.iter().map(|(_, share)| share).sum()
    }

    /// One pipeline of the mix.
    pub fn draw(&self, random: &mut (impl Rng + ?Sized)) -> Box<dyn Renderer> {
        let mut at = random.random_range(0.0..self.total());
        let mut drawn = PipelineKind::Software;
        for &(kind, share) in &self.shares {
            drawn = kind;
            at -= share;
            if at < 0.0 {
                break;
            }
        }
        drawn.renderer(random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixes_are_read_and_nonsense_is_named() {
        let mix: PipelineMix = "software=0.5, paper=2,varied".parse().unwrap();
        let kinds: Vec<PipelineKind> = mix.shares.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [PipelineKind::Software, PipelineKind::Paper, PipelineKind::Varied]);
        for text in ["hardware", "software=-1", "paper=x", ""] {
            assert!(text.parse::<PipelineMix>().is_err(), "{text}");
        }
    }
}
