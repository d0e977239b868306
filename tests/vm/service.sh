# The service on the kernel's virtual camera: one node like a webcam's.
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0 || exit
exec vivid_service --ignored --test-threads=1 --nocapture
