# The command line on a camera with faults to order: one node like a webcam's.
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0 || exit
exec camera_faults --ignored --test-threads=1 --nocapture
