//! Networks and their training, with libtorch.

mod adam;
mod checkpoint;
mod device;
mod exported;
mod paper_actor;
mod paper_features;
mod policy;
mod proxy;
mod regression;
mod replay;
mod style;
mod td3;
mod threads;
mod trained_policy;
mod twin_critics;

pub use adam::{AdamW, AdamWOptions};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use device::{DeviceError, device};
pub use exported::network;
pub use paper_actor::PaperActor;
pub use policy::{HiddenForm, Policy, PolicyShape};
pub use proxy::{
    Proxy, ProxyDescent, ProxyKind, ProxyOptions, ProxyReport, ProxySimulator, ProxyTraining,
};
pub use regression::{
    Regression, RegressionError, RegressionOptions, RegressionReport, TasteLoss, draw,
};
pub use style::{PaperReward, StyleReference, StyleScore, Vgg, VggError, VggFeatures};
pub use td3::{Exploration, Finished, Td3, Td3Error, Td3Options, Td3Policy};
pub use threads::one_thread;
pub use trained_policy::{TrainedPolicy, TrainedPolicyError};

pub use crate::paper_network::PaperFeatures;
