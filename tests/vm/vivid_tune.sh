# The command line on the kernel's virtual camera: one node like a webcam's.
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0 || exit
# How often a tune is killed: from the host, or a few.
export ISPTUNE_KILLS=$(cat /mnt/kills 2>/dev/null || echo 20)
exec vivid_tune --ignored --test-threads=1 --nocapture
