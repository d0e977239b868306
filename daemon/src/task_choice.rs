//! Which task a goal sets: to finish a picture like one of the same content, or to take over a style.

use anyhow::{Result, bail};
use tuner::actor::{Actor, Representation};
use tuner::{Frame, Goal, GoalError, GoalOptions, Registration, StyleGoal, strategy};

/// Default strategy of each task.
const FINISH_DEFAULT: &str = "hybrid";
/// The only one that takes a policy on the paper's state.
const PAPER_DEFAULT: &str = "actor";
const STYLE_DEFAULT: &str = "style-hybrid";

/// The task as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum TaskChoice {
    /// finish when the goal shows what the picture shows, otherwise style
    #[default]
    Auto,
    /// Match the goal pixel by pixel; a goal that shows something else is refused
    Finish,
    /// Match the distribution of the goal's tones and colours, whatever it shows
    Style,
}

/// A goal made fit for its task.
#[derive(Debug, Clone)]
pub enum TaskGoal {
    /// Registered to the picture as found.
    Finish(Goal),
    /// Of which only the style counts.
    Style(Box<StyleGoal>),
}

/// A goal with the reason for its task.
#[derive(Debug)]
pub struct ChosenTask {
    /// The goal.
    pub goal: TaskGoal,
    /// Why only the style counts though nobody asked for that; `None` where there is nothing to
    /// explain.
    pub reason: Option<String>,
}

impl TaskChoice {
    /// With `Auto` and no strategy named, a policy of style decides for the style: it is of no use to
    /// anything else.
    #[must_use]
    pub fn as_model_has_it(self, strategy: Option<&str>, model: Option<&Actor>) -> Self {
        let of_style = model.is_some_and(|model| model.kind() == Representation::Style);
        if of_style && self == Self::Auto && strategy.is_none() { Self::Style } else { self }
    }

    /// Makes `goal` fit for the task asked for; with `Auto`, for the one that it sets. A strategy that
    /// was asked for by name decides it too.
    ///
    /// # Errors
    /// When the goal is refused, or the strategy does not do the task.
    pub fn choose(
        self,
        found: &Frame,
        goal: Frame,
        options: &GoalOptions,
        asked: Option<&str>,
    ) -> Result<ChosenTask> {
        let style = |goal: Frame| {
            let goal = StyleGoal::new(goal, options.region_of_interest)?;
            Ok::<_, tuner::StyleGoalError>(TaskGoal::Style(Box::new(goal)))
        };
        let (goal, reason) = match self {
            Self::Style => (style(goal)?, None),
            Self::Auto if asked.is_some_and(strategy::is_of_style) => (style(goal)?, None),
            Self::Finish => (TaskGoal::Finish(Goal::prepare(found, goal, options)?), None),
            Self::Auto => match Goal::prepare(found, goal.clone(), options) {
                Ok(goal) => (TaskGoal::Finish(goal), None),
                Err(refused @ (GoalError::OtherContent { .. } | GoalError::Proportions { .. })) => {
                    let cannot_be_a_style_either =
                        asked.is_some_and(|name| !strategy::STYLE_BASELINES.contains(&name));
                    if cannot_be_a_style_either {
                        return Err(refused.into());
                    }
                    (style(goal)?, Some(in_words(&refused)))
                }
                Err(refused) => return Err(refused.into()),
            },
        };
        let chosen = ChosenTask { goal, reason };
        if let Some(name) = asked {
            chosen.goal.must_suit(name)?;
        }
        Ok(chosen)
    }
}

/// The reason without the advice that goes with a refusal.
fn in_words(refused: &GoalError) -> String {
    match refused {
        GoalError::OtherContent { correlation, needed } => format!(
            "the goal shows something else: its detail correlates by {correlation:.3} with the \
             picture's, {needed} is needed"
        ),
        GoalError::Proportions { goal, found } => format!(
            "the goal has another shape: {}x{} beside {}x{}",
            goal[0], goal[1], found[0], found[1]
        ),
        other => other.to_string(),
    }
}

impl TaskGoal {
    /// Name of the task, as `--task` and `--json` have it.
    #[must_use]
    pub const fn task(&self) -> &'static str {
        match self {
            Self::Finish(_) => "finish",
            Self::Style(_) => "style",
        }
    }

    /// What a policy must see to be of use.
    #[must_use]
    pub const fn policy_kind(&self) -> Representation {
        match self {
            Self::Finish(_) => Representation::Residual,
            Self::Style(_) => Representation::Style,
        }
    }

    /// Whether a policy of this kind can be of use.
    #[must_use]
    pub fn has_use_for(&self, kind: Representation) -> bool {
        let on_pictures = matches!(self, Self::Finish(_)) && kind == Representation::Paper;
        kind == self.policy_kind() || on_pictures
    }

    /// The strategy of a tune where none was asked for, with the policy that is given for it.
    #[must_use]
    pub fn default_strategy(&self, given: Option<&Actor>) -> &'static str {
        match self {
            Self::Finish(_) if given.is_some_and(|given| given.kind() == Representation::Paper) => {
                PAPER_DEFAULT
            }
            Self::Finish(_) => FINISH_DEFAULT,
            Self::Style(_) => STYLE_DEFAULT,
        }
    }

    /// Where the goal lies against the picture as found; `None` where only its style counts.
    #[must_use]
    pub const fn registration(&self) -> Option<&Registration> {
        match self {
            Self::Finish(goal) => Some(goal.registration()),
            Self::Style(_) => None,
        }
    }

    /// Width and height of the goal as given, where it had to be resized.
    #[must_use]
    pub const fn resized_from(&self) -> Option<[usize; 2]> {
        match self {
            Self::Finish(goal) => goal.resized_from(),
            Self::Style(_) => None,
        }
    }

    fn must_suit(&self, name: &str) -> Result<()> {
        match self {
            Self::Finish(_) if strategy::is_of_style(name) => bail!(
                "strategy {name} matches a style; leave --task finish out, or take --strategy \
                 {FINISH_DEFAULT}"
            ),
            Self::Style(_)
                if !strategy::is_of_style(name) && !strategy::STYLE_BASELINES.contains(&name) =>
            {
                bail!(
                    "strategy {name} compares pixel by pixel, and only the goal's style counts; take \
                     one of {}, {}, {}",
                    strategy::STYLE_NAMES.join(", "),
                    strategy::STYLE_ACTOR_NAMES.join(", "),
                    strategy::STYLE_BASELINES.join(", ")
                )
            }
            _ => Ok(()),
        }
    }
}
