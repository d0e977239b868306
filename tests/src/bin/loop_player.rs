//! Plays a camera with a hardware ISP through vivid's loop: see `isptune_tests::player`.

fn main() -> anyhow::Result<()> {
    #[cfg(target_os = "linux")]
    return isptune_tests::player::play(&clap::Parser::parse());
    #[cfg(not(target_os = "linux"))]
    anyhow::bail!("vivid is a driver of Linux")
}
