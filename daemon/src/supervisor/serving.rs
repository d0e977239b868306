//! What a supervisor does when it is asked for something.

use std::collections::BTreeMap;

use tuner::{Parameter, Params};

use super::command::{Answer, Command, Refusal, Request};
use super::memory::{ChosenLook, over};
use super::run::Supervisor;
use super::status::{Adoption, named, now_ms};
use super::workshop::LookTrouble;
use crate::keeping::{Event, State};
use crate::look::LookKind;

impl Supervisor {
    /// Carries out a request and answers it.
    pub(super) fn serve(&mut self, request: Request) {
        let Request { command, reply } = request;
        if reply.is_closed() {
            // Whoever asked was told to try again: nothing may be done behind their back.
            return;
        }
        let name = command.name();
        let answer = self.carry_out(command);
        match &answer {
            Ok(_) => tracing::info!(camera = self.entry.name, command = name, "done"),
            Err(refusal) => {
                tracing::info!(camera = self.entry.name, command = name, "refused: {refusal}");
            }
        }
        // Whoever asked may have gone.
        let _ = reply.send(answer);
    }

    fn carry_out(&mut self, command: Command) -> Result<Answer, Refusal> {
        match command {
            Command::Retune => self.retune(),
            Command::Hold => {
                self.pause(true);
                self.keeper.on(Event::Pause, &mut self.scribe);
                Ok(Answer::Accepted)
            }
            Command::Resume => {
                self.pause(false);
                self.keeper.on(Event::Resume, &mut self.scribe);
                Ok(Answer::Accepted)
            }
            Command::Restore => {
                self.pause(true);
                let restored = self.let_go();
                self.keeper.on(Event::Pause, &mut self.scribe);
                restored.map_err(|error| Refusal::Failed(error.to_string()))?;
                Ok(Answer::Accepted)
            }
            Command::Apply { params } => self.apply(&params),
            Command::Plan => self.plan(),
            Command::Look { name, strength } => self.choose_look(name, strength),
            Command::Lock { parameters } => self.lock(parameters),
        }
    }

    fn pause(&mut self, paused: bool) {
        self.scribe.memory.paused = paused;
        self.scribe.store();
        self.scribe.update(|status| status.paused = paused);
    }

    fn not_open(&self) -> Refusal {
        let message = self.scribe.status.message.clone();
        Refusal::NotOpen(match self.keeper.state() {
            State::Paused => "it was let go of; `isptune resume` opens it again".to_owned(),
            _ => message.unwrap_or_else(|| "it is being opened".to_owned()),
        })
    }

    fn retune(&mut self) -> Result<Answer, Refusal> {
        if self.keeper.state() == State::Paused {
            let way_out = "the camera is on hold; `isptune resume` first";
            return Err(Refusal::BadValue(way_out.to_owned()));
        }
        if self.camera.is_none() {
            return Err(self.not_open());
        }
        self.must_have_look()?;
        self.keeper.retune(&mut self.scribe);
        Ok(Answer::Accepted)
    }

    /// Refuses what needs a look while there is none, with what is wrong with it where one is named.
    pub(super) fn must_have_look(&self) -> Result<(), Refusal> {
        if self.keeper.look().is_some() {
            return Ok(());
        }
        let fault = self.look_fault.clone();
        let name = &self.entry.name;
        Err(Refusal::BadValue(fault.unwrap_or_else(|| {
            format!(
                "the camera has no look, so there is nothing to tune to; `isptune use {name} LOOK` \
                 gives it one, `isptune look add` makes one"
            )
        })))
    }

    fn apply(&mut self, wanted: &BTreeMap<String, f64>) -> Result<Answer, Refusal> {
        self.check(wanted)?;
        let limits = self.keeper.limits();
        let Some(camera) = self.camera.as_deref_mut() else { return Err(self.not_open()) };
        let params = over(&camera.standing(), wanted);
        for info in self.scribe.table() {
            let value = params.get(info.parameter);
            let [low, high] = limits.interval(info.parameter);
            let is_asked_for = wanted.contains_key(info.parameter.name());
            if is_asked_for && !(low..=high).contains(&value) {
                return Err(Refusal::BadValue(format!(
                    "{} = {value} is outside its limits {low} to {high}",
                    info.parameter
                )));
            }
        }
        camera.set(&params).map_err(|error| Refusal::Failed(error.to_string()))?;
        self.pause(true);
        self.keeper.on(Event::Pause, &mut self.scribe);
        self.use_limits();
        let params = named(&params, self.scribe.table());
        self.scribe.adopt(Adoption {
            at_ms: now_ms(),
            look: None,
            params,
            before: None,
            after: None,
        });
        Ok(Answer::Accepted)
    }

    /// Refuses names and values that mean nothing for this camera.
    fn check(&self, wanted: &BTreeMap<String, f64>) -> Result<(), Refusal> {
        let has: Vec<&str> = self.scribe.table().iter().map(|info| info.parameter.name()).collect();
        for (name, value) in wanted {
            if !has.contains(&name.as_str()) && !has.is_empty() {
                return Err(Refusal::BadValue(format!(
                    "the camera has no parameter \"{name}\"; it has {}",
                    has.join(", ")
                )));
            }
            if !(-1.0..=1.0).contains(value) {
                return Err(Refusal::BadValue(format!("{name} = {value} is outside -1 to 1")));
            }
        }
        Ok(())
    }

    fn plan(&mut self) -> Result<Answer, Refusal> {
        if self.camera.is_none() {
            return Err(self.not_open());
        }
        self.must_have_look()?;
        if self.keeper.look().is_some_and(|look| look.wish.kind() == LookKind::Taste) {
            let told = "a look of the kind taste cannot be planned: its policy has to see the camera \
                        as it was found, and a plan writes nothing; `isptune retune` asks it";
            return Err(Refusal::BadValue(told.to_owned()));
        }
        let Some(camera) = self.camera.as_deref_mut() else { return Err(self.not_open()) };
        let planned = self.keeper.plan(camera, &self.shared.cancel, &mut self.scribe);
        camera.rest();
        let planned = planned.map_err(|error| Refusal::Failed(error.to_string()))?;
        let Some(planned) = planned else {
            let blind = self.keeper.blind().map(ToString::to_string);
            let told = blind.unwrap_or_else(|| "there is nothing to plan".to_owned());
            return Err(Refusal::BadValue(told));
        };
        let table = self.scribe.table();
        let native = |params: &Params| {
            let pair = |info: &tuner::ParameterInfo| {
                (info.key.clone(), info.to_native(params.get(info.parameter)))
            };
            table.iter().map(pair).collect()
        };
        Ok(Answer::Planned {
            params: named(&planned.params, table),
            native: native(&planned.params),
            now: planned.now.into(),
            predicted: planned.predicted.into(),
        })
    }

    fn choose_look(
        &mut self,
        name: Option<String>,
        strength: Option<f64>,
    ) -> Result<Answer, Refusal> {
        let strength = strength.unwrap_or(1.0);
        if !(0.0..=1.0).contains(&strength) {
            return Err(Refusal::BadValue(format!("strength {strength} is outside 0 to 1")));
        }
        if let Some(name) = &name {
            (self.workshop.looks)(name).map_err(|trouble| match trouble {
                LookTrouble::Missing(_) => Refusal::NoSuchLook(name.clone()),
                LookTrouble::Unusable(reason) => Refusal::BadValue(reason),
            })?;
        }
        let instead_of = self.entry.look.clone();
        self.scribe.memory.chosen = Some(ChosenLook { look: name, strength, instead_of });
        self.scribe.store();
        self.use_look();
        Ok(Answer::Accepted)
    }

    fn lock(&mut self, parameters: Vec<String>) -> Result<Answer, Refusal> {
        for name in &parameters {
            if Parameter::from_name(name).is_none() {
                let known = Parameter::ALL.map(Parameter::name).join(", ");
                let told = format!("there is no parameter \"{name}\", but {known}");
                return Err(Refusal::BadValue(told));
            }
        }
        self.scribe.memory.locks = parameters;
        self.scribe.store();
        self.use_limits();
        Ok(Answer::Accepted)
    }
}
