# isp-hw's tests on the kernel's virtual camera: a node like a webcam's, and an HDMI receiver.
modprobe vivid n_devs=2 node_types=0x1,0x1 num_inputs=1,1 input_types=0,3 || exit
exec vivid --ignored --test-threads=1 --show-output
