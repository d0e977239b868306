# The command line on a camera with faults to order: one node like a webcam's, then an HDMI receiver.
hdmi=an_hdmi_receiver_that_loses_its_signal_is_named_and_tuned_when_it_has_it_again
code=0
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0 || exit
camera_faults --ignored --test-threads=1 --nocapture --skip $hdmi || code=1
modprobe -r vivid || exit
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=3 || exit
camera_faults --ignored --test-threads=1 --nocapture --exact $hdmi || code=1
exit $code
