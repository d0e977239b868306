# isp-hw's tests of a Raspberry Pi: with its lines, and where the kernel keeps them to itself.
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0 || exit
locked=a_camera_is_tuned_without_the_right_to_use_the_lines
if grep -q iomem=relaxed /proc/cmdline; then
  exec raspberry_pi --ignored --test-threads=1 --nocapture --skip $locked
fi
exec raspberry_pi --ignored --test-threads=1 --nocapture --exact $locked
