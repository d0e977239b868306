//! Lets the trainer find libtorch at run time where it was found at build time.

fn main() {
    // torch-sys says where libtorch lies; without the feature `torch` it is not there.
    println!("cargo::rerun-if-env-changed=DEP_TCH_LIBTORCH_LIB");
    if let Ok(folder) = std::env::var("DEP_TCH_LIBTORCH_LIB") {
        // RUNPATH, not RPATH: LD_LIBRARY_PATH then wins on a machine with another libtorch.
        println!("cargo::rustc-link-arg=-Wl,--enable-new-dtags,-rpath,{folder}");
    }
}
