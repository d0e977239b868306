//! The inference engine: tract, kept from bringing the process down.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::{
    Framework, InferenceModelExt, IntoRunnable, TValue, Tensor, TractResult, TypedRunnableModel,
    tvec,
};

use super::Representation;
use crate::Parameter;

/// Characters of an engine's message that are shown.
const LONGEST_REASON: usize = 300;

/// A network, ready to run.
#[derive(Debug, Clone)]
pub(super) struct Engine {
    plan: Arc<TypedRunnableModel>,
    kind: Representation,
}

impl Engine {
    /// Prepares a graph that [`super::graph::rebuilt`] made for this kind; the reason when the engine
    /// fails.
    pub(super) fn new(model: &ModelProto, kind: Representation) -> Result<Self, String> {
        let plan = caught(|| {
            tract_onnx::onnx().model_for_proto_model(model)?.into_optimized()?.into_runnable()
        })?;
        Ok(Self { plan, kind })
    }

    /// Runs the network once on as many values as its inputs have together; the reason when the engine
    /// fails.
    pub(super) fn run(&self, observation: &[f32]) -> Result<[f32; Parameter::COUNT], String> {
        let output = caught(|| {
            let (mut inputs, mut rest) = (tvec![], observation);
            for (_, shape) in self.kind.inputs() {
                let count = shape.iter().product::<usize>().min(rest.len());
                let (values, behind) = rest.split_at(count);
                inputs.push(TValue::from(Tensor::from_shape(shape, values)?));
                rest = behind;
            }
            let outputs = self.plan.run(inputs)?;
            let values = outputs.first().map(|output| output.to_plain_array_view::<f32>());
            let values = values.transpose()?;
            Ok(values.into_iter().flatten().copied().collect::<Vec<f32>>())
        })?;
        output.try_into().map_err(|output: Vec<f32>| format!("gave {} values", output.len()))
    }
}

/// Turns errors and panics into one line of text.
fn caught<T>(work: impl FnOnce() -> TractResult<T>) -> Result<T, String> {
    // What a panic may leave behind half-done belongs to the network, which is then thrown away, or
    // to the state of one inference, which `run` makes afresh.
    let reason = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => format!("{error:#}"),
        Err(panic) => format!("panic: {}", panic_text(panic.as_ref())),
    };
    let reason = reason.chars().map(|c| if c.is_control() { ' ' } else { c });
    Err(reason.take(LONGEST_REASON).collect())
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_one_line_of_text() {
        let result: Result<(), String> = caught(|| panic!("went\nwrong at {}", 7));
        assert_eq!(result.unwrap_err(), "panic: went wrong at 7");
    }
}
